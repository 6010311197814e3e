/**
 * One of the two threads of the throughput benchmark. The client's thread appends updates to the agents in turn, as
 * fast as their mailboxes allow. The task's thread takes them in `getLiveUpdate`, with a coroutine for each agent. The
 * same messages also go through a bare ring.
 */
import { workerData } from "node:worker_threads";
import { Agent } from "../platform/model/index.js";
import { MailboxFullError, systemClock, wait, type Steps } from "../platform/sync/index.js";
import { openBareRing } from "./bare-ring.js";
import { pause, answerQuestions } from "../load/measure/floor/index.js";
import { openModelThread, type ThreadResources } from "./model-thread.js";
import { at } from "../vocabulary/index.js";
import { liveUpdate } from "./live-update.js";

export interface ThroughputThread extends ThreadResources {
  readonly side: "client" | "task";
  readonly ring: SharedArrayBuffer;
  /** The slots of the agents, from agent 1 on. */
  readonly slots: readonly number[];
}

export interface ThroughputQuestion {
  readonly through: "model" | "bare ring";
  /** The number of messages to send or take, the same for each agent. */
  readonly messages: number;
}

const TIMEOUT_MS = 60_000;
/** The pause of the client when a mailbox is full, ms. */
const FULL_MS = 0.1;

const { side, ring: sharedRing, slots, ...resources } = workerData as ThroughputThread;
const { context, db, run } = openModelThread(resources);
const ring = openBareRing(sharedRing);
slots.forEach((slot, n) => context.slots.adopt(String(n + 1), slot));
const agents = slots.map((_, n) => Agent.get(context, String(n + 1)));

/** Times on the machine's clock, ms. */
export interface ThroughputAnswer {
  /** When the last message was sent or taken. */
  readonly doneAt: number;
  /** When all writes of this thread were committed. */
  readonly settledAt: number;
}

answerQuestions(side === "client" ? send : take, () => db.close());

function send({ through, messages }: ThroughputQuestion): ThroughputAnswer {
  for (let n = 0; n < messages; n++) {
    const update = liveUpdate(n);
    if (through === "bare ring") ring.push(update);
    else append(at(agents, n % agents.length), update);
  }
  const doneAt = systemClock.now();
  return { doneAt, settledAt: doneAt };
}

function append(agent: Agent, update: Parameters<Agent["mailbox"]["append"]>[0]): void {
  for (;;) {
    try {
      agent.mailbox.append(update);
      return;
    } catch (error) {
      if (!(error instanceof MailboxFullError)) throw error;
      pause(FULL_MS);
    }
  }
}

async function take({ through, messages }: ThroughputQuestion): Promise<ThroughputAnswer> {
  if (through === "bare ring") {
    for (let n = 0; n < messages; n++) ring.shift();
  } else {
    await run(agents.map((agent) => takeAll(agent, messages / agents.length)));
  }
  const doneAt = systemClock.now();
  await run([settled()]);
  return { doneAt, settledAt: systemClock.now() };
}

function* takeAll(agent: Agent, messages: number): Steps<void> {
  for (let n = 0; n < messages; n++) yield* agent.getLiveUpdateSteps(TIMEOUT_MS);
}

/** Ends when all earlier writes of this thread are committed. */
function* settled(): Steps<void> {
  yield* wait(db.write("updateAgent", "1", { status: "in task", at: 0 }));
}
