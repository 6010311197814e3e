/** The warnings about a plan as lines of text. */
import { isModule } from "../../vocabulary/index.js";
import type { LoadedScenario } from "./load-scenario.js";
import { describeProblem, displayPath, formatProblem } from "./load-scenario.js";
import { planWarnings, type PlanWarningOptions } from "./plan-warnings.js";
import type { Problem } from "./problems.js";
import type { Scenario } from "./scenario-schema.js";
import type { Plan } from "./worker-plan.js";
import { readYaml } from "./yaml-file.js";

/**
 * The warnings about `plan`, each with the file and, in YAML, the line of its field. With `others`, plans of further
 * seeds, only those about fields that the others have a warning about too.
 */
export function warningLines(
  { scenario, path, text }: LoadedScenario,
  plan: Plan,
  { others = [], ...options }: PlanWarningOptions & { readonly others?: readonly Plan[] } = {},
): string[] {
  const fields = others.map((other) => new Set(planWarnings(scenario, other, options).map(fieldOf)));
  const problems = planWarnings(scenario, plan, options).filter((problem) =>
    fields.every((warned) => warned.has(fieldOf(problem))),
  );
  if (problems.length === 0) return [];
  const file = displayPath(path);
  const yaml = isModule(path) ? undefined : readYaml(text);
  return problems.map((problem) =>
    formatProblem(yaml === undefined ? file : `${file}:${yaml.positionOf(problem.path).line}`, problem),
  );
}

function fieldOf({ path }: Problem): string {
  return JSON.stringify(path);
}

/** The same without the places, for the summary of a run. */
export function warningTexts(scenario: Scenario, plan: Plan, options: PlanWarningOptions = {}): string[] {
  return planWarnings(scenario, plan, options).map(describeProblem);
}
