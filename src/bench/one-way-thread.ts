/**
 * One of the two threads of the one-way benchmark. The client's thread sends updates about a millisecond apart,
 * alternately by the bare hand-over and by an agent's mailbox. The task's thread is parked each time, in the bare wait
 * or in `getLiveUpdate`.
 */
import { workerData } from "node:worker_threads";
import { connectDatabase, type DatabaseConnection } from "../platform/db/index.js";
import { Agent, createContext } from "../platform/model/index.js";
import { Arena, systemClock } from "../platform/sync/index.js";
import { openLane, pause, answerQuestions } from "../load/measure/floor/index.js";
import { at } from "../vocabulary/index.js";
import { liveUpdate } from "./live-update.js";

export interface OneWayThread {
  readonly side: "client" | "task";
  readonly lane: SharedArrayBuffer;
  readonly arena: SharedArrayBuffer;
  /** The slot of agent 1, and this thread's connection to the database. */
  readonly slot: number;
  readonly connection: DatabaseConnection;
  /** Float64: when the present message was sent, ms. */
  readonly sentAt: SharedArrayBuffer;
}

export interface OneWayQuestion {
  /** The number of messages of each kind. */
  readonly messages: number;
  /** Whether the client pauses before each message. A warm-up has no pauses. */
  readonly paced: boolean;
}

/** The latencies in µs, in the order of sending; empty for the client's thread. */
export interface OneWaySamples {
  readonly bare: Float64Array;
  readonly path: Float64Array;
}

/** Longer than any scheduling delay. */
const TIMEOUT_MS = 60_000;
/** The pause from the receiver's parking to the next message, ms. It is random, so that no periodic load coincides. */
const PAUSE_MS = { least: 0.6, most: 1.4 };

const { side, lane: sharedLane, arena, slot, connection, sentAt: sharedSentAt } = workerData as OneWayThread;
const lane = openLane(sharedLane);
const sentAt = new Float64Array(sharedSentAt);
const db = connectDatabase(connection);
const context = createContext({ db, arena: Arena.attach(arena) });
const now = (): number => systemClock.now();
context.slots.adopt("1", slot);
const agent = Agent.get(context, "1");
/** The number of messages of both kinds so far. */
let count = 0;

answerQuestions(side === "client" ? send : receive, () => db.close());

function send({ messages, paced }: OneWayQuestion): OneWaySamples {
  for (const end = count + 2 * messages; count < end; ) {
    const n = ++count;
    lane.untilParked(n);
    if (paced) pause(PAUSE_MS.least + (PAUSE_MS.most - PAUSE_MS.least) * Math.random());
    const update = liveUpdate(n);
    sentAt[0] = now();
    if (isBare(n)) lane.send(n);
    else agent.mailbox.append(update);
  }
  return { bare: new Float64Array(), path: new Float64Array() };
}

function receive({ messages }: OneWayQuestion): OneWaySamples {
  const samples = { bare: new Float64Array(messages), path: new Float64Array(messages) };
  for (let index = 0; index < 2 * messages; index++) {
    const n = ++count;
    lane.park(n);
    if (isBare(n)) lane.receive(n);
    else agent.getLiveUpdate(TIMEOUT_MS);
    const us = (now() - at(sentAt, 0)) * 1000;
    samples[isBare(n) ? "bare" : "path"][index >> 1] = us;
    // Pending writes are sent while no other thread waits, as between the turns of a run's threads.
    db.poll();
  }
  return samples;
}

/** A pair has one bare message and one through the mailbox. The order alternates from pair to pair. */
function isBare(n: number): boolean {
  const pair = (n - 1) >> 1;
  return (n + pair) % 2 === 0;
}
