/** Prints the bytes of each of 100,000 coroutines that wait for a mailbox, without the arena. */
import { Arena, neverAbsent, openMailbox, spawn } from "../../../../dist/platform/sync/index.js";

const AGENTS = 100_000;

function used(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const arena = Arena.create({ slots: AGENTS, ringBytes: 64 });
const producer = Arena.attach(arena.shared);
const before = used();
let ended = 0;
for (let agent = 0; agent < AGENTS; agent++) {
  const mailbox = openMailbox(arena.allocate());
  spawn(
    mailbox.waitForChangeSteps(1e6, neverAbsent),
    () => {
      if (mailbox.take() === agent) ended++;
    },
    (error) => {
      throw error;
    },
  );
}
const each = (used() - before) / AGENTS;
if (arena.reactor.waiting !== AGENTS) throw new Error(`${arena.reactor.waiting} wait`);
for (let agent = 0; agent < AGENTS; agent++) openMailbox(producer.slot(agent)).append(agent);
arena.reactor.turn();
console.log(JSON.stringify({ each, ended }));
