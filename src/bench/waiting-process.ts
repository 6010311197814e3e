/**
 * The process of the waiting benchmark: very many agents wait in `getLiveUpdateAsync` on one thread. It is a process of its own,
 * started with --expose-gc, so that the memory and the CPU time that it uses are those of the agents.
 */
import { connectDatabase, startWriter } from "../platform/db/index.js";
import { Agent, createContext, type LiveAgent } from "../platform/model/index.js";
import { Arena, atomics } from "../platform/sync/index.js";

/** What is to be measured, as JSON in the first argument. */
export interface WaitingOptions {
  /** A database that has agents 1 to `agents`. */
  readonly path: string;
  readonly agents: number;
  /** How many of them get an update every second while it is watched how busy the process is. */
  readonly active: number;
  /** For how long that is watched, and before it the process with nothing going on, ms. */
  readonly watchMs: number;
}

/** Sent to the parent. */
export interface WaitingResult {
  /** JavaScript's memory for each agent after a collection, bytes: heap and buffers, without the arena. */
  readonly heapBytes: number;
  /** The process's resident memory for each agent, bytes, without the arena: what the collector keeps in reserve is in it. */
  readonly residentBytes: number;
  /** CPU time of the process for each second, in cores: while nobody gets an update, and while the active ones get theirs. */
  readonly idleCores: number;
  readonly activeCores: number;
}

/** Longer than the benchmark; every agent has a timer set. */
const TIMEOUT_MS = 3_600_000;
const RING_BYTES = 256;
const TICK_MS = 10;
const SETTLE_MS = 1500;
const PAGE_WORDS = 1024;

const options = JSON.parse(process.argv[2] ?? "") as WaitingOptions;
process.send?.(await measure(options));

async function measure({ path, agents, active, watchMs }: WaitingOptions): Promise<WaitingResult> {
  const writer = await startWriter(path);
  const db = connectDatabase(writer.connect());
  const arena = Arena.create({ slots: agents, ringBytes: RING_BYTES });
  // Its pages become resident now, so that they are not taken for the agents' memory.
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

  // Until the collector's threads, which the measurement of memory has set to work, have swept up.
  await coresUsed(SETTLE_MS);
  const idleCores = await coresUsed(watchMs);
  let sent = 0;
  const activeCores = await coresUsed(watchMs, (elapsedMs) => {
    for (const due = (elapsedMs / 1000) * active; sent < due; sent++) {
      const agent = handles[(sent % active) * Math.floor(agents / active)];
      agent?.mailbox.append({ update_id: `8c0c4a7e-${sent}`, kind: "message", text: "I would like the blue one." });
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

/** Takes one update after the other, until the agent is shut down. */
function keepTaking(agent: LiveAgent): void {
  agent.getLiveUpdateAsync(TIMEOUT_MS).then(
    () => keepTaking(agent),
    () => undefined,
  );
}

/** CPU time used in `ms`, by all threads of the process, while `tick`, if there is one, is called every {@link TICK_MS}. */
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
  // The second collection takes what the finalisers of the first let go.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

/** A few turns of the event loop. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
