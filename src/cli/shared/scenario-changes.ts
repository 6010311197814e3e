/** The options `--set` and `--threshold`, which change fields of the scenario. */
import { normalizedMetric } from "../../load/measure/index.js";
import type { ScenarioChange } from "../../load/scenario/index.js";
import { getOrCreate } from "../../vocabulary/index.js";
import { invalidValue } from "./usage-error.js";

/** The values of `--set` and `--threshold`; a list when the option is given more than once. */
export interface ChangeArguments {
  readonly set?: string | readonly string[] | undefined;
  readonly threshold?: string | readonly string[] | undefined;
}

/**
 * The changes, those of `--threshold` last.
 * @throws {UsageError} for a value without a `=` or without a name before it
 */
export function scenarioChanges({ set = [], threshold = [] }: ChangeArguments): ScenarioChange[] {
  const fields = [set].flat().map((given) => {
    const [path, value] = split("--set", given, "a field and its value, such as task.workTime=5ms");
    return { path: path.split("."), value };
  });
  const expressions = new Map<string, string[]>();
  for (const given of [threshold].flat()) {
    const [metric, expression] = split(
      "--threshold",
      given,
      "a metric and a condition, such as live_update_latency=p(99)<50",
    );
    getOrCreate(expressions, normalizedMetric(metric) ?? metric, () => []).push(expression);
  }
  return [
    ...fields,
    ...[...expressions].map(([metric, all]) => ({ path: ["thresholds", metric], value: JSON.stringify(all) })),
  ];
}

/** The `=` of a tag that is written as Prometheus writes it is not the one that ends the name. */
function split(option: string, given: string, expected: string): [name: string, value: string] {
  const [, name, value] = /^\s*([^=]*?\{[^}]*\}|[^=\s]+?)\s*=\s*(\S.*)$/s.exec(given) ?? [];
  if (name === undefined || value === undefined) throw invalidValue(option, given, expected);
  return [name, value];
}
