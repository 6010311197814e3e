/**
 * The thread of the scale benchmark: a crowd waits in `getLiveUpdate`, some of it gets updates, all in this one thread, which
 * takes the time that the CPU spends on it. So the figure is the cost of the work, whatever else the machine does.
 */
import { workerData } from "node:worker_threads";
import { openDatabase } from "../platform/db/index.js";
import { Agent, createContext } from "../platform/model/index.js";
import { Arena, spawn, type Steps } from "../platform/sync/index.js";
import { populate, answerQuestions } from "../load/measure/floor/index.js";

export interface ScaleThread {
  readonly agents: number;
}

/** Give this many updates, to agents all over the crowd. */
export interface ScaleQuestion {
  readonly updates: number;
}

const TIMEOUT_MS = 3_600_000;
const RING_BYTES = 256;
/** Updates between turns, as a thread finds them that was busy meanwhile. */
const BURST = 50;
/** From agent to agent: prime, so that it goes through every crowd. */
const STRIDE = 7919;

const { agents } = workerData as ScaleThread;
const db = openDatabase(":memory:", { create: true });
populate(db, agents);
const arena = Arena.create({ slots: agents, ringBytes: RING_BYTES });
// The turns are taken below.
arena.reactor.drive({ requestTurn: () => undefined });
// The journal is left out: its table grows with the updates, not with the agents.
const context = createContext({
  db,
  arena,
  createState: () => ({
    updateData: () => undefined,
    *updateSubmit() {
      /* nobody submits */
    },
  }),
});
const crowd = Array.from({ length: agents }, (_, n) => Agent.get(context, String(n + 1)));
for (const agent of crowd) spawn(keepTaking(agent), () => undefined, fail);
let next = 0;

/** The answer is the CPU time an update, µs: of the whole process, whose other threads rest meanwhile. */
answerQuestions(
  ({ updates }: ScaleQuestion) => {
    const before = process.cpuUsage();
    for (let given = 0; given < updates; given += BURST) {
      for (let n = 0; n < BURST; n++, next += STRIDE) {
        crowd[next % agents]?.mailbox.append({
          update_id: `8c0c4a7e-${next}`,
          kind: "message",
          text: "I would like the blue one.",
        });
      }
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
