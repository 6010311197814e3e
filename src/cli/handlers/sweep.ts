/** `simulate sweep`: runs many seeds of a scenario under simulated time, and counts the coverage marks. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { MAX_RUN_THREADS, sweepSeeds } from "../../load/run/index.js";
import {
  createRunDirectory,
  removeRunDirectory,
  ResultsError,
  uniqueName,
  writeAtomically,
} from "../../results/index.js";
import { faultRatesFrom } from "../shared/fault-options.js";
import { interruptSignal } from "../shared/interrupt.js";
import { threadsFrom } from "../shared/numeric-options.js";
import { planFrom } from "../shared/plan-options.js";
import { logLines } from "../shared/handle-closed-stdout.js";
import {
  asText,
  endOf,
  progressOf,
  report,
  requireThresholds,
  seedsFrom,
  type SweepArguments,
} from "../shared/sweep-report.js";
import { withDemonstration } from "../shared/sweep-demo.js";
import { SweepTally } from "../shared/sweep-tally.js";

export async function handler(given: SweepArguments): Promise<void> {
  const sweep = withDemonstration(given);
  // A threshold that is given is to be evaluated.
  const args = { ...sweep, thresholds: sweep.thresholds || sweep.threshold !== undefined };
  if (args.redis !== undefined || args.resume !== undefined)
    await (await import("../shared/sweep-over-redis.js")).sweepOverRedis(args);
  else await sweepHere(args);
}

async function sweepHere(args: SweepArguments): Promise<void> {
  const seeds = seedsFrom(args.seeds);
  const threads =
    args.threads === undefined ? Math.min(MAX_RUN_THREADS, availableParallelism()) : threadsFrom(args.threads, 1);
  const { scenario, options } = await planFrom({ ...args, seed: undefined });
  const { thresholds } = args;
  if (thresholds) requireThresholds(scenario);
  const interrupt = interruptSignal();
  const tally = new SweepTally(seeds.last - seeds.first + 1, { thresholds });
  const progress = progressOf(tally, args.quiet);
  const began = performance.now();
  await sweepSeeds({
    request: { scenario, mailbox: args.mailbox, faultRates: faultRatesFrom(args.faults), thresholds },
    planOptions: options,
    seeds,
    threads,
    stopOnFailure: args.bail,
    interrupt,
    onResult(result) {
      tally.add(result);
      progress();
    },
  });
  const ending = endOf(tally, { args, seconds: (performance.now() - began) / 1000, isStopped: interrupt.aborted });
  const isSaved = tally.hasFailures || ending.isInterrupted;
  const file = isSaved ? save(args.results, scenario.name, asText(tally, ending)) : undefined;
  report(tally, ending, { ...args, file });
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
