/**
 * The thread of the scale benchmark: many agents wait in `getLiveUpdate`, and some receive updates, all in this thread.
 * It measures CPU time, so that the figure does not depend on other load on the machine.
 */
import { workerData } from "node:worker_threads";
import { openDatabase } from "../platform/db/index.js";
import { Agent, createContext } from "../platform/model/index.js";
import { Arena, spawn, type Steps } from "../platform/sync/index.js";
import { populate, answerQuestions } from "../load/measure/floor/index.js";
import { at } from "../vocabulary/index.js";
import { shortUpdate } from "./live-update.js";

export interface ScaleThread {
  readonly agents: number;
}

export interface ScaleQuestion {
  /** The number of updates, which are spread over all agents. */
  readonly updates: number;
}

const TIMEOUT_MS = 3_600_000;
const RING_BYTES = 256;
/** The updates between two turns, as for a thread that was busy. */
const BURST = 50;
/** The step from agent to agent: a prime number, so that every agent receives updates. */
const STRIDE = 7919;

const { agents } = workerData as ScaleThread;
const db = openDatabase(":memory:", { create: true });
populate(db, agents);
const arena = Arena.create({ slots: agents, ringBytes: RING_BYTES });
// The questions below drive the turns.
arena.reactor.drive({ requestTurn: () => undefined });
// There is no journal, as its table grows with the updates, not with the agents.
const context = createContext({
  db,
  arena,
  createState: () => ({
    updateData: () => undefined,
    *updateSubmit() {
      /* no agent submits */
    },
  }),
});
const handles = Array.from({ length: agents }, (_, n) => Agent.get(context, String(n + 1)));
for (const agent of handles) spawn(keepTaking(agent), () => undefined, fail);
let next = 0;

/** The answer is the CPU time of an update, µs: that of the whole process, whose other threads are idle. */
answerQuestions(
  ({ updates }: ScaleQuestion) => {
    const before = process.cpuUsage();
    for (let given = 0; given < updates; given += BURST) {
      for (let n = 0; n < BURST; n++, next += STRIDE)
        at(handles, next % agents).mailbox.append(shortUpdate(`8c0c4a7e-${next}`));
      arena.reactor.turn();
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / updates;
  },
  () => db.close(),
);

function* keepTaking(agent: Agent): Steps<void> {
  for (;;) yield* agent.getLiveUpdateSteps(TIMEOUT_MS);
}

function fail(error: unknown): never {
  throw error;
}
