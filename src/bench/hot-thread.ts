/**
 * One of the two threads of the hot benchmark. They exchange messages without a pause: over two words on which both
 * spin, over the same words with a JSON message beside each, and over the mailboxes of two agents whose tasks wait in
 * `getLiveUpdate`.
 */
/* eslint-disable no-restricted-globals -- the floor is the bare operation */
import { workerData } from "node:worker_threads";
import { connectDatabase, type DatabaseConnection } from "../platform/db/index.js";
import { Agent, createContext } from "../platform/model/index.js";
import { Arena, systemClock } from "../platform/sync/index.js";
import { answerQuestions } from "../load/measure/floor/index.js";
import { openBareMessage } from "./bare-message.js";
import { liveUpdate } from "./live-update.js";

export interface HotThread {
  /** Whether this thread sends the request. The other sends the reply. */
  readonly initiates: boolean;
  /** The numbers of the last request and of the last reply, Int32, each in a cache line of its own. */
  readonly exchange: SharedArrayBuffer;
  /** The request and the reply as bare messages. */
  readonly messages: readonly [SharedArrayBuffer, SharedArrayBuffer];
  readonly arena: SharedArrayBuffer;
  /** The slots of agents 1 and 2. The initiator waits for updates of the second. */
  readonly slots: readonly [number, number];
  readonly connection: DatabaseConnection;
}

export interface HotQuestion {
  readonly over: "words" | "messages" | "mailboxes";
  readonly roundTrips: number;
}

const TIMEOUT_MS = 60_000;
/** The number of round trips after which pending writes are flushed. */
const FLUSH_EVERY = 64;

const { initiates, exchange: sharedExchange, messages, arena, slots, connection } = workerData as HotThread;
const exchange = new Int32Array(sharedExchange);
const request = openBareMessage(messages[0]);
const reply = openBareMessage(messages[1]);
/** The indices of the words. */
const REQUEST = 0;
const REPLY = exchange.length / 2;
const db = connectDatabase(connection);
const context = createContext({ db, arena: Arena.attach(arena) });
context.slots.adopt("1", slots[0]);
context.slots.adopt("2", slots[1]);
const [mine, theirs] = initiates ? ["2", "1"] : ["1", "2"];
const waiting = Agent.get(context, mine);
const other = Agent.get(context, theirs);
let count = 0;

/** The answer is the time of each one-way trip, half of a round trip, µs; empty for the thread that sends replies. */
answerQuestions(
  ({ over, roundTrips }: HotQuestion) => {
    const latencies = new Float64Array(initiates ? roundTrips : 0);
    for (let roundTrip = 0; roundTrip < roundTrips; roundTrip++) {
      const began = systemClock.now();
      if (over === "words") overWords(++count);
      else if (over === "messages") overMessages(++count);
      else overMailboxes(roundTrip);
      if (initiates) latencies[roundTrip] = ((systemClock.now() - began) / 2) * 1000;
      if (over === "mailboxes" && roundTrip % FLUSH_EVERY === 0) db.poll();
    }
    db.poll();
    return latencies;
  },
  () => db.close(),
);

function overWords(n: number): void {
  if (initiates) {
    Atomics.store(exchange, REQUEST, n);
    while (Atomics.load(exchange, REPLY) !== n);
  } else {
    while (Atomics.load(exchange, REQUEST) !== n);
    Atomics.store(exchange, REPLY, n);
  }
}

function overMessages(n: number): void {
  if (initiates) {
    request.write(liveUpdate(n));
    Atomics.store(exchange, REQUEST, n);
    while (Atomics.load(exchange, REPLY) !== n);
    reply.read();
  } else {
    while (Atomics.load(exchange, REQUEST) !== n);
    request.read();
    reply.write(liveUpdate(n));
    Atomics.store(exchange, REPLY, n);
  }
}

function overMailboxes(n: number): void {
  const update = liveUpdate(n);
  if (initiates) {
    other.mailbox.append(update);
    waiting.getLiveUpdate(TIMEOUT_MS);
  } else {
    waiting.getLiveUpdate(TIMEOUT_MS);
    other.mailbox.append(update);
  }
}
