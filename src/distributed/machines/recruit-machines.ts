/** Chooses the worker processes that carry the workers of a run, and opens the channels to them. */
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { commandLine, plural } from "../../vocabulary/index.js";
import type { RecruitedMachine, SharedClock } from "../../load/run/index.js";
import { refusalOf, requirementsHere } from "../compatibility.js";
import type { RedisServer } from "../connect-redis.js";
import { DistributedError } from "../errors.js";
import { jobEntry, removeJob, writeJob, writeSpec } from "../job-registry.js";
import { blocksQueue } from "../keys.js";
import { untilEnded } from "../last-commands.js";
import { listJobs, type ListedJobs } from "../list-jobs.js";
import type { Job, Requirements, WorkerProcess } from "../messages.js";
import { digestOfFile } from "../modules.js";
import { localNow, RedisClock } from "../redis-clock.js";
import { openQueue, removeQueue } from "../queues.js";
import { channelToMachine, clockOfRedis } from "./machine-channels.js";
import { JobBeat } from "./job-beat.js";
import type { LoadSpec } from "./machine-kind.js";

/** How long the machines have to return their blocks, ms, and from one poll to the next. */
const LAST_BLOCKS_MS = 2000;
const POLL_MS = 50;
/** The most jobs that a message names. */
const JOBS_NAMED = 3;

export interface RecruitOptions {
  readonly server: RedisServer;
  /** Of the job: it names the run. */
  readonly id: string;
  /** For people. */
  readonly title: string;
  readonly planHash: string;
  /** The planned workers. */
  readonly workers: number;
  /** The file of the scenario, if that is a JavaScript module. */
  readonly module: string | undefined;
  /** How many machines take part; left out: all that are idle. */
  readonly machines: number | undefined;
  /** The most threads of a machine; left out: as many as it has for blocks. */
  readonly threads: number | undefined;
  readonly log: (line: string) => void;
}

export interface Recruited {
  readonly machines: readonly RecruitedMachine[];
  readonly clock: SharedClock;
  /** Aborts when another process cancels the job. The reason is a line. */
  readonly cancelled: AbortSignal;
  /** From now on the list of jobs has how many workers have ended. */
  follow(ended: () => number): void;
  /** Takes the job out of Redis. The machines have been told to end. */
  close(): Promise<void>;
}

/**
 * Publishes a job for the idle worker processes that may work on it.
 * @throws {DistributedError} when there are not so many
 */
export async function recruitMachines(options: RecruitOptions): Promise<Recruited> {
  const { server, id, threads, log } = options;
  const { client } = server;
  const clock = await RedisClock.start(client);
  const chosen = chooseMachines(await listJobs(server), options);
  const job = jobOf(options, clock.now());
  const spec: LoadSpec = { machines: chosen.map((machine) => machine.id) };
  await writeSpec(client, id, spec);
  await writeJob(client, job);
  const queue = openQueue(server, blocksQueue(id));
  await queue.addBulk(chosen.map(() => ({ name: "machine", data: {}, opts: { attempts: 1 } })));
  const beat = new JobBeat({ client, clock, job });
  log(`machines: ${chosen.map((machine) => machine.id).join(", ")}`);
  return {
    machines: chosen.map((machine) => ({
      name: machine.id,
      node: machine.node,
      cores: machine.cores,
      threads: Math.min(machine.threads, threads ?? Infinity),
      channel: channelToMachine(client, id, machine.id),
    })),
    clock: clockOfRedis(client),
    cancelled: beat.cancelled,
    follow: (ended) => beat.follow(ended),
    async close() {
      await beat.end();
      const last = async (): Promise<void> => {
        // A machine that is about to return its block is not interrupted; a lost one does not return it.
        const until = localNow() + LAST_BLOCKS_MS;
        while ((await queue.getActiveCount()) > 0 && localNow() < until) await delay(POLL_MS);
        await removeQueue(server, queue).catch(() => undefined);
        await removeJob(client, id);
        await queue.close();
      };
      // While Redis is away, commands of the queue wait without a limit.
      await untilEnded(last(), client);
      // Not waited for: it does not end between two attempts to connect.
      if (client.status !== "ready") queue.disconnect().catch(() => undefined);
    },
  };
}

/** @throws {DistributedError} when there are not so many */
function chooseMachines({ workers, jobs: all }: ListedJobs, options: RecruitOptions): readonly WorkerProcess[] {
  const { machines, server, log } = options;
  const fitting = workers.filter((machine) => {
    const refusal = refusalOf(requirementsHere(), machine);
    if (refusal !== undefined) log(`machine ${machine.id} is not used: ${refusal}`);
    return refusal === undefined;
  });
  // A job whose coordinator is lost gives no more work; it stays in the list, so that it can be resumed.
  const live = new Set(all.filter(({ state, isLost }) => state === "running" && !isLost).map((job) => job.id));
  const liveJobs = ({ accepted }: WorkerProcess): readonly string[] => accepted.filter((id) => live.has(id));
  const idle = fitting.filter((machine) => machine.blocks === 0 && liveJobs(machine).length === 0);
  const busy = fitting.filter((machine) => !idle.includes(machine));
  const least = machines ?? 1;
  if (idle.length >= least) return idle.slice(0, machines ?? idle.length);
  const { shown } = server.address;
  const start = `start ${commandLine("worker", "--redis", shown)} on each machine`;
  // Live jobs come first. Without one, a block of a lost job is still at work.
  const jobs = [...busy.flatMap(liveJobs), ...busy.flatMap(({ accepted }) => accepted)];
  const { count, advice } = busyText(busy.length, jobs, shown);
  throw new DistributedError(
    `${plural(idle.length, "idle worker process", "idle worker processes")} at ${shown}${count}: ` +
      `expected ${least} or more; ${start}${advice}`,
  );
}

/** That so many worker processes are busy with `jobs`, and how to end one of these. */
function busyText(
  busy: number,
  jobs: readonly string[],
  redis: string,
): { readonly count: string; readonly advice: string } {
  const named = [...new Set(jobs)];
  const [first] = named;
  if (first === undefined) return { count: busy === 0 ? "" : `, ${busy} busy`, advice: "" };
  const more = named.length > JOBS_NAMED ? ` and ${plural(named.length - JOBS_NAMED, "other job")}` : "";
  return {
    count: `, ${busy} busy with ${named.slice(0, JOBS_NAMED).join(", ")}${more}`,
    advice: `, or end a job: ${commandLine("jobs", first, "--cancel", "--redis", redis)}`,
  };
}

function jobOf({ id, title, planHash, workers, module }: RecruitOptions, now: number): Job {
  const requires: Requirements = {
    ...requirementsHere(),
    planHash,
    ...(module !== undefined && { module: { name: basename(module), digest: digestOfFile(module) } }),
  };
  return jobEntry({
    id,
    kind: "load",
    title,
    requires,
    state: "running",
    done: 0,
    total: workers,
    failed: 0,
    createdAt: now,
    seenAt: now,
  });
}
