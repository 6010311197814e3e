/**
 * Measures this checkout and another commit of it: both are built, and their rounds alternate, each in a process of its
 * own, so that other load on the machine affects both.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { ratiosOf, type BenchOptions, type Figure } from "./figure.js";
import { inDirectory } from "./platform.js";
import { resultSchema } from "./result.js";
import { median } from "./statistics.js";
import { benchesNamed } from "./suite.js";
import { OWN_ROOT } from "./whole-run.js";
import { at, getOrCreate } from "../vocabulary/index.js";

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 1 << 26;

/** The commit cannot be measured: it does not exist, cannot be built, or has no `simulate bench`. */
export class AgainstError extends Error {
  override readonly name = "AgainstError";
  /** Whether the commit does not exist. */
  readonly isUsage: boolean;

  constructor(message: string, { cause, isUsage = false }: { readonly cause?: unknown; readonly isUsage?: boolean }) {
    super(message, { cause });
    this.isUsage = isUsage;
  }
}

export interface PairedOptions extends BenchOptions {
  /** The names of the benchmarks. */
  readonly names: readonly string[];
  readonly rounds: number;
  /** Called before each pair of rounds with its number, from 1. */
  readonly onRound?: (round: number) => void;
}

export interface AgainstOptions extends PairedOptions {
  /** The other commit: a hash, a branch or a tag. */
  readonly ref: string;
}

/** The figures of both sides. Round n of one was measured next to round n of the other. */
export interface PairedFigures {
  readonly base: readonly Figure[];
  readonly current: readonly Figure[];
}

/**
 * The number of measurements of a process, which make up one round. Processes differ (in the place of their memory, in
 * the compilation of their code). Only more processes reduce this variation, not more measurements within one.
 */
const REPEATS = 5;

/**
 * Benchmarks of whole processes are measured in every so many rounds. A round of them takes longer than one of all
 * others, and varies less, as CPU time is summed up over whole runs.
 */
const ROUNDS_PER_WHOLE_PROCESS = 3;

/** The figures of both, with alternating rounds. @throws AgainstError */
export function measureAgainst({ ref, ...options }: AgainstOptions): Promise<PairedFigures> {
  return inDirectory(async (directory) => {
    const checkout = join(directory, "base");
    await attempt(
      `cannot check out ${ref}`,
      () => run("git", ["-C", OWN_ROOT, "worktree", "add", "--detach", checkout, ref]),
      true,
    );
    try {
      await attempt(`cannot build ${ref}`, () => build(checkout));
      return await measurePaired(checkout, OWN_ROOT, options);
    } finally {
      await run("git", ["-C", OWN_ROOT, "worktree", "remove", "--force", checkout]);
    }
  });
}

/** The figures of two built checkouts, given by their directories, with alternating rounds. @throws AgainstError */
export async function measurePaired(
  base: string,
  current: string,
  { names, rounds, onRound, ...options }: PairedOptions,
): Promise<PairedFigures> {
  const measurements = measurementsOf(names, options);
  const results: Record<keyof PairedFigures, Figure[][]> = { base: [], current: [] };
  for (let round = 1; round <= rounds; round++) {
    onRound?.(round);
    const order = round % 2 === 0 ? (["base", "current"] as const) : (["current", "base"] as const);
    for (const { everyRounds, measure } of measurements) {
      if ((round - 1) % everyRounds !== 0) continue;
      for (const side of order) {
        const root = side === "base" ? base : current;
        results[side].push(await attempt(`cannot measure the ${side} checkout`, () => measure(root)));
      }
    }
  }
  return { base: joined(results.base), current: joined(results.current) };
}

/** What is measured of each side, one after the other. */
interface Measurement {
  /** The first round has it, and then one of so many. */
  readonly everyRounds: number;
  readonly measure: (root: string) => Promise<Figure[]>;
}

function measurementsOf(names: readonly string[], options: BenchOptions): Measurement[] {
  const own: string[] = [];
  const measurements: Measurement[] = [];
  for (const { name, measureCheckout } of benchesNamed(names)) {
    if (measureCheckout === undefined) own.push(name);
    else
      measurements.push({ everyRounds: ROUNDS_PER_WHOLE_PROCESS, measure: (root) => measureCheckout(root, options) });
  }
  return own.length === 0
    ? measurements
    : [{ everyRounds: 1, measure: (root) => measureOnce(root, own) }, ...measurements];
}

/** Builds a checkout. Uses the packages of this one when they are the same. */
async function build(checkout: string): Promise<void> {
  const lockOf = (root: string): string => readFileSync(join(root, "package-lock.json"), "utf8");
  if (existsSync(join(OWN_ROOT, "node_modules")) && lockOf(checkout) === lockOf(OWN_ROOT)) {
    symlinkSync(join(OWN_ROOT, "node_modules"), join(checkout, "node_modules"));
    await run("npm", ["run", "build"], { cwd: checkout });
  } else {
    await run("npm", ["ci"], { cwd: checkout });
  }
}

async function measureOnce(root: string, names: readonly string[]): Promise<Figure[]> {
  const { stdout } = await run(
    process.execPath,
    [join(root, "dist/cli/main.js"), "bench", ...names, "--rounds", String(REPEATS), "--json"],
    { maxBuffer: MAX_OUTPUT_BYTES },
  );
  return resultSchema.parse(JSON.parse(stdout)).figures;
}

/** Each figure once. Its rounds are the processes: the medians of its rounds and of the ratios to the floor. */
function joined(results: readonly (readonly Figure[])[]): Figure[] {
  const byName = new Map<string, Figure[]>();
  for (const figure of results.flat()) getOrCreate(byName, figure.name, () => []).push(figure);
  return [...byName.values()].map((figures) => {
    const first = at(figures, 0);
    const rounds = figures.map(roundOf);
    return {
      ...first,
      rounds: rounds.map(({ value }) => value),
      floor: first.floor === null ? null : { ...first.floor, rounds: rounds.map(({ floor }) => floor) },
    };
  });
}

/** The median, and a floor for which their ratio is the median ratio: each value was measured beside its own floor. */
export function roundOf(figure: Figure): { readonly value: number; readonly floor: number } {
  const value = median(figure.rounds);
  return { value, floor: value / median(ratiosOf(figure) ?? [NaN]) };
}

async function attempt<T>(what: string, act: () => Promise<T>, isUsage = false): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    const lines = (stderr || message).trim().split("\n");
    throw new AgainstError(`${what}: ${at(lines, lines.length - 1)}`, { cause: error, isUsage });
  }
}
