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

const percentiles = z.object({ p50: z.number().nullable(), p99: z.number().nullable() });

/** What is used of a summary: fields that the summaries of other commits have too. */
const summarySchema = z.object({
  counters: z.object({ workers_started: z.number(), live_updates_taken: z.number() }),
  trends: z.object({ live_update_latency: percentiles }),
  floor: z.array(z.object({ name: z.string(), trend: percentiles })),
  load: z.object({ generated: z.boolean() }).optional(),
});

/** A finished run. */
export interface WholeRun {
  /** Whether it passed. Otherwise a threshold failed, or its schedule was not kept; its CPU time is valid too. */
  readonly passed: boolean;
  /** CPU time of all threads of the process, from its start to its exit, ms. */
  readonly cpuMs: number;
  /** Simulated workers that arrived. */
  readonly workers: number;
  /** Live updates that the task's code took. */
  readonly updates: number;
  readonly summary: z.infer<typeof summarySchema>;
  /** The path of the run's database. It is removed with the run's directory, when the run has been used. */
  readonly database: string;
}

/**
 * Runs the command line of the checkout at `root` with `options`, and calls `use` with the finished run.
 * @throws Error when the run did not finish, or an invariant broke
 */
export function onWholeRun<T>(
  root: string,
  options: readonly string[],
  use: (run: WholeRun) => Promise<T> | T,
): Promise<T> {
  return inDirectory(async (results) => {
    const main = join(root, "dist/cli/main.js");
    const args = ["--import", PRINT_CPU_TIME, main, ...options, "--quiet", "--results", results];
    const { passed, stdout } = await execute(process.execPath, args).then(
      (printed) => ({ passed: true, stdout: printed.stdout }),
      (error: unknown) => {
        const failed = error as { code?: unknown; stdout?: string };
        if (failed.code !== EXIT.threshold || failed.stdout === undefined) throw error;
        return { passed: false, stdout: failed.stdout };
      },
    );
    if (!/^\d+$/.test(stdout)) throw new Error(`invalid output of a run: expected its CPU time, not "${stdout}"`);
    const directory = join(results, at(readdirSync(results), 0));
    const summary = summarySchema.parse(JSON.parse(readFileSync(join(directory, RUN_FILES.summary), "utf8")));
    return await use({
      passed,
      cpuMs: Number(stdout) / 1000,
      workers: summary.counters.workers_started,
      updates: summary.counters.live_updates_taken,
      summary,
      database: join(directory, RUN_FILES.database),
    });
  });
}
