/** `simulate sweep`: runs many seeds of a scenario under simulated time, and counts the coverage marks. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import {
  COVERAGE_MARK_NAMES,
  MAX_RUN_THREADS,
  COVERAGE_MARKS,
  sweepSeeds,
  type CoverageMark,
  type RunResult,
} from "../../load/run/index.js";
import {
  reproduceCommand,
  createRunDirectory,
  removeRunDirectory,
  ResultsError,
  uniqueName,
  writeAtomically,
} from "../../results/index.js";
import { assert, formatCount, plural, EXIT } from "../../vocabulary/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { invalidValue } from "../shared/usage-error.js";
import { faultRatesFrom } from "../shared/fault-options.js";
import { interruptSignal } from "../shared/interrupt.js";
import { threadsFrom, wholeNumber } from "../shared/numeric-options.js";
import { planFrom, type PlanArguments } from "../shared/plan-options.js";
import { logLines, printJson, printLines } from "../shared/handle-closed-stdout.js";

export interface SweepArguments extends Omit<PlanArguments, "seed"> {
  readonly seeds: string;
  readonly threads?: string | undefined;
  readonly mailbox: MailboxKind;
  readonly faults?: string | undefined;
  readonly bail: boolean;
  readonly results: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** The time between two lines of progress, ms. */
const PROGRESS_MS = 5000;

export async function handler(args: SweepArguments): Promise<void> {
  const seeds = seedsFrom(args.seeds);
  const threads =
    args.threads === undefined ? Math.min(MAX_RUN_THREADS, availableParallelism()) : threadsFrom(args.threads, 1);
  const { scenario, options } = await planFrom({ ...args, seed: undefined });
  const interrupt = interruptSignal();
  const tally = new SweepTally(seeds.last - seeds.first + 1);
  const began = performance.now();
  let nextLineAt = began + PROGRESS_MS;
  await sweepSeeds({
    request: { scenario, mailbox: args.mailbox, faultRates: faultRatesFrom(args.faults) },
    planOptions: options,
    seeds,
    threads,
    stopOnFailure: args.bail,
    interrupt,
    onResult(result) {
      tally.add(result);
      if (args.quiet || performance.now() < nextLineAt) return;
      nextLineAt = performance.now() + PROGRESS_MS;
      logLines(`  ${formatCount(tally.seeds)} of ${formatCount(tally.asked)} seeds · ${tally.failing.length} failed`);
    },
  });
  const seconds = (performance.now() - began) / 1000;
  const ending: SweepEnd = {
    seconds,
    isInterrupted: interrupt.aborted && !tally.isWhole,
    commandFor: (seed) => reproduce(args, seed),
  };
  const data = tally.asData(ending);
  const isSaved = tally.failing.length > 0 || ending.isInterrupted;
  const file = isSaved ? save(args.results, scenario.name, `${JSON.stringify(data, null, 2)}\n`) : undefined;
  if (args.json) printJson(data);
  else if (!args.quiet) printLines(...tally.render(ending), ...(file === undefined ? [] : [`Results  ${file}`]));
  process.exitCode = tally.failing.length > 0 ? EXIT.invariant : tally.isWhole ? EXIT.ok : EXIT.interrupted;
}

/** Writes the result into a new directory. Returns its path; undefined when it cannot be written. */
function save(results: string, scenario: string, json: string): string | undefined {
  let directory: string | undefined;
  try {
    directory = createRunDirectory(results, uniqueName(`sweep-${scenario}`, new Date()));
    const file = join(directory, "sweep.json");
    writeAtomically(file, json);
    return file;
  } catch (error) {
    if (!(error instanceof ResultsError)) throw error;
    if (directory !== undefined) removeRunDirectory(directory);
    logLines(`simulate: the result was not saved: ${error.message}`);
    return undefined;
  }
}

function seedsFrom(text: string): { first: number; last: number } {
  const [first, last = first] = text.split("..").map((seed) => wholeNumber("seeds", seed, 0));
  if (first === undefined || last === undefined || last < first || text.split("..").length > 2)
    throw invalidValue("--seeds", text, "the first and the last seed, such as 1..1000");
  return { first, last };
}

function reproduce({ scenario, workers, duration, mailbox, faults }: SweepArguments, seed: number): string {
  assert(scenario !== undefined, "a sweep has a scenario");
  return reproduceCommand(scenario, seed, { workers, duration, virtual: true, faults, mailbox, record: true });
}

