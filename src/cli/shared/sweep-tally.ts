/** The results of a sweep, summed up. */
import { createHash, type Hash } from "node:crypto";
import { COVERAGE_MARK_NAMES, COVERAGE_MARKS, type CoverageMark, type RunResult } from "../../load/run/index.js";
import { observedText } from "../../results/index.js";
import { formatCount, formatElapsed, increment, plural } from "../../vocabulary/index.js";

/** The most failing seeds that are shown with their failures, and the most others whose numbers are shown. */
const FAILURES_SHOWN = 5;
const NUMBERS_SHOWN = 50;

/** The end of a sweep. */
export interface SweepEnd {
  readonly seconds: number;
  /** Whether the user interrupted it before its last seed. */
  readonly isInterrupted: boolean;
  /** The command that runs a seed alone. */
  readonly commandFor: (seed: number) => string;
  /** The command that shrinks a seed; undefined for a scenario that cannot be shrunk. */
  readonly shrinkCommandFor: (seed: number) => string | undefined;
}

/** Sums the results of the seeds. */
export class SweepTally {
  seeds = 0;
  /** The number of seeds to run. */
  readonly asked: number;
  /** Whether the thresholds are evaluated. */
  readonly thresholds: boolean;
  /** The seeds that break an invariant or end with an error. */
  readonly failing: RunResult[] = [];
  /** The seeds that miss a threshold or do not carry out their plan, whether they are failing or not. */
  readonly missing: RunResult[] = [];
  /** Of all results in the order of the seeds: two sweeps with one digest have the same results, bit for bit. */
  readonly #digest: Hash = createHash("sha256");
  #events = 0;
  #simulatedMs = 0;
  readonly #reachedBy = new Map<CoverageMark, number>();

  constructor(asked: number, { thresholds }: { readonly thresholds: boolean }) {
    this.asked = asked;
    this.thresholds = thresholds;
  }

  /** Whether every seed was run: the sweep was not interrupted and did not stop at a failure. */
  get isWhole(): boolean {
    return this.seeds === this.asked;
  }

  /** How many seeds failed, and how many missed a threshold. */
  get counts(): string[] {
    const others = this.missing.filter(isNotCarriedOutOnly).length;
    return [
      `${formatCount(this.failing.length)} failed`,
      ...(this.thresholds ? [`${formatCount(this.missing.length - others)} missed a threshold`] : []),
      ...(others > 0 ? [`${formatCount(others)} did not carry out the plan`] : []),
    ];
  }

  /** Whether some seed broke an invariant, ended with an error, missed a threshold or did not carry out its plan. */
  get hasFailures(): boolean {
    return this.failing.length + this.missing.length > 0;
  }

  get hasPassed(): boolean {
    return this.isWhole && !this.hasFailures;
  }

