/**
 * One of the two threads of the one-way benchmark. The client's thread sends updates about a millisecond apart, in turn
 * by the bare hand-over, by a bare hand-over that carries the update as JSON, and by an agent's mailbox. The task's
 * thread is parked each time, in the bare wait or in `getLiveUpdate`.
 */
import { workerData } from "node:worker_threads";
import { connectDatabase, type DatabaseConnection } from "../platform/db/index.js";
import { Agent, createContext } from "../platform/model/index.js";
import { Arena, systemClock } from "../platform/sync/index.js";
import { openLane, pause, answerQuestions } from "../load/measure/floor/index.js";
import { at } from "../vocabulary/index.js";
import { openBareMessage } from "./bare-message.js";
import { liveUpdate } from "./live-update.js";

export interface OneWayThread {
  readonly side: "client" | "task";
  readonly lane: SharedArrayBuffer;
  /** Of a bare message. */
  readonly message: SharedArrayBuffer;
  readonly arena: SharedArrayBuffer;
  /** The slot of agent 1, and this thread's connection to the database. */
  readonly slot: number;
  readonly connection: DatabaseConnection;
  /** Float64: when the present message was sent, ms. */
  readonly sentAt: SharedArrayBuffer;
}

export interface OneWayQuestion {
  /** The number of messages of each way. */
  readonly messages: number;
  /** Whether the client pauses before each message. A warm-up has no pauses. */
  readonly paced: boolean;
}

/** The ways of a message. `word`: only its number. `message`: the number and the JSON. `path`: a mailbox. */
export const WAYS = ["word", "message", "path"] as const;
type Way = (typeof WAYS)[number];

/** The latencies in µs, in the order of sending; empty for the client's thread. */
export type OneWaySamples = Readonly<Record<Way, Float64Array>>;

/** The orders of the ways in a group of three messages. Each way has each place equally often. */
const ORDERS: readonly (readonly Way[])[] = [
  ["word", "message", "path"],
  ["path", "message", "word"],
  ["message", "path", "word"],
  ["word", "path", "message"],
  ["path", "word", "message"],
  ["message", "word", "path"],
];

/** Longer than any scheduling delay. */
const TIMEOUT_MS = 60_000;
/** The pause from the receiver's parking to the next message, ms. It is random, so that no periodic load coincides. */
const PAUSE_MS = { least: 0.6, most: 1.4 };

const { side, arena, slot, connection, ...shared } = workerData as OneWayThread;
const lane = openLane(shared.lane);
const message = openBareMessage(shared.message);
const sentAt = new Float64Array(shared.sentAt);
const db = connectDatabase(connection);
const context = createContext({ db, arena: Arena.attach(arena) });
const now = (): number => systemClock.now();
context.slots.adopt("1", slot);
const agent = Agent.get(context, "1");
/** The number of messages of all ways so far. */
let count = 0;

answerQuestions(side === "client" ? send : receive, () => db.close());

function send({ messages, paced }: OneWayQuestion): OneWaySamples {
  for (const end = count + WAYS.length * messages; count < end; ) {
    const n = ++count;
    lane.untilParked(n);
    if (paced) pause(PAUSE_MS.least + (PAUSE_MS.most - PAUSE_MS.least) * Math.random());
    const update = liveUpdate(n);
    const way = wayOf(n);
    sentAt[0] = now();
    if (way === "path") agent.mailbox.append(update);
    else {
      if (way === "message") message.write(update);
      lane.send(n);
    }
  }
  return emptySamples(0);
}

function receive({ messages }: OneWayQuestion): OneWaySamples {
  const samples = emptySamples(messages);
  for (let index = 0; index < WAYS.length * messages; index++) {
    const n = ++count;
    const way = wayOf(n);
    lane.park(n);
    if (way === "path") agent.getLiveUpdate(TIMEOUT_MS);
    else {
      lane.receive(n);
      if (way === "message") message.read();
    }
    const us = (now() - at(sentAt, 0)) * 1000;
    samples[way][Math.floor(index / WAYS.length)] = us;
    // Pending writes are sent while no other thread waits, as between the turns of a run's threads.
    db.poll();
  }
  return samples;
}

function emptySamples(length: number): OneWaySamples {
  return { word: new Float64Array(length), message: new Float64Array(length), path: new Float64Array(length) };
}

/** A group of messages has one of each way. The order changes from group to group. */
function wayOf(n: number): Way {
  const group = Math.floor((n - 1) / WAYS.length);
  return at(at(ORDERS, group % ORDERS.length), (n - 1) % WAYS.length);
}
