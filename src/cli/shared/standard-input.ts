/** `-`: standard input where a command reads a file, refused everywhere else. */
import { UsageError } from "./usage-error.js";
import { optionName } from "./usage.js";

export const STANDARD_INPUT = "-";

/** Stands for `-` while yargs parses, which drops that word. No word of a command line can contain a zero byte. */
const STAND_IN = "\0-";

/** The options and arguments that name a file that is read; those that are something else in another command with their command. */
const READ = ["scenario", "s", "files", "schedule", "resume", "base", "current", "explore file"];

/** Arguments, which are no options. */
const ARGUMENTS = ["run", "file", "program", "names", "shell"];

/** The words of the command line as yargs is to get them. */
export function withStandIn(words: readonly string[]): string[] {
  return words.map((word) => (word === STANDARD_INPUT ? STAND_IN : word));
}

/** What yargs says, with the words as they were typed. */
export function withoutStandIn(text: string): string {
  const escaped = JSON.stringify(STAND_IN).slice(1, -1);
  return text.replaceAll(STAND_IN, STANDARD_INPUT).replaceAll(escaped, STANDARD_INPUT);
}

/** How messages call an input. */
export function inputName(path: string): string {
  return path === STANDARD_INPUT ? "standard input" : path;
}

/** Puts `-` back into what yargs has parsed. @throws {UsageError} where no file is read, and when it is given more than once */
export function putBackDashes(args: Record<string, unknown>): void {
  const [command] = args["_"] as readonly unknown[];
  let readers = 0;
  for (const [name, value] of Object.entries(args)) {
    const count = (Array.isArray(value) ? value : [value]).filter((word) => word === STAND_IN).length;
    if (count === 0) continue;
    if (![name, `${String(command)} ${name}`].some((read) => READ.includes(read)))
      throw new UsageError(
        `${ARGUMENTS.includes(name) ? name : optionName(name)} cannot be "-": only a file that is read can be standard input`,
      );
    // An alias is the same reader.
    if (name.length > 1) readers += count;
    args[name] = Array.isArray(value)
      ? value.map((word: unknown) => (word === STAND_IN ? STANDARD_INPUT : word))
      : STANDARD_INPUT;
  }
  if (readers > 1) throw new UsageError('"-" is given more than once: standard input can be read only once');
}
