/** What all sweeps have in common on the command line: their arguments, their progress and their result. */
import { reproduceCommand } from "../../results/index.js";
import { assert, formatCount, EXIT } from "../../vocabulary/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { invalidValue } from "./usage-error.js";
import { wholeNumber } from "./numeric-options.js";
import type { PlanArguments } from "./plan-options.js";
import { logLines, printJson, printLines } from "./handle-closed-stdout.js";
import type { SweepEnd, SweepTally } from "./sweep-tally.js";

export interface SweepArguments extends Omit<PlanArguments, "seed"> {
  readonly seeds?: string | undefined;
  readonly threads?: string | undefined;
  readonly mailbox: MailboxKind;
  readonly faults?: string | undefined;
  readonly bail: boolean;
  readonly redis?: string | undefined;
  readonly resume?: string | undefined;
  readonly results: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The time between two lines of progress, ms. */
const PROGRESS_MS = 5000;

/** Prints a line from time to time. */
export function progressOf(tally: SweepTally, quiet: boolean): () => void {
  let nextLineAt = performance.now() + PROGRESS_MS;
  return () => {
    if (quiet || performance.now() < nextLineAt) return;
    nextLineAt = performance.now() + PROGRESS_MS;
    logLines(`  ${formatCount(tally.seeds)} of ${formatCount(tally.asked)} seeds · ${tally.failing.length} failed`);
  };
}

/** The options that determine the command for a seed. */
export type ReproducedArguments = Pick<
  SweepArguments,
  "scenario" | "workers" | "duration" | "mailbox" | "faults" | "set"
>;

export function endOf(
  tally: SweepTally,
  {
    args,
    seconds,
    isStopped,
  }: { readonly args: ReproducedArguments; readonly seconds: number; readonly isStopped: boolean },
): SweepEnd {
  return {
    seconds,
    isInterrupted: isStopped && !tally.isWhole,
    commandFor: (seed) => reproduce(args, seed),
  };
}

/** The content of sweep.json. */
export function asText(tally: SweepTally, ending: SweepEnd): string {
  return `${JSON.stringify(tally.asData(ending), null, 2)}\n`;
}

/** Prints the result, which is saved in `file`, and sets the exit code. */
export function report(
  tally: SweepTally,
  ending: SweepEnd,
  { json, quiet }: Pick<SweepArguments, "json" | "quiet">,
  file: string | undefined,
): void {
  if (json) printJson(tally.asData(ending));
  else if (!quiet) printLines(...tally.render(ending), ...(file === undefined ? [] : [`Results  ${file}`]));
  process.exitCode = tally.failing.length > 0 ? EXIT.invariant : tally.isWhole ? EXIT.ok : EXIT.interrupted;
}

const DEFAULT_SEEDS = "1..100";

/** The value of `--seeds`: 1..10, 1-10, or a single seed. @throws {UsageError} */
export function seedsFrom(text = DEFAULT_SEEDS): { first: number; last: number } {
  const expected = "the first and the last seed, such as 1..1000";
  const [, from, to = from] = /^(\d+)(?:(?:\.\.|-)(\d+))?$/.exec(text.trim()) ?? [];
  if (from === undefined || to === undefined) throw invalidValue("--seeds", text, expected);
  const [first, last] = [wholeNumber("seeds", from, 0), wholeNumber("seeds", to, 0)];
  if (last < first) throw invalidValue("--seeds", text, expected);
  return { first, last };
}

function reproduce({ scenario, workers, duration, mailbox, faults, set }: ReproducedArguments, seed: number): string {
  assert(scenario !== undefined, "a sweep has a scenario");
  return reproduceCommand(scenario, seed, { workers, duration, virtual: true, faults, mailbox, record: true }, { set });
}
