/** Changes fields of a scenario in YAML, and keeps the rest of its text, comments included. */
import { isAlias, isMap, isScalar, isSeq, parse, parseDocument } from "yaml";
import { isModule, messageOf } from "../../vocabulary/index.js";
import { normalizedMetric } from "../measure/tagged-metric.js";
import type { LoadedScenario } from "./load-scenario.js";
import { displayPath, parseScenario } from "./load-scenario.js";
import { replaceNode } from "./replace-node.js";
import { ScenarioError } from "./scenario-error.js";
import { replaceVariables } from "./scenario-variables.js";

/** A field, and the value that it gets. */
export interface ScenarioChange {
  /** The keys and indices from the top of the scenario to the field. */
  readonly path: readonly string[];
  /** The value as YAML, such as `2s`, `0.5` or `{ uniform: [1, 3] }`. */
  readonly value: string;
}

/**
 * The scenario with the changes, in their order. Its text is the changed text, so that a run keeps what it ran. The
 * aliases of what is replaced keep the old value.
 * @throws {ScenarioError} when the scenario is not YAML, a value is not, a path leads through a value or an alias, or
 * the changed scenario is not valid
 */
export function changeScenario(loaded: LoadedScenario, changes: readonly ScenarioChange[]): LoadedScenario {
  if (changes.length === 0) return loaded;
  const file = displayPath(loaded.path);
  if (isModule(loaded.path)) throw new ScenarioError([`${file}: is a module: change its fields in its own code`]);
  const changed = `${file} with the changes`;
  const text = replaceVariables(textWith(loaded.text, changes, file), changed);
  return { ...loaded, scenario: parseScenario(text, changed), text };
}

/** @throws {ScenarioError} for a change that the text does not allow */
function textWith(text: string, changes: readonly ScenarioChange[], file: string): string {
  const document = parseDocument(text);
  for (const { path, value } of changes) {
    try {
      replaceNode(document, keysOf(document, path), parse(value));
    } catch (error) {
      throw new ScenarioError([`${file}: ${path.join(".")} cannot be set to ${value}: ${firstLineOf(error)}`]);
    }
  }
  try {
    return document.toString({ lineWidth: 0 });
  } catch (error) {
    throw new ScenarioError([`${file}: cannot be written with the changes: ${firstLineOf(error)}`]);
  }
}

function firstLineOf(error: unknown): string {
  return messageOf(error).split("\n", 1)[0] ?? "";
}

type YamlDocument = ReturnType<typeof parseDocument>;

/** The path as the document has it: the items of a list have numbers. @throws Error when it leads through an alias */
function keysOf(document: YamlDocument, path: readonly string[]): (string | number)[] {
  const keys: (string | number)[] = [];
  for (const key of path) {
    const parent: unknown = keys.length === 0 ? document.contents : document.getIn(keys, true);
    if (isAlias(parent))
      throw new Error(`${keys.join(".")} is *${parent.source}: set the field where &${parent.source} is`);
    if (isSeq(parent) && /^\d+$/.test(key)) keys.push(Number(key));
    else keys.push(keys.length === 1 && path[0] === "thresholds" ? thresholdKey(parent, key) : key);
  }
  return keys;
}

/** The key that the thresholds have already for this metric with its tags, which can be written in several ways. */
function thresholdKey(thresholds: unknown, given: string): string {
  const metric = normalizedMetric(given);
  if (metric === undefined || !isMap(thresholds)) return given;
  const keys = thresholds.items.map(({ key }) => (isScalar(key) ? String(key.value) : ""));
  return keys.find((key) => normalizedMetric(key) === metric) ?? given;
}