  /** Adds the result of the next seed. */
  add(result: RunResult): void {
    this.#digest.update(`${JSON.stringify(digested(result))}\n`);
    this.seeds++;
    this.#events += result.events;
    this.#simulatedMs += result.simulatedMs;
    for (const condition of result.reached) increment(this.#reachedBy, condition);
    if (result.failures.length > 0) this.failing.push(result);
    const { missed = [], unmet = [] } = result;
    if (missed.length + unmet.length > 0) this.missing.push(result);
  }

  asData({ seconds, isInterrupted, commandFor, shrinkCommandFor }: SweepEnd) {
    return {
      seeds: this.seeds,
      asked: this.asked,
      interrupted: isInterrupted,
      digest: this.#digest.copy().digest("hex"),
      seconds,
      seedsPerSecond: this.seeds / seconds,
      simulatedHoursPerSecond: this.#simulatedMs / 3_600_000 / seconds,
      eventsPerSecond: this.#events / seconds,
      failing: this.failing.map(({ seed, failures }) => {
        const shrink = shrinkCommandFor(seed);
        return { seed, failures, reproduce: commandFor(seed), ...(shrink !== undefined && { shrink }) };
      }),
      ...(this.thresholds && {
        missing: this.missing.map(({ seed, missed = [], unmet }) => ({
          seed,
          thresholds: missed,
          ...(unmet !== undefined && { reasons: unmet.map(({ text }) => text) }),
          reproduce: commandFor(seed),
        })),
      }),
      sometimes: Object.fromEntries(COVERAGE_MARK_NAMES.map((name) => [name, this.#reachedBy.get(name) ?? 0])),
    };
  }

  /** The verdict and the first reasons: what `--quiet` shows of a sweep that did not pass. */
  renderVerdict(ending: SweepEnd): string[] {
    const reasons = [
      ...this.failing.flatMap(({ seed, failures }) => failures.map((each) => `seed ${seed}: ${failureText(each)}`)),
      ...this.missing.flatMap((result) => unmetTexts(result).map((text) => `seed ${result.seed}: ${text}`)),
    ];
    const more = reasons.length - FAILURES_SHOWN;
    return [
      this.#head(ending),
      ...reasons.slice(0, FAILURES_SHOWN).map((reason) => `  ✗ ${reason}`),
      ...(more > 0 ? [`  and ${formatCount(more)} more`] : []),
    ];
  }

  #head({ isInterrupted }: SweepEnd): string {
    const seeds = this.isWhole
      ? plural(this.seeds, "seed")
      : `${formatCount(this.seeds)} of ${plural(this.asked, "seed")}`;
    const notEvaluated = this.thresholds ? "" : " (thresholds are not evaluated)";
    const interrupted = isInterrupted ? "interrupted: " : "";
    return `${this.hasPassed ? "✓" : "✗"} ${interrupted}${[seeds, ...this.counts].join(", ")}${notEvaluated}`;
  }

  render(ending: SweepEnd): string[] {
    const { seconds, commandFor, shrinkCommandFor } = ending;
    const { seedsPerSecond, simulatedHoursPerSecond, eventsPerSecond } = this.asData(ending);
    const speed = [
      `${seedsPerSecond.toFixed(1)} seeds a second`,
      `${simulatedHoursPerSecond.toFixed(3)} simulated hours a second`,
      `${formatCount(eventsPerSecond)} events a second`,
      formatElapsed(seconds * 1000),
    ];
    return [
      this.#head(ending),
      `  ${speed.join(" · ")}`,
      ...listed(this.failing, ({ seed, failures }) => [
        ...failures.map((each) => `✗ ${failureText(each)}`),
        ...[commandFor(seed), shrinkCommandFor(seed)].filter((command) => command !== undefined),
      ]),
      ...(this.missing.length === 0 ? [] : ["", this.#missingTitle()]),
      ...listed(this.missing, (result) => [...unmetTexts(result).map((text) => `✗ ${text}`), commandFor(result.seed)]),
      ...this.#renderMarks(),
    ];
  }

  #missingTitle(): string {
    const others = this.missing.some(isNotCarriedOutOnly) ? ", and plans that were not carried out" : "";
    return `Missed thresholds${others}`;
  }

  #renderMarks(): string[] {
    const width = Math.max(...COVERAGE_MARK_NAMES.map((name) => name.length));
    const marks = COVERAGE_MARK_NAMES.map((name) => {
      const reached = this.#reachedBy.get(name) ?? 0;
      const count = (reached > 0 ? formatCount(reached) : "never").padStart(7);
      return `  ${reached > 0 ? "✓" : "○"} ${name.padEnd(width)}  ${count}  ${COVERAGE_MARKS[name]}`;
    });
    return ["", "Coverage marks (seeds that reached them)", ...marks];
  }
}

/** What the digest of a sweep is made of, in an order of its own: a result that was sent has its keys in another. */
function digested({ seed, hash, events, simulatedMs, failures, reached, missed, unmet }: RunResult): unknown[] {
  const broken = failures.map(({ what, violations, first }) => [
    what,
    violations,
    first.what,
    first.agentId ?? null,
    first.detail,
  ]);
  const thresholds = missed?.map(({ metric, expression, observed }) => [metric, expression, observed]);
  return [
    ...[seed, hash, events, simulatedMs, broken, reached],
    ...(thresholds === undefined ? [] : [thresholds]),
    ...(unmet === undefined ? [] : [unmet.map(({ code, text }) => [code, text])]),
  ];
}

/** The first seeds with the lines that describe them, and the numbers of the others. */
function listed(results: readonly RunResult[], describe: (result: RunResult) => readonly string[]): string[] {
  const lines = results
    .slice(0, FAILURES_SHOWN)
    .flatMap((result) => ["", `  seed ${result.seed}`, ...describe(result).map((line) => `    ${line}`)]);
  const others = results.slice(FAILURES_SHOWN).map(({ seed }) => seed);
  if (others.length === 0) return lines;
  const numbers = `${others.slice(0, NUMBERS_SHOWN).join(", ")}${others.length > NUMBERS_SHOWN ? ", …" : ""}`;
  return [...lines, "", `  and seeds ${numbers}`];
}

/** Whether it misses no threshold, and none aborted it. */
function isNotCarriedOutOnly({ missed = [], unmet = [] }: RunResult): boolean {
  return missed.length === 0 && unmet.every(({ code }) => code !== "aborted");
}

/** Why its plan was not carried out, and the thresholds that it misses. */
function unmetTexts({ missed = [], unmet = [] }: RunResult): string[] {
  return [...unmet.map(({ text }) => text), ...missed.map(missedText)];
}

function missedText(threshold: NonNullable<RunResult["missed"]>[number]): string {
  return `${threshold.metric} ${threshold.expression}: ${observedText(threshold)}`;
}

function failureText({ what, violations, first }: RunResult["failures"][number]): string {
  const count = violations === 1 ? "" : `${formatCount(violations)} violations, first: `;
  return `${what}: ${count}${first.what}: ${first.detail}`;
}
