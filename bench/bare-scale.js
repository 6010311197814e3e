/**
 * What an update costs among few and among many waiting coroutines when no model is there: the floor of `simulate bench
 * scale`. An agent is a suspended generator, a slot of shared memory with a header and a ring (320 bytes, as that
 * benchmark's), and a chain of small objects, which its update visits. An update is encoded into the slot, announced in
 * a set of ready agents, and taken by the generator, which parses it.
 *
 * CPU time of an update, µs, medians of the rounds; each number of agents in a process of its own, in turn.
 *
 *   node bench/bare-scale.js [ROUNDS]
 */
/* eslint-disable no-restricted-globals -- the hand-over beside that of src/platform/sync, without it */
import { Buffer } from "node:buffer";
import { fork } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

const FEW = 1000;
const MANY = [10_000, 100_000];
/** Objects of an agent that its update visits: none, and as many as fill the 1,970 bytes of an agent that waits. */
const CHAINS = [0, 30];
const UPDATES = 20_000;
const BURST = 50;
const STRIDE = 7919;
const SLOT_BYTES = 320;
const HEADER_BYTES = 64;

function makeAgents(count, chain) {
  const shared = new SharedArrayBuffer(count * SLOT_BYTES);
  const words = new Int32Array(shared);
  const bytes = Buffer.from(shared);
  const ready = new Int32Array(new SharedArrayBuffer(Math.ceil(count / 32) * 4));
  let taken = 0;
  function* keepTaking(agent) {
    for (;;) {
      const word = agent.index * (SLOT_BYTES / 4);
      while (Atomics.load(words, word) === 0) yield;
      const start = agent.index * SLOT_BYTES + HEADER_BYTES;
      JSON.parse(bytes.latin1Slice(start, start + Atomics.load(words, word + 1)));
      Atomics.sub(words, word, 1);
      for (let link = agent.chain; link !== undefined; link = link.next) link.visits++;
      taken++;
    }
  }
  const agents = Array.from({ length: count }, (_, index) => {
    let first;
    for (let link = 0; link < chain; link++) first = { visits: 0, index, next: first };
    const agent = { index, chain: first };
    return Object.assign(agent, { steps: keepTaking(agent) });
  });
  for (const { steps } of agents) steps.next();
  return {
    append(index, text) {
      const start = index * SLOT_BYTES;
      Atomics.store(words, start / 4 + 1, bytes.latin1Write(text, start + HEADER_BYTES));
      Atomics.add(words, start / 4, 1);
      Atomics.or(ready, index >>> 5, 1 << (index & 31));
    },
    turn(indices) {
      for (const index of indices) {
        Atomics.and(ready, index >>> 5, ~(1 << (index & 31)));
        agents[index].steps.next();
      }
    },
    taken: () => taken,
  };
}

function serveRounds(count, chain) {
  const agents = makeAgents(count, chain);
  let next = 0;
  process.on("message", () => {
    const before = process.cpuUsage();
    const indices = [];
    for (let given = 0; given < UPDATES; given += BURST) {
      indices.length = 0;
      for (let n = 0; n < BURST; n++, next += STRIDE) {
        indices.push(next % count);
        agents.append(next % count, JSON.stringify({ update_id: `8c0c4a7e-${next}`, text: "Noted.", number: next }));
      }
      agents.turn(indices);
    }
    const { user, system } = process.cpuUsage(before);
    if (agents.taken() !== next / STRIDE) throw new Error("an update was not taken");
    process.send((user + system) / UPDATES);
  });
}

function askChild(child) {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error("a process ended early"));
    child.once("exit", onExit);
    child.once("message", (us) => {
      child.removeListener("exit", onExit);
      resolve(us);
    });
    child.send("round");
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >>> 1];

async function measure(rounds) {
  for (const chain of CHAINS) {
    const counts = [FEW, ...MANY];
    const children = counts.map((count) => fork(fileURLToPath(import.meta.url), ["--serve", count, chain].map(String)));
    const costs = counts.map(() => []);
    for (let round = 0; round < rounds + 2; round++) {
      for (const [index, child] of children.entries()) {
        const us = await askChild(child);
        if (round >= 2) costs[index].push(us);
      }
    }
    for (const child of children) child.kill();
    for (const [index, count] of counts.entries()) {
      const us = median(costs[index]);
      const ratios = costs[index].map((cost, round) => cost / costs[0][round]);
      console.log(
        `${chain} objects, among ${count} agents: ${us.toFixed(2)} µs, ${median(ratios).toFixed(2)}x of ${FEW}` +
          ` (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`,
      );
    }
  }
}

if (process.argv[2] === "--serve") serveRounds(Number(process.argv[3]), Number(process.argv[4]));
else await measure(Number(process.argv[2] ?? 9));
