/** The results of a sweep, summed up. */
import { createHash, type Hash } from "node:crypto";
import { COVERAGE_MARK_NAMES, COVERAGE_MARKS, type CoverageMark, type RunResult } from "../../load/run/index.js";
import { formatCount, formatElapsed, plural } from "../../vocabulary/index.js";

/** The most failing seeds that are shown with their failures. */
const FAILURES_SHOWN = 5;

/** The end of a sweep. */
export interface SweepEnd {
  readonly seconds: number;
  /** Whether the user interrupted it before its last seed. */
  readonly isInterrupted: boolean;
  /** The command that runs a seed alone. */
  readonly commandFor: (seed: number) => string;
}

/** Sums the results of the seeds. */
export class SweepTally {
  seeds = 0;
  /** The number of seeds to run. */
  readonly asked: number;
  readonly failing: RunResult[] = [];
  /** Of all results in the order of the seeds: two sweeps with one digest have the same results, bit for bit. */
  readonly #digest: Hash = createHash("sha256");
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

  /** Adds the result of the next seed. */
  add(result: RunResult): void {
    const { seed, hash, events, simulatedMs, failures, reached } = result;
    this.#digest.update(`${JSON.stringify([seed, hash, events, simulatedMs, failures, reached])}\n`);
    this.seeds++;
    this.#events += result.events;
    this.#simulatedMs += result.simulatedMs;
    for (const condition of result.reached) this.#reachedBy.set(condition, (this.#reachedBy.get(condition) ?? 0) + 1);
    if (result.failures.length === 0) return;
    this.failing.push(result);
  }

  asData({ seconds, isInterrupted, commandFor }: SweepEnd) {
    return {
      seeds: this.seeds,
      asked: this.asked,
      interrupted: isInterrupted,
      digest: this.#digest.copy().digest("hex"),
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
      formatElapsed(seconds * 1000),
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
