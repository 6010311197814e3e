/** What yargs refuses to parse, in this program's words: what is wrong, what it may be a slip for, and where help is. */
import { hideBin } from "yargs/helpers";
import { didYouMean, nearest } from "../../load/scenario/nearest.js";
import { UsageError } from "./usage-error.js";
import { own } from "../../vocabulary/index.js";

/** What yargs knows of the command that is parsed; its declarations leave it out. */
export interface KnownOptions {
  readonly boolean: readonly string[];
  readonly key: Readonly<Record<string, unknown>>;
  readonly choices: Readonly<Record<string, readonly string[]>>;
}

/** A command as `--help` writes it, such as "report <run>". */
export type Usage = string;

/** The error for yargs' `message`, which is in English. */
export function usageErrorFrom(message: string, { key, choices }: KnownOptions, usage: Usage | undefined): UsageError {
  const words = hideBin(process.argv);
  const [command = ""] = usage?.split(" ") ?? [];
  const say = (text: string): UsageError =>
    new UsageError(`${text} (see simulate ${command === "" ? "" : `${command} `}--help)`);
  const after = (pattern: RegExp): string | undefined => pattern.exec(message)?.[1];

  const unknown = after(/^Unknown arguments?: (.*)/)?.split(", ")[0];
  if (unknown !== undefined) {
    const option = words
      .find((word) => word.startsWith("-") && word.replace(/^-+(no-)?/, "").split("=")[0] === unknown)
      ?.split("=")[0];
    if (option === undefined) return say(`unexpected argument "${unknown}"`);
    const near = nearest(
      unknown,
      Object.keys(key).filter((name) => name.length > 1),
    );
    return say(`unknown option ${option}${near === undefined ? "" : `; did you mean --${near}?`}`);
  }

  const empty = after(/^Not enough arguments following: (.*)/);
  if (empty !== undefined) return say(`${optionName(empty)} needs a value`);

  const got = after(/^Not enough non-option arguments: got (\d+)/);
  const missing = usage?.match(/<[^>]+>/g)?.[Number(got)];
  if (missing !== undefined) return say(`${missing.replace("..", "")} is missing: simulate ${usage ?? ""}`);

  const [, argument = "", given = ""] = /Argument: ([\w-]+), Given: "(.*?)", Choices: /.exec(message) ?? [];
  const known = own(choices, argument);
  if (known !== undefined) {
    const what = usage?.includes(argument) === true ? "" : `${optionName(argument)}: `;
    return say(`${what}"${given}" is none of ${known.join(", ")}${didYouMean(given, known)}`);
  }
  return say(message.replaceAll("\n", " "));
}

/** Anything but `true` is false to yargs: `--virtual=1` would be a run on real threads. @throws UsageError */
export function refuseBooleanValues(words: readonly string[], { boolean }: Pick<KnownOptions, "boolean">): void {
  for (const word of words) {
    const [, option = "", name = "", value = ""] = /^(--?([\w-]+?))=(.*)$/.exec(word) ?? [];
    if (boolean.includes(name) && value !== "true" && value !== "false")
      throw new UsageError(`${option} is given or not, and has no value such as "${value}"`);
  }
}

/** yargs reads what follows `--`, and no command of this program gets it. @throws UsageError */
export function refuseArgumentsAfterDashes(words: readonly string[]): void {
  const dashes = words.indexOf("--");
  const next = dashes === -1 ? undefined : words[dashes + 1];
  if (next !== undefined) throw new UsageError(`there is nothing to give after "--", such as "${next}"`);
}

/** yargs drops a word of three dashes or more. @throws UsageError */
export function refuseDashesAlone(words: readonly string[]): void {
  const dashes = words.find((word) => /^---+(=|$)/.test(word));
  if (dashes !== undefined) throw new UsageError(`unknown option ${dashes} (see simulate --help)`);
}

/** An option as it is typed. */
export function optionName(name: string): string {
  return `${name.length === 1 ? "-" : "--"}${name}`;
}
