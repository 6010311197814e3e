/** `simulate sweep`: runs many seeds of a scenario under simulated time, and counts the coverage marks. */
import { join } from "node:path";
import { sweepSeeds } from "../../load/run/index.js";
import { requireNativeModule } from "../../platform/db/index.js";
import type { LoadedScenario } from "../../load/scenario/index.js";
import {
  createRunDirectory,
  removeRunDirectory,
  ResultsError,
  uniqueName,
  writeAtomically,
} from "../../results/index.js";
import { faultRatesFrom } from "../shared/fault-options.js";
import { interruptSignal } from "../shared/interrupt.js";
import { threadsOrCores } from "../shared/numeric-options.js";
import { planFrom } from "../shared/plan-options.js";
import { logLines } from "../shared/print.js";
import {
  asText,
  endOf,
  keepScenario,
  progressOf,
  report,
  requireThresholds,
  seedsFrom,
  warnOfSweep,
  type EndedSweep,
  type SweepArguments,
} from "../shared/sweep-report.js";
import { withDemonstration } from "../shared/sweep-demo.js";
import { SweepTally, type SweepEnd } from "../shared/sweep-tally.js";

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
  const threads = threadsOrCores(args.threads);
  const loaded = await planFrom({ ...args, seed: undefined });
  const { scenario, options } = loaded;
  const { thresholds } = args;
  if (thresholds) requireThresholds(scenario);
  requireNativeModule();
  warnOfSweep(loaded, seeds, args);
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
  const seconds = (performance.now() - began) / 1000;
  const { ending, file } = save(tally, loaded, { args, seconds, isStopped: interrupt.aborted }, args.results);
  report(tally, ending, { ...args, file });
}

/** Writes a result that is kept into a new directory. Without a path it is not kept, or could not be written. */
function save(
  tally: SweepTally,
  loaded: LoadedScenario,
  ended: EndedSweep,
  results: string,
): { readonly ending: SweepEnd; readonly file: string | undefined } {
  const ending = endOf(tally, ended);
  if (!tally.hasFailures && !ending.isInterrupted) return { ending, file: undefined };
  let directory: string | undefined;
  try {
    directory = createRunDirectory(results, uniqueName(`sweep-${loaded.scenario.name}`, new Date()));
    const kept = endOf(tally, { ...ended, kept: keepScenario(directory, loaded) });
    const file = join(directory, "sweep.json");
    writeAtomically(file, asText(tally, kept));
    return { ending: kept, file };
  } catch (error) {
    if (!(error instanceof ResultsError)) throw error;
    if (directory !== undefined) removeRunDirectory(directory);
    logLines(`simulate: the result was not saved: ${error.message}`);
    return { ending, file: undefined };
  }
}
