/** Worker processes and coordinators for the tests, as their users start them. */
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { start, type Ended, type StartOptions } from "../cli/simulate.js";
import { until, type TestRedis } from "./redis.js";

/** The cheapest scenario: two workers, some of whom disconnect. A seed takes milliseconds. */
export const TINY = `
name: tiny
description: Two workers, for many seeds.
incident: none
arrivals: { stages: [{ duration: 200ms, target: 10 }] }
task: { blueprint: chat, liveUpdateTimeout: 1s, submissionTimeout: 1s }
behaviours:
  stays: { weight: 0.5, actions: 1, thinkTime: 10ms }
  leaves: { weight: 0.5, actions: 1, thinkTime: 20ms, disconnect: { perAction: 0.5 } }
drainTimeout: 5s
`;

/** A process of `simulate`, and what it has written to standard error. */
export interface Process {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly log: () => string;
}

/** A process of `simulate worker`. */
export interface WorkerProcess extends Process {
  /** Such as `host-123-0a1b2c3d`. */
  readonly id: string;
}

type Suite = { after(fn: () => void): void };

/** It is killed with the test. */
export function run(t: Suite, ...args: string[]): Process {
  return runWith(t, args, {});
}

export function runWith(
  t: Suite,
  args: readonly string[],
  options: StartOptions,
): Process & Pick<ReturnType<typeof start>, "logged"> {
  const { child, ended, logged } = start(args, options);
  let log = "";
  child.stderr?.on("data", (text: Buffer) => (log += text.toString()));
  t.after(() => {
    child.kill("SIGCONT");
    child.kill("SIGKILL");
  });
  return { child, ended, log: () => log, logged };
}

/** Starts a worker process, and waits until it takes jobs. */
export async function startWorker(
  t: Suite,
  url: string,
  args: readonly string[] = [],
  options: StartOptions = {},
): Promise<WorkerProcess> {
  const worker = runWith(t, ["worker", "--redis", url, ...args], options);
  const [, id = ""] = await worker.logged(/^worker process (\S+):[^]*waiting for jobs/m);
  return { ...worker, id };
}

/** Starts worker processes with one thread each. */
export function startWorkers(
  t: Suite,
  { url }: TestRedis,
  count: number,
  ...options: string[]
): Promise<WorkerProcess[]> {
  const args = ["--threads", "1", ...options];
  return Promise.all(Array.from({ length: count }, () => startWorker(t, url, args)));
}

/** A folder with the scenario, and the arguments of a sweep of it. */
export function tinySweep(directory: string, seeds: string): string[] {
  const scenario = join(directory, "tiny.yaml");
  writeFileSync(scenario, TINY);
  return ["sweep", "-s", scenario, "--seeds", seeds, "--json", "--results", join(directory, "results")];
}

/** The results of a sweep: all of its JSON but the times. */
export function resultsOf({ stdout, stderr }: Ended): Record<string, unknown> {
  if (stdout === "") throw new Error(`no result: ${stderr}`);
  const { seconds, seedsPerSecond, simulatedHoursPerSecond, eventsPerSecond, ...results } = JSON.parse(
    stdout,
  ) as Record<string, unknown>;
  if ([seconds, seedsPerSecond, simulatedHoursPerSecond, eventsPerSecond].includes(undefined))
    throw new Error(`a sweep has times: ${stdout}`);
  return results;
}

/** The directory of the only job under `directory`, and its id. */
export function jobIn(directory: string): { readonly id: string; readonly path: string } {
  const [id = "", ...others] = readdirSync(join(directory, "results"));
  if (id === "" || others.length > 0) throw new Error(`expected one job under ${directory}`);
  return { id, path: join(directory, "results", id) };
}

/** Resolves when the coordinator has collected a block; with false when it ended before that was seen. */
export async function firstBlock(directory: string, { child }: Pick<Process, "child">): Promise<boolean> {
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  await until(() => hasEnded() || isBlockCollected(directory), "a block was collected");
  return !hasEnded();
}

function isBlockCollected(directory: string): boolean {
  try {
    const [id = ""] = readdirSync(join(directory, "results"));
    return readFileSync(join(directory, "results", id, "blocks.ndjson")).length > 0;
  } catch {
    // It is not there yet, or not any more.
    return false;
  }
}

/** How often a small job may end before it was seen to have begun. */
const TRIES = 5;

/** Starts a job until one is seen in its middle: a small one can be over before this process comes to look. */
export async function inTheMiddle<Started extends { readonly directory: string; readonly job: Process }>(
  start: () => Promise<Started>,
): Promise<Started> {
  for (let tries = 0; tries < TRIES; tries++) {
    const started = await start();
    if (await firstBlock(started.directory, started.job)) return started;
  }
  throw new Error(`${TRIES} jobs ended before they were seen to have begun`);
}
