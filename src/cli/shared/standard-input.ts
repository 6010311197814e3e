/** `-` stands for standard input where a command reads a file. It is rejected everywhere else. */
import { invalidValue, UsageError } from "./usage-error.js";
import { optionName } from "./usage.js";

export const STANDARD_INPUT = "-";

/** Replaces `-` while yargs parses, because yargs drops that word. No word of a command line contains a zero byte. */
const PLACEHOLDER = "\0-";

/** The options and arguments that name an input. A name that is not an input in all commands has its command. */
const READ = ["scenario", "s", "files", "schedule", "resume", "base", "current", "explore file"];

/** The names of arguments that are not options. */
const ARGUMENTS = ["run", "file", "program", "names", "shell"];

/** The words of the command line for yargs. */
export function withPlaceholder(words: readonly string[]): string[] {
  return words.map((word) => (word === STANDARD_INPUT ? PLACEHOLDER : word));
}

/** A message of yargs with the words of the command line. */
export function withoutPlaceholder(text: string): string {
  const escaped = JSON.stringify(PLACEHOLDER).slice(1, -1);
  return text.replaceAll(PLACEHOLDER, STANDARD_INPUT).replaceAll(escaped, STANDARD_INPUT);
}

/** The name of an input in messages. */
export function inputName(path: string): string {
  return path === STANDARD_INPUT ? "standard input" : path;
}

/** Restores `-` in the parsed arguments. @throws {UsageError} where no file is read, or when `-` is given repeatedly */
export function restoreDashes(args: Record<string, unknown>): void {
  const [command] = args["_"] as readonly unknown[];
  let readers = 0;
  for (const [name, value] of Object.entries(args)) {
    const count = (Array.isArray(value) ? value : [value]).filter((word) => word === PLACEHOLDER).length;
    if (count === 0) continue;
    if (![name, `${String(command)} ${name}`].some((read) => READ.includes(read)))
      throw invalidValue(
        ARGUMENTS.includes(name) ? `<${name}>` : optionName(name),
        "-",
        "another value; only an input can be -",
      );
    // An alias is the same option.
    if (name.length > 1) readers += count;
    args[name] = Array.isArray(value)
      ? value.map((word: unknown) => (word === PLACEHOLDER ? STANDARD_INPUT : word))
      : STANDARD_INPUT;
  }
  if (readers > 1) throw new UsageError('"-" is given more than once: standard input can be read only once');
}
