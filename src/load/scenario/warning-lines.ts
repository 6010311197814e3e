/** The warnings about a plan as lines of text. */
import type { LoadedScenario } from "./load-scenario.js";
import { describeProblem, displayPath, formatProblem } from "./load-scenario.js";
import { planWarnings } from "./plan-warnings.js";
import type { Scenario } from "./scenario-schema.js";
import type { Plan } from "./worker-plan.js";
import { readYaml } from "./yaml-file.js";

/**
 * The warnings about `plan`, each with the file and, in YAML, the line of its field. `options`: as of {@link
 * planWarnings}.
 */
export function warningLines(
  { scenario, path, text }: LoadedScenario,
  plan: Plan,
  options: Parameters<typeof planWarnings>[2] = {},
): string[] {
  const problems = planWarnings(scenario, plan, options);
  if (problems.length === 0) return [];
  const file = displayPath(path);
  const yaml = /\.[cm]?[jt]s$/.test(path) ? undefined : readYaml(text);
  return problems.map((problem) =>
    formatProblem(yaml === undefined ? file : `${file}:${yaml.positionOf(problem.path).line}`, problem),
  );
}

/** The same without the places, for the summary of a run. */
export function warningTexts(
  scenario: Scenario,
  plan: Plan,
  options: Parameters<typeof planWarnings>[2] = {},
): string[] {
  return planWarnings(scenario, plan, options).map(describeProblem);
}
