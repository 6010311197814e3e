/** What all sweeps have in common on the command line: their arguments, their progress and their result. */
import { join } from "node:path";
import { reproduceCommand, RUN_FILES, shrinkCommand, writeAtomically } from "../../results/index.js";
import { assert, formatCount, EXIT, isModule, jsonText } from "../../vocabulary/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import {
  buildPlan,
  type LoadedScenario,
  type Plan,
  type PlanOptions,
  type Scenario,
} from "../../load/scenario/index.js";
import { DEMONSTRATION } from "../../load/scenario/shipped-scenarios.js";
import { invalidValue, UsageError } from "./usage-error.js";
import { wholeNumber } from "./numeric-options.js";
import type { PlanArguments } from "./plan-options.js";
import { logLines, printJson, printLines } from "./print.js";
import { describeDemonstration } from "./sweep-demo.js";
import type { SweepEnd, SweepTally } from "./sweep-tally.js";
import { warnOfPlan } from "./warn-of-plan.js";

export interface SweepArguments extends Omit<PlanArguments, "seed"> {
  readonly seeds?: string | undefined;
  readonly threads?: string | undefined;
  readonly mailbox: MailboxKind;
  readonly faults?: string | undefined;
  readonly thresholds: boolean;
  readonly demo: boolean;
  readonly strict: boolean;
  readonly bail: boolean;
  readonly redis?: string | undefined;
  readonly resume?: string | undefined;
  readonly results: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Prints what the plans of the first and of the last seed show. @throws {UsageError} with `--strict`, if they do */
export function warnOfSweep(
  loaded: LoadedScenario & { readonly options: PlanOptions },
  { first, last }: { readonly first: number; readonly last: number },
  { quiet, strict }: Pick<SweepArguments, "quiet" | "strict">,
): void {
  const planOf = (seed: number): Plan => buildPlan(loaded.scenario, { ...loaded.options, seed });
  warnOfPlan(loaded, [planOf(first), planOf(last)], { quiet, strict, what: "sweep" });
}

/** The time between two lines of progress, ms. */
const PROGRESS_MS = 5000;

/** Prints a line from time to time. */
export function progressOf(tally: SweepTally, quiet: boolean): () => void {
  let nextLineAt = performance.now() + PROGRESS_MS;
  return () => {
    if (quiet || performance.now() < nextLineAt) return;
    nextLineAt = performance.now() + PROGRESS_MS;
    const seeds = `${formatCount(tally.seeds)} of ${formatCount(tally.asked)} seeds`;
    logLines(`  ${[seeds, ...tally.counts].join(" · ")}`);
  };
}

/** The options that determine the commands for a seed. */
export type ReproducedArguments = Pick<
  SweepArguments,
  "scenario" | "workers" | "duration" | "mailbox" | "faults" | "set" | "threshold"
>;

/** How a sweep ended, and what the commands for its seeds depend on. */
export interface EndedSweep {
  readonly args: ReproducedArguments;
  readonly seconds: number;
  readonly isStopped: boolean;
  /** The stored scenario, where the file would not give it again. It has the changes of fields. */
  readonly kept?: string | undefined;
}

/** Stores the scenario in the directory of the sweep where its file would not give it again. Returns its path. */
export function keepScenario(directory: string, { text, isRepeatable }: LoadedScenario): string | undefined {
  if (isRepeatable === true) return undefined;
  const kept = join(directory, RUN_FILES.scenario);
  writeAtomically(kept, text);
  return kept;
}

export function endOf(tally: SweepTally, { args, seconds, isStopped, kept }: EndedSweep): SweepEnd {
  const { workers, duration, mailbox, faults, set, threshold } = args;
  const scenario = kept ?? args.scenario;
  assert(scenario !== undefined, "a sweep has a scenario");
  const choices = { workers, duration, mailbox, faults };
  const changes = kept === undefined ? { set, threshold } : {};
  return {
    seconds,
    isInterrupted: isStopped && !tally.isWhole,
    commandFor: (seed) => reproduceCommand(scenario, seed, { ...choices, virtual: true, record: true }, changes),
    // The text of a module is code, which cannot be shrunk.
    shrinkCommandFor: (seed) =>
      isModule(scenario) ? undefined : shrinkCommand(scenario, seed, { ...choices, ...changes }),
  };
}

/** The content of sweep.json. */
export function asText(tally: SweepTally, ending: SweepEnd): string {
  return jsonText(tally.asData(ending));
}

/** Prints the result, and sets the exit code. `file`: where the result is saved. */
export function report(
  tally: SweepTally,
  ending: SweepEnd,
  args: Pick<SweepArguments, "scenario" | "mailbox" | "faults" | "json" | "quiet"> & {
    readonly file: string | undefined;
  },
): void {
  const { scenario, json, quiet, file } = args;
  if (json) printJson(tally.asData(ending));
  else if (!quiet) {
    printLines(...tally.render(ending), ...(file === undefined ? [] : [`Results  ${file}`]));
    if (scenario === DEMONSTRATION) printLines(...describeDemonstration(tally, ending, args));
  } else if (!tally.hasPassed) {
    logLines(...tally.renderVerdict(ending), ...(file === undefined ? [] : [`  Results  ${file}`]));
  }
  if (tally.failing.length > 0) process.exitCode = EXIT.invariant;
  else if (tally.missing.length > 0) process.exitCode = EXIT.threshold;
  else process.exitCode = tally.isWhole ? EXIT.ok : EXIT.interrupted;
}

/** @throws {UsageError} when there is no threshold to evaluate */
export function requireThresholds({ name, thresholds }: Scenario): void {
  if (Object.keys(thresholds).length === 0)
    throw new UsageError(`--thresholds requires a scenario with thresholds: ${name} has none`);
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
