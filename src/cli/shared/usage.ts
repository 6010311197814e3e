/** Converts the errors of yargs to messages of this program: what is wrong, what would be right, and where help is. */
import { hideBin } from "yargs/helpers";
import { didYouMean, nearest } from "../../load/scenario/nearest.js";
import { invalidValue, oneOf, UsageError } from "./usage-error.js";
import { commandLine, own, programName } from "../../vocabulary/index.js";

/** The options that yargs knows for the parsed command. The declarations of yargs omit it. */
export interface KnownOptions {
  readonly boolean: readonly string[];
  readonly key: Readonly<Record<string, unknown>>;
  readonly choices: Readonly<Record<string, readonly string[]>>;
}

/** A command as in `--help`, such as "report <run>". */
export type Usage = string;

/** What only a run has; those who know it from a run try it on what carries out many. */
const OF_RUNS: ReadonlySet<string> = new Set([
  ...["out", "dashboard", "metrics-port", "metrics-host", "markdown", "junit", "benchmark-json", "by"],
]);
const CARRY_OUT_MANY: ReadonlySet<string> = new Set(["capacity", "sweep"]);

/** The error for yargs' `message`, which is in English. `usage`: of the command of the command line. */
export function usageErrorFrom(
  message: string,
  { key, choices }: KnownOptions,
  usage: Usage | undefined,
  isCommand: (word: string) => boolean,
): UsageError {
  const words = hideBin(process.argv);
  const [command = ""] = usage?.split(" ") ?? [];
  const withHelp = (text: string): UsageError =>
    new UsageError(`${text} (see ${commandLine(...(command === "" ? [] : [command]), "--help")})`);
  const after = (pattern: RegExp): string | undefined => pattern.exec(message)?.[1];

  const unknown = after(/^Unknown arguments?: (.*)/)?.split(", ")[0];
  if (unknown !== undefined) {
    const option = words
      .find((word) => word.startsWith("-") && word.replace(/^-+(no-)?/, "").split("=")[0] === unknown)
      ?.split("=")[0];
    if (option === undefined) {
      const advice = isCommand(unknown) ? `: a command is the first word, as in ${commandLine(unknown)}` : "";
      return withHelp(`unexpected argument "${unknown}"${advice}`);
    }
    if (CARRY_OUT_MANY.has(command) && OF_RUNS.has(unknown))
      return withHelp(`${option} is an option of a run (${commandLine("run")}), and ${command} carries out many`);
    const near = nearest(
      unknown,
      Object.keys(key).filter((name) => name.length > 1),
    );
    return withHelp(`unknown option ${option}${near === undefined ? "" : `; did you mean --${near}?`}`);
  }

  const empty = after(/^Not enough arguments following: (.*)/);
  if (empty !== undefined) return withHelp(`missing value for ${optionName(empty)}`);

  const got = after(/^Not enough non-option arguments: got (\d+)/);
  const missing = usage?.match(/<[^>]+>/g)?.[Number(got)];
  if (usage !== undefined && missing !== undefined)
    return withHelp(`missing argument ${missing.replace("..", "")}: expected ${programName()} ${usage}`);

  const [, argument = "", given = ""] = /Argument: ([\w-]+), Given: "(.*?)", Choices: /.exec(message) ?? [];
  const known = own(choices, argument);
  if (known !== undefined) {
    const what = usage?.includes(argument) === true ? `<${argument}>` : optionName(argument);
    return withHelp(invalidValue(what, given, `${oneOf(known)}${didYouMean(given, known)}`).message);
  }
  return withHelp(message.replaceAll("\n", " "));
}

/** For yargs, each value but `true` is false: `--virtual=1` would be a run on real threads. @throws UsageError */
export function refuseBooleanValues(words: readonly string[], { boolean }: Pick<KnownOptions, "boolean">): void {
  for (const word of words) {
    const [, option = "", name = "", value = ""] = /^(--?([\w-]+?))=(.*)$/.exec(word) ?? [];
    if (boolean.includes(name) && value !== "true" && value !== "false")
      throw invalidValue(option, value, '"true", "false" or no value');
  }
}

/** yargs parses the words after `--`, but no command receives them. @throws UsageError */
export function refuseArgumentsAfterDashes(words: readonly string[]): void {
  const dashes = words.indexOf("--");
  const next = dashes === -1 ? undefined : words[dashes + 1];
  if (next !== undefined) throw new UsageError(`unexpected argument "${next}" after "--"`);
}

/** yargs drops a word that consists of three dashes or more. @throws UsageError */
export function refuseDashesAlone(words: readonly string[]): void {
  const dashes = words.find((word) => /^---+(=|$)/.test(word));
  if (dashes !== undefined) throw new UsageError(`unknown option ${dashes} (see ${commandLine("--help")})`);
}

/** An option with its dashes. */
export function optionName(name: string): string {
  return `${name.length === 1 ? "-" : "--"}${name}`;
}
