/** Finds, reads and checks scenario files. Every error is a {@link ScenarioError} that names file, line and field. */
import { isUtf8 } from "node:buffer";
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { extname, isAbsolute, relative, sep } from "node:path";
import { ScenarioError, scenarioErrorOf } from "./scenario-error.js";
import { MAX_NAME, MAX_FILE_BYTES } from "./scenario-limits.js";
import { didYouMean } from "./nearest.js";
import { problemsIn, type Problem } from "./problems.js";
import { replaceVariables } from "./scenario-variables.js";
import { scenarioSchema, type Scenario } from "./scenario-schema.js";
import { isShipped, pathOfShipped, shippedScenarios } from "./shipped-scenarios.js";
import { readYaml, YamlError, type YamlFile } from "./yaml-file.js";

const EXTENSION = ".yaml";

/** A scenario and its source. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  /** The file, absolute or relative to the working directory as it was given. */
  readonly path: string;
  /** The text of the file, with the values of its environment variables, which a run keeps beside its results. */
  readonly text: string;
  /**
   * Whether the file gives this text, or with changes the text before them, whenever it is read. Not one with
   * environment variables, a module, and what is from no file. Left out: it does not.
   */
  readonly isRepeatable?: boolean;
}

/** `path` relative to the working directory, when it is inside. */
export function displayPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") || isAbsolute(short) ? path : short;
}

function shortened(key: string): string {
  return key.length > MAX_NAME ? `${key.slice(0, MAX_NAME)}…` : key;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${shortened(String(key))}`))
    .join("")
    .replace(/^\./, "");
}

/** A problem as text: where, in which field, what. */
export function formatProblem(place: string, problem: Problem): string {
  return `${place}: ${describeProblem(problem)}`;
}

/** As {@link formatProblem}, without the place. */
export function describeProblem({ path, message }: Problem): string {
  const field = fieldName(path);
  return field === "" ? message : `${field}: ${message}`;
}

function asError(problems: readonly Problem[], file: string, yaml: YamlFile): ScenarioError {
  const placed = problems
    .map((problem) => ({ ...yaml.positionOf(problem.path), problem }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
  // A problem that an alias repeats is reported once. The name of the field distinguishes missing fields, which are all
  // reported at the position of their mapping.
  const reported = new Set<string>();
  return scenarioErrorOf(
    placed
      .filter(
        ({ line, column, problem }) =>
          reported.size < reported.add(`${line}:${column}: ${String(problem.path.at(-1))}: ${problem.message}`).size,
      )
      .map(({ line, problem }) => formatProblem(`${file}:${line}`, problem)),
  );
}

/**
 * Reads a scenario from YAML; `file` is what errors call it. Unlike {@link loadScenario}, it replaces no environment
 * variables.
 * @throws {ScenarioError} when the text is not YAML, or not a valid scenario.
 *
 * @example
 * ```ts
 * import { ScenarioError, parseScenario } from "crowdstorm";
 *
 * try {
 *   parseScenario("name: 7", "mine.yaml");
 * } catch (error) {
 *   console.log(error instanceof ScenarioError && error.problems.length > 1); // true
 * }
 * ```
 */
export function parseScenario(text: string, file: string): Scenario {
  let yaml: YamlFile;
  try {
    yaml = readYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const place = error.position ? `:${error.position.line}:${error.position.column}` : "";
    throw new ScenarioError([`${file}${place}: ${error.message.replaceAll("\n", " ")}`]);
  }
  if (yaml.data === null) throw new ScenarioError([`${file}: is empty; a scenario is a mapping of keys to values`]);
  const read = scenarioSchema.safeParse(yaml.data);
  if (!read.success) throw asError(problemsIn(read.error, yaml.data), file, yaml);
  return read.data;
}

const IS_DIRECTORY = "is a directory, not a scenario file";
/** Reasons why a file cannot be opened. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "no such file",
  EISDIR: IS_DIRECTORY,
  EACCES: "may not be read",
};

/** The bytes of a file that is not too large. Does not use the size of the file, because a pipe has none. */
function readBytes(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (let total = 0; ; ) {
      const chunk = Buffer.allocUnsafe(1 << 16);
      const length = readSync(file, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      total += length;
      if (total > MAX_FILE_BYTES) throw new Error(`is no scenario file: it has more than ${MAX_FILE_BYTES >> 20} MiB`);
    }
  } finally {
    closeSync(file);
  }
}

/**
 * A scenario in YAML that does not come from a file; `origin` is what errors call its source.
 * @throws {ScenarioError} when it is not valid.
 */
export function scenarioFromBytes(bytes: Buffer, origin: string): LoadedScenario {
  if (bytes.length > MAX_FILE_BYTES)
    throw new ScenarioError([`${origin}: is no scenario file: it has more than ${MAX_FILE_BYTES >> 20} MiB`]);
  const text = replaceVariables(decode(bytes, origin), origin);
  return { scenario: parseScenario(text, origin), path: origin, text };
}

function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readBytes(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ScenarioError([`${displayPath(path)}: ${REASONS[code ?? ""] ?? message}`]);
  }
  return decode(bytes, displayPath(path));
}

function decode(bytes: Buffer, file: string): string {
  if (!isUtf8(bytes) || bytes.includes(0)) throw new ScenarioError([`${file}: is no text file (UTF-8)`]);
  return bytes.toString("utf8");
}

function unknownScenario(name: string): ScenarioError {
  const known = shippedScenarios();
  if (name === "")
    return new ScenarioError([
      '"" is no scenario: give the name of one, or the path of a file',
      `there are ${known.join(", ")}`,
    ]);
  const found = existsSync(name) ? statSync(name) : undefined;
  if (found?.isDirectory() === true) return new ScenarioError([`${name}: ${IS_DIRECTORY}`]);
  if (found !== undefined) return new ScenarioError([`unknown scenario "${name}"; the file of this name is ./${name}`]);
  const file = extname(name) === "" ? `${name}${EXTENSION}` : name;
  return new ScenarioError([
    `unknown scenario "${name}"${didYouMean(name, known)}`,
    `there are ${known.join(", ")}; a file of your own is named by its path, such as ./${file}`,
  ]);
}

/**
 * Loads a scenario by its name in the package, or by a path: a name with a directory separator, or one that ends in
 * `.yaml` or `.yml`, is a path. `${NAME}` and `${NAME:-default}` in its text are replaced with environment variables.
 * @throws {ScenarioError} when there is none, or it is not valid; the error for an unknown name has the nearest one.
 *
 * @example
 * ```ts
 * import { loadScenario } from "crowdstorm";
 *
 * const { scenario } = loadScenario("disconnect-storm");
 * console.log(scenario.task.blueprint, Object.keys(scenario.behaviours ?? {}).length > 1); // chat true
 * ```
 */
export function loadScenario(nameOrPath: string): LoadedScenario {
  const isPath = nameOrPath.includes("/") || nameOrPath.includes(sep) || /\.ya?ml$/.test(nameOrPath);
  if (!isPath && !isShipped(nameOrPath)) throw unknownScenario(nameOrPath);
  const path = isPath ? nameOrPath : pathOfShipped(nameOrPath);
  const written = readText(path);
  const text = replaceVariables(written, displayPath(path));
  return { scenario: parseScenario(text, displayPath(path)), path, text, isRepeatable: text === written };
}
