/** A scenario as the first argument: `simulate steady` and `simulate run steady` mean `simulate --scenario steady`. */
import { isShipped } from "../../load/scenario/shipped-scenarios.js";

/** The commands with the option `--scenario`. */
const COMMANDS: readonly string[] = ["run", "capacity", "plan", "sweep", "shrink", "serve"];

/**
 * The words of a command line, with the option `--scenario` in place of a scenario given as an argument. A first word
 * that is neither a command nor an option is a scenario when it is the name of a shipped one, or the path of a file.
 */
export function withScenarioOption(words: readonly string[], isCommand: (word: string) => boolean): readonly string[] {
  const [first, second, ...others] = words;
  if (first === undefined || isOption(first)) return words;
  if (!isCommand(first)) return isScenario(first) ? ["run", "--scenario", ...words] : words;
  if (!COMMANDS.includes(first) || second === undefined || isOption(second)) return words;
  return [first, "--scenario", second, ...others];
}

function isOption(word: string): boolean {
  return word.startsWith("-");
}

function isScenario(word: string): boolean {
  return /[./\\]/.test(word) || isShipped(word);
}
