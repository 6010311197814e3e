/** The error of everything that reads scenarios. */
import { printable } from "../../vocabulary/index.js";
import { MAX_PROBLEMS } from "./scenario-limits.js";

/**
 * A scenario cannot be used: not found, malformed, or not valid. The message has one line for every problem, and the
 * first line is complete in itself. The command line prints it and exits with 2.
 *
 * @example
 * ```ts
 * import { ScenarioError, loadScenario } from "crowdstorm";
 *
 * try {
 *   loadScenario("stedy");
 * } catch (error) {
 *   if (error instanceof ScenarioError) console.log(error.problems[0]); // unknown scenario "stedy"; did you mean "steady"?
 * }
 * ```
 */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  /** The problems, one for each line of the message. */
  readonly problems: readonly string[];

  constructor(problems: readonly [string, ...string[]], options?: ErrorOptions) {
    const lines = problems.map(printable);
    super(lines.join("\n"), options);
    this.problems = lines;
  }
}

/** The error for these problems, of which there is at least one. Those beyond {@link MAX_PROBLEMS} are counted. */
export function scenarioErrorOf(problems: readonly string[]): ScenarioError {
  const [first, ...others] = problems.slice(0, MAX_PROBLEMS);
  if (first === undefined) throw new RangeError("a ScenarioError has at least one problem");
  const left = problems.length - MAX_PROBLEMS;
  return new ScenarioError([first, ...others, ...(left > 0 ? [`and ${left} more problems`] : [])]);
}