/** The end of a sweep. */
interface SweepEnd {
  readonly seconds: number;
  /** Whether the user interrupted it before its last seed. */
  readonly isInterrupted: boolean;
  /** The command that runs a seed alone. */
  readonly commandFor: (seed: number) => string;
}

/** Sums the results of the seeds. */
class SweepTally {
  seeds = 0;
  /** The number of seeds to run. */
  readonly asked: number;
  readonly failing: RunResult[] = [];
  #events = 0;
  #simulatedMs = 0;
  readonly #reachedBy = new Map<CoverageMark, number>();

  constructor(asked: number) {
    this.asked = asked;
  }

  /** Whether every seed was run: the sweep was not interrupted and did not stop at a failure. */
  get isWhole(): boolean {
    return this.seeds === this.asked;
  }

  add(result: RunResult): void {
    this.seeds++;
    this.#events += result.events;
    this.#simulatedMs += result.simulatedMs;
    for (const condition of result.reached) this.#reachedBy.set(condition, (this.#reachedBy.get(condition) ?? 0) + 1);
    if (result.failures.length === 0) return;
    this.failing.push(result);
    this.failing.sort((a, b) => a.seed - b.seed);
  }

  asData({ seconds, isInterrupted, commandFor }: SweepEnd) {
    return {
      seeds: this.seeds,
      asked: this.asked,
      interrupted: isInterrupted,
      seconds,
      seedsPerSecond: this.seeds / seconds,
      simulatedHoursPerSecond: this.#simulatedMs / 3_600_000 / seconds,
      eventsPerSecond: this.#events / seconds,
      failing: this.failing.map(({ seed, failures }) => ({ seed, failures, reproduce: commandFor(seed) })),
      sometimes: Object.fromEntries(COVERAGE_MARK_NAMES.map((name) => [name, this.#reachedBy.get(name) ?? 0])),
    };
  }

  render(ending: SweepEnd): string[] {
    const { seconds, isInterrupted, commandFor } = ending;
    const { seedsPerSecond, simulatedHoursPerSecond, eventsPerSecond } = this.asData(ending);
    const seeds = this.isWhole
      ? plural(this.seeds, "seed")
      : `${formatCount(this.seeds)} of ${plural(this.asked, "seed")}`;
    const width = Math.max(...COVERAGE_MARK_NAMES.map((name) => name.length));
    const head = `${this.failing.length === 0 && this.isWhole ? "✓" : "✗"} ${isInterrupted ? "interrupted: " : ""}`;
    const speed = [
      `${seedsPerSecond.toFixed(1)} seeds a second`,
      `${simulatedHoursPerSecond.toFixed(3)} simulated hours a second`,
      `${formatCount(eventsPerSecond)} events a second`,
      `${seconds.toFixed(1)} s`,
    ];
    const lines = [
      `${head}${seeds}, ${formatCount(this.failing.length)} failed (thresholds are not evaluated)`,
      `  ${speed.join(" · ")}`,
    ];
    for (const { seed, failures } of this.failing.slice(0, FAILURES_SHOWN)) {
      lines.push("", `  seed ${seed}`);
      for (const { what, violations, first } of failures) {
        const count = violations === 1 ? "" : `${formatCount(violations)} violations, first: `;
        lines.push(`    ✗ ${what}: ${count}${first.what}: ${first.detail}`);
      }
      lines.push(`    ${commandFor(seed)}`);
    }
    if (this.failing.length > FAILURES_SHOWN) {
      const others = this.failing.slice(FAILURES_SHOWN).map(({ seed }) => seed);
      lines.push("", `  and seeds ${others.slice(0, 50).join(", ")}${others.length > 50 ? ", …" : ""}`);
    }
    lines.push("", "Coverage marks (seeds that reached them)");
    for (const name of COVERAGE_MARK_NAMES) {
      const reached = this.#reachedBy.get(name) ?? 0;
      const count = (reached > 0 ? formatCount(reached) : "never").padStart(7);
      lines.push(`  ${reached > 0 ? "✓" : "○"} ${name.padEnd(width)}  ${count}  ${COVERAGE_MARKS[name]}`);
    }
    return lines;
  }
}

const FAILURES_SHOWN = 5;
