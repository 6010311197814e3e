/** A scenario as an argument: `simulate steady` and `simulate run --virtual steady` mean `--scenario steady`. */
import { isShipped } from "../../load/scenario/shipped-scenarios.js";
import { STANDARD_INPUT } from "./standard-input.js";

/** The command that a command line without the name of one means. */
const DEFAULT_COMMAND = "run";
/** The commands with the option `--scenario`. */
const COMMANDS: readonly string[] = [DEFAULT_COMMAND, "capacity", "plan", "sweep", "shrink", "serve"];

/**
 * The words of a command line, with the command when the first word is a scenario: the name of a shipped one, the path
 * of a file, or standard input.
 */
export function withCommand(words: readonly string[], isCommand: (word: string) => boolean): readonly string[] {
  const [first] = words;
  return first !== undefined && !isCommand(first) && isScenario(first) ? [DEFAULT_COMMAND, ...words] : words;
}

function isScenario(word: string): boolean {
  return word === STANDARD_INPUT || (!word.startsWith("-") && (/[./\\]/.test(word) || isShipped(word)));
}

/**
 * Makes the first word that is neither the command nor of an option the scenario. `args`: as yargs has parsed them by
 * the options of the command, before it checks them. The name of a command is no scenario.
 */
export function readScenarioArgument(args: Record<string, unknown>, isCommand: (word: string) => boolean): void {
  const words = (args["_"] as readonly unknown[]).map(String);
  const [first = DEFAULT_COMMAND] = words;
  const isNamed = isCommand(first);
  const given = words[isNamed ? 1 : 0];
  if (given === undefined || (isNamed && !COMMANDS.includes(first)) || isCommand(given)) return;
  // With the option it is given twice: a list, as yargs makes of two options.
  args["scenario"] = args["scenario"] === undefined ? given : [args["scenario"], given].flat();
  args["_"] = words.toSpliced(isNamed ? 1 : 0, 1);
}
