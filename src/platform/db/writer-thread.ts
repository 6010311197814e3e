/**
 * The writer thread: the one connection of a run that writes, with group commit.
 *
 * Why one thread writes for all: SQLite lets one connection write at a time. Threads with connections of their own
 * contend for that lock. The loser sleeps in SQLite's busy handler, which does not notice the release of the lock, or
 * fails with SQLITE_BUSY; while it sleeps, the thousands of coroutines of its thread stop. Each thread also pays a
 * commit for each status update. With one writer there is no contention, a waiting coroutine costs its thread nothing,
 * and all writes that arrive while a transaction is committed share the next one, so a commit grows cheaper as the load
 * rises. Figures of both designs are in docs/decisions/0001-one-writer-thread.md.
 *
 * The thread never returns to its event loop. Between groups it blocks on one word of shared memory, which wakes it
 * sooner than a message event would.
 */
import { receiveMessageOnPort, workerData, type MessagePort } from "node:worker_threads";
import { assert, at, getOrCreate, messageOf, threadTimes } from "../../vocabulary/index.js";
import { atomics } from "../sync/index.js";
import { closeOwner, openOwner, type Connection } from "./connection.js";
import { asDatabaseError } from "./database-errors.js";
import { GroupCommit } from "./group.js";
import {
  openSignals,
  incrementAndNotify,
  toWire,
  type Answers,
  type ClientMessage,
  type ClientWrites,
  type ControlMessage,
  type ControlReply,
  type WriteOutcome,
  type Signals,
  type WriterData,
} from "./protocol.js";
import { countOf } from "./packed-writes.js";

interface PortMessage<Message> {
  message: Message;
}

interface Client {
  port: MessagePort;
  signals: Signals;
  doorbell: { cells: Int32Array; index: number } | undefined;
}

/**
 * A group of this many writes receives no further message, so that a client that floods the writer delays others only
 * so long.
 */
const FULL_GROUP = 1000;

const { path, create, control, requests } = workerData as WriterData;
const clients = new Set<Client>();

const connection = open();
if (connection !== undefined) {
  try {
    serve(connection);
    closeOwner(connection);
    stop("it was closed");
  } catch (error) {
    stop(messageOf(error));
    throw error;
  }
}
control.close();

function open(): Connection | undefined {
  try {
    const opened = openOwner(path, create);
    reply({ kind: "opened" });
    return opened;
  } catch (error) {
    reply({ kind: "refused", error: toWire(asDatabaseError(error, path, "opening")) });
    return undefined;
  }
}

/**
 * Executes the writes of the clients until the coordinator closes the writer, and then the writes that had arrived by
 * then.
 */
function serve(connection: Connection): void {
  const group = new GroupCommit(connection);
  let writes = 0;
  let largestGroup = 0;
  const bell = new Int32Array(requests);
  let closing = false;

  for (;;) {
    // Before receiving messages: a message that arrives later changes the word, and the wait below does not block.
    const seen = atomics.load(bell, 0);
    for (
      let message = receive<ControlMessage>(control);
      message !== undefined;
      message = receive<ControlMessage>(control)
    ) {
      if (message.kind === "connect") clients.add(newClient(message));
      else if (message.kind === "stats")
        reply({ kind: "stats", stats: { writes, commits: group.commits, largestGroup, times: threadTimes() } });
      else closing = true;
    }
    const messages = collect();
    if (messages.length > 0) {
      const outcomes = group.commit(messages.flatMap((message) => message.writes));
      writes += outcomes.length;
      largestGroup = Math.max(largestGroup, outcomes.length);
      answer(messages, outcomes);
    } else if (closing) {
      return;
    } else {
      atomics.wait(bell, 0, seen);
    }
  }
}

interface Received extends ClientWrites {
  readonly client: Client;
}

/** The writes that have arrived, one message of each client in turn. */
function collect(): Received[] {
  const messages: Received[] = [];
  let writes = 0;
  let arrived = true;
  while (arrived && writes < FULL_GROUP) {
    arrived = false;
    for (const client of clients) {
      const message = receive<ClientMessage>(client.port);
      if (message === undefined) continue;
      arrived = true;
      if (message === "end") {
        clients.delete(client);
        client.port.close();
        continue;
      }
      const { writes: packed, awaited } = message;
      messages.push({ client, writes: packed, awaited });
      writes += countOf(packed);
    }
  }
  return messages;
}

/**
 * Gives each client the outcomes of its writes, in one message. A failure wakes a client that waits for nothing, too.
 */
function answer(messages: readonly Received[], outcomes: readonly WriteOutcome[]): void {
  const answers = new Map<Client, { message: Answers; isAwaited: boolean }>();
  let next = 0;
  for (const { client, writes, awaited } of messages) {
    const answer = getOrCreate(answers, client, () => ({ message: noAnswers(), isAwaited: false }));
    answer.isAwaited ||= awaited;
    for (const last = next + countOf(writes); next < last; next++) add(answer.message, at(outcomes, next));
  }
  assert(next === outcomes.length, "a group has more outcomes than writes");
  for (const [client, { message, isAwaited }] of answers)
    post(client, message, isAwaited || message.failures.length > 0);
}

function noAnswers(): Answers {
  return { writes: 0, places: [], values: [], failures: [] };
}

function add(message: Answers, outcome: WriteOutcome): void {
  const place = message.writes++;
  if (outcome.error !== undefined) {
    message.failures.push({ place, error: toWire(outcome.error) });
  } else if (outcome.value !== undefined) {
    message.places.push(place);
    message.values.push(outcome.value);
  }
}

function stop(reason: string): void {
  for (const client of clients) {
    client.signals.stop(reason);
    post(client, noAnswers(), true);
    client.port.close();
  }
}

function post({ port, signals, doorbell }: Client, message: Answers, rings: boolean): void {
  port.postMessage(message);
  signals.answered();
  if (rings && doorbell !== undefined) incrementAndNotify(doorbell.cells, doorbell.index);
}

function newClient({ port, signals, doorbell }: Extract<ControlMessage, { kind: "connect" }>): Client {
  return {
    port,
    signals: openSignals(signals),
    doorbell: doorbell && { cells: new Int32Array(doorbell.buffer), index: doorbell.index },
  };
}

function receive<Message>(port: MessagePort): PortMessage<Message>["message"] | undefined {
  return (receiveMessageOnPort(port) as PortMessage<Message> | undefined)?.message;
}

function reply(message: ControlReply): void {
  control.postMessage(message);
}
