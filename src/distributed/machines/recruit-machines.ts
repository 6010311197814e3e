/** Chooses the worker processes that carry the workers of a run, and makes the ways to them. */
import { hostname } from "node:os";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { commandLine, plural } from "../../vocabulary/index.js";
import type { RecruitedMachine, SharedClock } from "../../load/run/index.js";
import { refusalOf, requirementsHere } from "../compatibility.js";
import { PREFIX, type RedisServer } from "../connect-redis.js";
import { DistributedError } from "../errors.js";
import { readWorkerProcesses, removeJob, writeJob, writeSpec } from "../job-registry.js";
import { blocksQueue } from "../keys.js";
import { MESSAGES_VERSION, type Job, type Requirements, type WorkerProcess } from "../messages.js";
import { digestOfFile } from "../modules.js";
import { localNow, measureClock, redisNow } from "../redis-clock.js";
import { removeQueue } from "../remove-queues.js";
import { channelToMachine, clockOfRedis } from "./machine-channels.js";
import type { LoadSpec } from "./machine-kind.js";

/** Between two signs of life of the coordinator in the list of jobs, ms. */
const BEAT_MS = 2000;
/** How long the machines have to return their blocks, ms, and from one look to the next. */
const LAST_BLOCKS_MS = 2000;
const LOOK_MS = 50;

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
  const now = redisNow(await measureClock(client));
  const chosen = chooseMachines(await readWorkerProcesses(client, now), options);
  const job = jobOf(options, now);
  const spec: LoadSpec = { machines: chosen.map((machine) => machine.id) };
  await writeSpec(client, id, spec);
  await writeJob(client, job);
  const queue = new server.bullmq.Queue(blocksQueue(id), { connection: server.connection, prefix: PREFIX });
  queue.on("error", () => undefined);
  await queue.addBulk(chosen.map(() => ({ name: "machine", data: {}, opts: { attempts: 1 } })));
  const beat = setInterval(() => {
    void stillHere(server, job).catch(() => undefined);
  }, BEAT_MS);
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
    async close() {
      clearInterval(beat);
      // A machine that is about to return its block is not interrupted; a lost one does not return it.
      const until = localNow() + LAST_BLOCKS_MS;
      while ((await queue.getActiveCount()) > 0 && localNow() < until) await delay(LOOK_MS);
      await removeQueue(server, queue).catch(() => undefined);
      await removeJob(client, id);
      await queue.close();
    },
  };
}

async function stillHere({ client }: RedisServer, job: Job): Promise<void> {
  await writeJob(client, { ...job, seenAt: redisNow(await measureClock(client)) });
}

/** @throws {DistributedError} when there are not so many */
function chooseMachines(all: readonly WorkerProcess[], options: RecruitOptions): readonly WorkerProcess[] {
  const { machines, server, log } = options;
  const fitting = all.filter((machine) => {
    const refusal = refusalOf(requirementsHere(), machine);
    if (refusal !== undefined) log(`machine ${machine.id} is not used: ${refusal}`);
    return refusal === undefined;
  });
  const idle = fitting.filter(({ accepted }) => accepted.length === 0);
  const busy = fitting.length - idle.length;
  const least = machines ?? 1;
  if (idle.length < least)
    throw new DistributedError(
      `${plural(idle.length, "idle worker process", "idle worker processes")} at ${server.address.shown}` +
        `${busy === 0 ? "" : `, ${busy} busy`}: expected ${least} or more; ` +
        `start ${commandLine("worker", "--redis", server.address.shown)} on each machine`,
    );
  return idle.slice(0, machines ?? idle.length);
}

function jobOf({ id, title, planHash, workers, module }: RecruitOptions, now: number): Job {
  const requires: Requirements = {
    ...requirementsHere(),
    planHash,
    ...(module !== undefined && { module: { name: basename(module), digest: digestOfFile(module) } }),
  };
  return {
    messages: MESSAGES_VERSION,
    id,
    kind: "load",
    title,
    requires,
    state: "running",
    done: 0,
    total: workers,
    failed: 0,
    coordinator: `${hostname()} ${process.pid}`,
    createdAt: now,
    seenAt: now,
  };
}
