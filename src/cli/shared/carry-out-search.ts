/** Carries out a search for a capacity: shows its trials, keeps its result, and writes its report. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { logUpdateStderr } from "log-update";
import {
  agreeingIn,
  describeSearch,
  judgeRun,
  runTrialProcess,
  searchCapacity,
  TrialError,
  type CapacitySearch,
} from "../../load/capacity/index.js";
import { busyWarning, watchMachine } from "../../load/measure/machine/index.js";
import { formatRate, renderTrial, renderTrialHeading, seedsText, writeCapacityReport } from "../../report/index.js";
import {
  CAPACITY_FILES,
  removeRunDirectory,
  writeCapacity,
  type Capacity,
  type CapacityTrial,
} from "../../results/index.js";
import { at, formatSeconds, plural } from "../../vocabulary/index.js";
import type { ChosenSearch } from "./chosen-search.js";
import { logLines, printLines, printText } from "./print.js";
import { freePort, HeldAddress } from "./held-address.js";
import type { Trials } from "./trials.js";
import { lookOf, redraws } from "./terminal.js";
import { UsageError } from "./usage-error.js";

/** Between two updates of the line about the present trial, ms. */
const UPDATE_MS = 1000;

/** For how long the machine is watched before the first trial, ms. */
const WATCH_MS = 500;

export interface SearchOutput {
  /** Whether a table of the trials is printed. */
  readonly isShown: boolean;
  /** Whether nothing else is printed. */
  readonly isQuiet: boolean;
  readonly interrupt: AbortSignal;
}

/**
 * The result; its files are written.
 * @throws {UsageError} {@link TrialError} when a trial could not run for a reason that is not its rate
 */
export async function carryOutSearch(
  search: ChosenSearch,
  { isShown, isQuiet, interrupt }: SearchOutput,
): Promise<Capacity> {
  const { directory, identity, rates } = search;
  const save = (trials: readonly CapacityTrial[], end: Capacity["end"]): Capacity => {
    const result = describeSearch(identity, { trials: [...trials], end }, directory);
    writeCapacity(directory, result);
    return result;
  };
  const trialsOf = await openTrials(search, isShown).catch((error: unknown) => {
    if (search.trials.length === 0) removeRunDirectory(directory);
    throw error;
  });
  if (search.simulated === undefined && !isQuiet) await warnOfBusyMachine();
  const table = isShown ? showTrials(search) : undefined;
  let made = search.trials;
  save(made, "running");
  try {
    const { trials, end } = await searchCapacity({
      bounds: boundsOf(identity),
      rateOf: rates.rateOf,
      maxMs: identity.search.maxMs,
      growsWithWorkers: identity.engine === "virtual",
      trials: search.trials,
      runTrial: trialsOf.run,
      interrupt,
      onStart: (workers) => table?.start(workers),
      onTrial: (trials) => {
        made = trials;
        save(trials, "running");
        table?.add(at(trials, trials.length - 1));
      },
    });
    const result = save(trials, end);
    writeCapacityReport(directory, result);
    return result;
  } catch (error) {
    if (made.length === 0) removeRunDirectory(directory);
    throw error instanceof TrialError && error.isUsage ? new UsageError(error.message, { cause: error }) : error;
  } finally {
    table?.end();
    trialsOf.close();
  }
}

/** The trials run quietly: what each would print before its start is printed once. */
async function warnOfBusyMachine(): Promise<void> {
  const watch = watchMachine({ now: () => performance.now() });
  await sleep(WATCH_MS);
  const warning = busyWarning(watch.stop().use);
  if (warning !== undefined) logLines(`warning: ${warning}`);
}

/** @throws what keeps all trials from being made */
async function openTrials(search: ChosenSearch, isShown: boolean): Promise<Trials> {
  const { listen, simulated } = search;
  if (simulated !== undefined)
    return (await import("./simulated-trials.js")).openSimulatedTrials(search, simulated, isShown);
  const held = listen && (await HeldAddress.listen(listen.host, listen.port));
  if (held !== undefined && isShown) logLines(`router: ${held.url}, for all trials; it waits for a backend`);
  return { run: (workers, interrupt) => runTrial(search, held, workers, interrupt), close: () => held?.close() };
}

/** A trial in a process of its own. With `held`, it is a router behind it. */
async function runTrial(
  { directory, identity, trialArguments, trialEnvironment }: ChosenSearch,
  held: HeldAddress | undefined,
  workers: number,
  interrupt: AbortSignal,
): ReturnType<Trials["run"]> {
  const port = held === undefined ? undefined : await freePort();
  const listen = port === undefined ? [] : ["--listen", `127.0.0.1:${port}`];
  const options = {
    arguments: [...trialArguments, ...listen],
    environment: trialEnvironment,
    results: join(directory, CAPACITY_FILES.runs),
  };
  held?.passTo(port);
  try {
    const run = await runTrialProcess(options, workers, interrupt);
    return run && judgeRun(run, directory, identity.search.metric ?? undefined);
  } finally {
    held?.passTo(undefined);
  }
}

function boundsOf({ search, engine }: ChosenSearch["identity"]): CapacitySearch["bounds"] {
  const { startWorkers, leastWorkers, mostWorkers, precision } = search;
  const agreeing = agreeingIn(engine);
  const bounds = { start: startWorkers, least: leastWorkers, most: mostWorkers, precision };
  return agreeing === undefined ? bounds : { ...bounds, agreeing };
}

interface TrialTable {
  start(workers: number): void;
  add(trial: CapacityTrial): void;
  end(): void;
}

/** Prints the trials as they end; in a terminal also a line about the present one, on standard error. */
function showTrials({ trials, rates, identity }: ChosenSearch): TrialTable {
  const options = lookOf(process.stdout);
  const present = redraws(process.stderr) ? logUpdateStderr : undefined;
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => {
    clearInterval(timer);
    present?.clear();
  };
  const add = (trial: CapacityTrial): void => {
    clear();
    printText(`${renderTrial(trial, options)}\n`);
  };
  printLines(`${identity.scenario.name}, ${seedsText(identity)}`, renderTrialHeading());
  for (const trial of trials) add(trial);
  return {
    start(workers) {
      const began = performance.now();
      const what = `${plural(workers, "worker")}, ${formatRate(rates.rateOf(workers))} arrivals a second`;
      const show = (): void => present?.(`  ${what}: ${formatSeconds(performance.now() - began, 0)}`);
      show();
      timer = setInterval(show, UPDATE_MS);
    },
    add,
    end: clear,
  };
}
