/**
 * The process of the waiting benchmark: many agents wait in `getLiveUpdateAsync` in one thread. The process does
 * nothing else, so that its memory and CPU time are those of the agents. It is started with --expose-gc.
 */
import { connectDatabase, startWriter } from "../platform/db/index.js";
import { Agent, createContext, type LiveAgent } from "../platform/model/index.js";
import { Arena, atomics } from "../platform/sync/index.js";
import { assert, at } from "../vocabulary/index.js";
import { shortUpdate } from "./live-update.js";

/** The first argument, as JSON. */
export interface WaitingOptions {
  /** A database that has agents 1 to `agents`. */
  readonly path: string;
  readonly agents: number;
  /** The number of agents that receive an update every second during the measurement of the active CPU time. */
  readonly active: number;
  /** The duration of the measurements of the idle and of the active CPU time, ms each. */
  readonly watchMs: number;
}

/** Sent to the parent. */
export interface WaitingResult {
  /** JavaScript memory of an agent after a collection, bytes: heap and buffers, without the arena. */
  readonly heapBytes: number;
  /** Resident memory of an agent, bytes, without the arena. It includes the reserve of the garbage collector. */
  readonly residentBytes: number;
  /** CPU time of the process, in cores: without updates, and with the updates of the active agents. */
  readonly idleCores: number;
  readonly activeCores: number;
}

/** Longer than the benchmark. Every agent has such a timer. */
const TIMEOUT_MS = 3_600_000;
const RING_BYTES = 256;
const TICK_MS = 10;
const SETTLE_MS = 1500;
const PAGE_WORDS = 1024;

const options = JSON.parse(at(process.argv, 2)) as WaitingOptions;
assert(process.send !== undefined, "the process has a channel to its parent");
process.send(await measure(options));

async function measure({ path, agents, active, watchMs }: WaitingOptions): Promise<WaitingResult> {
  const writer = await startWriter(path);
  const db = connectDatabase(writer.connect());
  const arena = Arena.create({ slots: agents, ringBytes: RING_BYTES });
  // Its pages become resident now, so that they do not count as memory of the agents.
  for (let word = 0; word < arena.cells.length; word += PAGE_WORDS) atomics.add(arena.cells, word, 0);
  const context = createContext({ db, arena });
  const handles: LiveAgent[] = [];

  const before = memory();
  for (let n = 1; n <= agents; n++) {
    const agent = Agent.get(context, String(n));
    handles.push(agent);
    keepTaking(agent);
  }
  const after = memory();

  // Waits until the garbage collector, which the measurement of memory started, has finished.
  await coresUsed(SETTLE_MS);
  const idleCores = await coresUsed(watchMs);
  let sent = 0;
  const activeCores = await coresUsed(watchMs, (elapsedMs) => {
    for (const due = (elapsedMs / 1000) * active; sent < due; sent++) {
      const agent = at(handles, (sent % active) * Math.floor(agents / active));
      agent.mailbox.append(shortUpdate(`8c0c4a7e-${sent}`));
    }
  });
  for (const agent of handles) agent.shutdown();
  await turns();
  db.close();
  await writer.close();
  return {
    heapBytes: (after.heap - before.heap) / agents,
    residentBytes: (after.resident - before.resident) / agents,
    idleCores,
    activeCores,
  };
}

/** Takes updates until the agent is shut down. */
function keepTaking(agent: LiveAgent): void {
  agent.getLiveUpdateAsync(TIMEOUT_MS).then(
    () => keepTaking(agent),
    () => undefined,
  );
}

/** The CPU time of all threads of the process during `ms`, in cores. `tick` is called every {@link TICK_MS}. */
async function coresUsed(ms: number, tick?: (elapsedMs: number) => void): Promise<number> {
  const began = performance.now();
  const before = process.cpuUsage();
  const ticks = tick && setInterval(() => tick(performance.now() - began), TICK_MS);
  await new Promise((resolve) => setTimeout(resolve, ms));
  clearInterval(ticks);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / (performance.now() - began);
}

function memory(): { heap: number; resident: number } {
  if (globalThis.gc === undefined) throw new Error("start this process with --expose-gc");
  // The second collection frees what the finalisers of the first released.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

/** A few turns of the event loop. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
