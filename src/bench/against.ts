/**
 * Measures this checkout against another commit of it: both are built, and their rounds take turns, each in a process of its
 * own, so that whatever else the machine does hits both alike.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inDirectory } from "./platform.js";
import { resultSchema, type BenchResult } from "./result.js";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MOST_OUTPUT_BYTES = 1 << 26;

/** The commit cannot be measured: it does not exist, cannot be built, or has no `simulate bench`. */
export class AgainstError extends Error {
  override readonly name = "AgainstError";
}

export interface AgainstOptions {
  /** What git calls the other commit: a hash, a branch, a tag. */
  readonly ref: string;
  readonly names: readonly string[];
  readonly rounds: number;
  /** Called before each pair of rounds with its number, from 1. */
  readonly onRound?: (round: number) => void;
}

/** The results of both, round by round in turn. @throws AgainstError */
export function measureAgainst({ ref, names, rounds, onRound }: AgainstOptions): Promise<{ base: BenchResult; current: BenchResult }> {
  return inDirectory(async (directory) => {
    const checkout = join(directory, "base");
    await attempt(`${ref} cannot be checked out`, () => run("git", ["-C", ROOT, "worktree", "add", "--detach", checkout, ref]));
    try {
      await attempt(`${ref} cannot be built`, () => build(checkout));
      const results: { base: BenchResult[]; current: BenchResult[] } = { base: [], current: [] };
      for (let round = 1; round <= rounds; round++) {
        onRound?.(round);
        const order = round % 2 === 0 ? (["base", "current"] as const) : (["current", "base"] as const);
        for (const side of order) {
          const root = side === "base" ? checkout : ROOT;
          results[side].push(await attempt(`${side === "base" ? ref : "this checkout"} cannot be measured`, () => measureOnce(root, names)));
        }
      }
      return { base: joined(results.base), current: joined(results.current) };
    } finally {
      await run("git", ["-C", ROOT, "worktree", "remove", "--force", checkout]);
    }
  });
}

/** Builds a checkout, with this one's packages when they are the same. */
async function build(checkout: string): Promise<void> {
  const lockOf = (root: string): string => readFileSync(join(root, "package-lock.json"), "utf8");
  if (existsSync(join(ROOT, "node_modules")) && lockOf(checkout) === lockOf(ROOT)) {
    symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"));
    await run("npm", ["run", "build"], { cwd: checkout });
  } else {
    await run("npm", ["ci"], { cwd: checkout });
  }
}

async function measureOnce(root: string, names: readonly string[]): Promise<BenchResult> {
  const { stdout } = await run(process.execPath, [join(root, "dist/cli/main.js"), "bench", ...names, "--rounds", "1", "--json"], { maxBuffer: MOST_OUTPUT_BYTES });
  return resultSchema.parse(JSON.parse(stdout));
}

/** One result of those of one round each. */
function joined(results: readonly BenchResult[]): BenchResult {
  const [first] = results;
  if (first === undefined) throw new RangeError("there were no rounds to measure");
  const roundsOf = (name: string) => results.flatMap(({ figures }) => figures.filter((figure) => figure.name === name));
  return {
    ...first,
    figures: first.figures.map((figure) => ({
      ...figure,
      rounds: roundsOf(figure.name).flatMap(({ rounds }) => rounds),
      floor: figure.floor === null ? null : { ...figure.floor, rounds: roundsOf(figure.name).flatMap(({ floor }) => floor?.rounds ?? []) },
    })),
  };
}

async function attempt<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const reason = (stderr ?? message).trim().split("\n").at(-1) ?? "";
    throw new AgainstError(`${what}: ${reason}`, { cause: error });
  }
}
