/**
 * One of the two threads of the one-way benchmark. The client's thread hands over updates about a millisecond apart, in turn by
 * the bare hand-over and by an agent's mailbox; the task's thread is parked each time, in the bare wait or in `getLiveUpdate`.
 */
import { workerData } from "node:worker_threads";
import { connectDatabase, type DatabaseConnection } from "../platform/db/index.js";
import { Agent, createContext } from "../platform/model/index.js";
import { Arena, systemClock } from "../platform/sync/index.js";
import { openLane, pause, answerQuestions } from "../load/measure/floor/index.js";

export interface OneWayThread {
  readonly side: "client" | "task";
  readonly lane: SharedArrayBuffer;
  readonly arena: SharedArrayBuffer;
  /** The slot of agent 1, and this thread's way to its rows. */
  readonly slot: number;
  readonly connection: DatabaseConnection;
  /** Float64: when the message under way was sent, ms. */
  readonly sentAt: SharedArrayBuffer;
}

/** Hand over this many messages of each kind, or take them, and measure. */
export interface OneWayQuestion {
  readonly messages: number;
  /** Whether the client pauses before each. Without pauses it is a warm-up. */
  readonly paced: boolean;
}

/** Latencies in µs, in the order of sending; empty on the client's side. */
export interface OneWaySamples {
  readonly bare: Float64Array;
  readonly path: Float64Array;
}

/** Longer than any scheduling delay that leaves figures worth looking at. */
const TIMEOUT_MS = 60_000;
/** From the receiver's parking to the next message, ms: between these, so that no rhythm of the machine is in step with it. */
const PAUSE_MS = { least: 0.6, most: 1.4 };

const { side, lane: sharedLane, arena, slot, connection, sentAt: sharedSentAt } = workerData as OneWayThread;
const lane = openLane(sharedLane);
const sentAt = new Float64Array(sharedSentAt);
const db = connectDatabase(connection);
const context = createContext({ db, arena: Arena.attach(arena) });
const now = (): number => systemClock.now();
context.slots.adopt("1", slot);
const agent = Agent.get(context, "1");
/** How many messages of both kinds there have been. */
let count = 0;

answerQuestions(side === "client" ? send : receive, () => db.close());

function send({ messages, paced }: OneWayQuestion): OneWaySamples {
  for (const end = count + 2 * messages; count < end; ) {
    const n = ++count;
    lane.untilParked(n);
    if (paced) pause(PAUSE_MS.least + (PAUSE_MS.most - PAUSE_MS.least) * Math.random());
    const update = {
      update_id: `8c0c4a7e-${n}`,
      kind: "message",
      text: "I would like the blue one, if it is still there.",
      sequence: n,
    };
    sentAt[0] = now();
    if (isBare(n)) lane.send(n);
    else agent.mailbox.append(update);
  }
  return { bare: new Float64Array(), path: new Float64Array() };
}

function receive({ messages }: OneWayQuestion): OneWaySamples {
  const samples = { bare: new Float64Array(messages), path: new Float64Array(messages) };
  for (let at = 0; at < 2 * messages; at++) {
    const n = ++count;
    lane.park(n);
    if (isBare(n)) lane.receive(n);
    else agent.getLiveUpdate(TIMEOUT_MS);
    const us = (now() - (sentAt[0] ?? 0)) * 1000;
    samples[isBare(n) ? "bare" : "path"][at >> 1] = us;
    // What was written behind goes out while nobody waits for this thread, as it does between the turns of a run's threads.
    db.poll();
  }
  return samples;
}

/** Pairs of one bare message and one through the mailbox, whose order changes from pair to pair. */
function isBare(n: number): boolean {
  const pair = (n - 1) >> 1;
  return (n + pair) % 2 === 0;
}
