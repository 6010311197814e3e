/** Scenarios written as modules, whose values can be computed. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { stringify } from "yaml";
import {
  messageOf,
  textOf,
  importModule,
  isModule,
  NotPlainError,
  plainCopy,
  type PlainData,
  printable,
  withLine,
} from "../../vocabulary/index.js";
import { ScenarioError, scenarioErrorOf } from "./scenario-error.js";
import { loadScenario, displayPath, formatProblem, type LoadedScenario } from "./load-scenario.js";
import { problemsIn } from "./problems.js";
import { scenarioSchema, type ScenarioInput } from "./scenario-schema.js";

/**
 * Has the compiler check a scenario as it is written; returns it as it is. The default export of a scenario module:
 * `export default defineScenario({ … })`. The values are those of a YAML file: durations are text with a unit.
 *
 * @example
 * ```ts
 * import { defineScenario, runScenario } from "crowdstorm";
 *
 * const waves = defineScenario({
 *   name: "waves",
 *   description: "Two waves, the second twice as high as the first.",
 *   incident: "A newsletter that is sent in batches.",
 *   arrivals: { stages: [1, 2].map((height) => ({ duration: "1s", target: 10 * height })) },
 *   task: { blueprint: "chat", liveUpdateTimeout: "3s", submissionTimeout: "3s" },
 *   behaviours: { all: { weight: 1, actions: 2, thinkTime: "100ms" } },
 *   thresholds: { live_updates_lost: ["count==0"] },
 *   drainTimeout: "10s",
 * });
 * const { summary } = await runScenario(waves, { engine: "virtual" });
 * console.log(summary.scenario.name, summary.verdict.passed); // waves true
 * ```
 */
export function defineScenario(scenario: ScenarioInput): ScenarioInput {
  return scenario;
}

/** In an object: what an asynchronous function returns is awaited, should it be a promise. */
async function defaultExportOf(path: string, file: string): Promise<{ readonly input: unknown }> {
  if (!existsSync(path)) throw new ScenarioError([`${file}: no such file`]);
  const url = pathToFileURL(resolve(path)).href;
  try {
    return { input: (await importModule(url))["default"] };
  } catch (error) {
    if (textOf(error, "code") === "ERR_UNKNOWN_FILE_EXTENSION") {
      throw new ScenarioError([
        `${file}: Node ${process.version} cannot import TypeScript: compile it first ` +
          `(npx tsc --module nodenext --target es2022 --types node --ignoreConfig ${file}) ` +
          `and name the JavaScript file, or use Node 22.18 or later`,
      ]);
    }
    const place = withLine(file, url, error);
    throw new ScenarioError([`${place}: cannot be imported: ${messageOf(error)}`], { cause: error });
  }
}

/**
 * A scenario that a program made. `origin` says in errors where it is from; the text is YAML, with every value as it
 * was computed now, so that the run can be repeated whatever the program computes next time.
 * @throws {ScenarioError} when it is not valid.
 */
export function scenarioFrom(input: unknown, origin: string): LoadedScenario {
  const data = plainFrom(input, origin);
  const read = scenarioSchema.safeParse(data);
  if (!read.success) {
    throw scenarioErrorOf(problemsIn(read.error, data).map((problem) => formatProblem(origin, problem)));
  }
  const text = stringify(data);
  if (text.includes("${"))
    throw new ScenarioError([
      `${origin}: "\${" stands for an environment variable in a YAML file: a program has its value`,
    ]);
  return {
    scenario: read.data,
    path: origin,
    text: `# From ${printable(origin)}, with the values that it had computed.\n${text}`,
  };
}

/** A copy of a program's scenario as plain data, which cannot change any more. @throws {ScenarioError} */
function plainFrom(input: unknown, origin: string): PlainData {
  if (types.isPromise(input)) input.catch(() => undefined);
  try {
    return plainCopy(input);
  } catch (error) {
    throw new ScenarioError([
      error instanceof NotPlainError ? formatProblem(origin, error) : `${origin}: cannot be read: ${messageOf(error)}`,
    ]);
  }
}

async function importScenario(path: string): Promise<LoadedScenario> {
  const file = displayPath(path);
  const { input } = await defaultExportOf(path, file);
  if (input === undefined)
    throw new ScenarioError([
      `${file}: has no default export; a scenario module has: export default defineScenario({ … })`,
    ]);
  return { ...scenarioFrom(input, file), path };
}

/**
 * As {@link loadScenario}, and the default export of a module as well: a path that ends in `.js`, `.mjs` or `.cjs`, or,
 * where Node can import TypeScript (22.18 and later), in `.ts`, `.mts` or `.cts`.
 * @throws {ScenarioError} as `loadScenario` does, and when the module cannot be imported.
 *
 * @example
 * ```ts
 * import { writeFileSync } from "node:fs";
 * import { openScenario } from "crowdstorm";
 *
 * const { scenario, text } = await openScenario("steady");
 * writeFileSync("copy.mjs", `export default ${JSON.stringify({ ...scenario, name: "copy" })};`);
 * console.log(scenario.name, text.includes("name: steady")); // steady true
 * ```
 */
export async function openScenario(nameOrPath: string): Promise<LoadedScenario> {
  return isModule(nameOrPath) ? importScenario(nameOrPath) : loadScenario(nameOrPath);
}
