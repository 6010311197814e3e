/**
 * A whole run in a process of its own: `simulate` of a checkout with a scenario, and what the process costs from its
 * start to its exit. Only the command line and the files of the run are used, so that the checkout can be of another
 * commit.
 */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { RUN_FILES } from "../results/index.js";
import { at, EXIT } from "../vocabulary/index.js";
import { inDirectory } from "./platform.js";
import type { RunCost } from "./run-cost.js";

const execute = promisify(execFile);

/** The root of this checkout. */
export const OWN_ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A module that prints the CPU time of all threads of its process at its end, µs. The threads load it too. */
const PRINT_CPU_TIME = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    process.stdout.write(String(user + system));
  });
`)}`;

/** The exit codes of runs that did not pass, but whose CPU time is valid: the machine can be too slow for them. */
const FINISHED: readonly unknown[] = [EXIT.threshold, EXIT.inconclusive];

const percentile = z.number().nullable();
const percentiles = z.object({ p50: percentile, p95: percentile.exactOptional(), p99: percentile });

/** What is used of a summary: fields that the summaries of other commits have too. */
const summarySchema = z.object({
  counters: z.object({ workers_started: z.number(), live_updates_taken: z.number() }),
  trends: z.object({ live_update_latency: percentiles }),
  floor: z.array(z.object({ name: z.string(), trend: percentiles })),
});

/** A run did not finish, or an invariant broke. */
export class WholeRunError extends Error {
  override readonly name = "WholeRunError";
  /** Whether an invariant broke. */
  readonly isBroken: boolean;

  constructor(message: string, { cause, isBroken }: { readonly cause: unknown; readonly isBroken: boolean }) {
    super(message, { cause });
    this.isBroken = isBroken;
  }
}

/** A finished run. */
export interface WholeRun {
  /** The CPU time of all threads of the process, from its start to its exit. */
  readonly cost: RunCost;
  readonly summary: z.infer<typeof summarySchema>;
  /** The run's directory. It is removed when the run has been used. */
  readonly directory: string;
}

/**
 * Runs the command line of the checkout at `root` with `options`, and calls `use` with the finished run.
 * @throws WholeRunError
 */
export function onWholeRun<T>(
  root: string,
  options: readonly string[],
  use: (run: WholeRun) => Promise<T> | T,
): Promise<T> {
  return inDirectory(async (results) => {
    const main = join(root, "dist/cli/main.js");
    const args = ["--import", PRINT_CPU_TIME, main, ...options, "--quiet", "--results", results];
    const { stdout } = await execute(process.execPath, args).catch((error: unknown) => {
      const failed = error as FailedProcess;
      if (FINISHED.includes(failed.code) && failed.stdout !== undefined) return { stdout: failed.stdout };
      throw new WholeRunError(lastLineOf(failed), { cause: error, isBroken: failed.code === EXIT.invariant });
    });
    if (!/^\d+$/.test(stdout)) throw new Error(`invalid output of a run: expected its CPU time, not "${stdout}"`);
    const directory = join(results, at(readdirSync(results), 0));
    const summary = summarySchema.parse(JSON.parse(readFileSync(join(directory, RUN_FILES.summary), "utf8")));
    return await use({
      cost: {
        cpuMs: Number(stdout) / 1000,
        workers: summary.counters.workers_started,
        updates: summary.counters.live_updates_taken,
      },
      summary,
      directory,
    });
  });
}

/** What `execFile` rejects with. */
interface FailedProcess extends Error {
  readonly code?: unknown;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** The last line that the process wrote, or how it ended. */
function lastLineOf({ code, stderr = "" }: FailedProcess): string {
  const lines = stderr.trim().split("\n");
  return stderr.trim() === "" ? `a run exited with ${String(code)}` : at(lines, lines.length - 1);
}
