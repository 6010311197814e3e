/**
 * One of the two threads of the throughput benchmark: the client's appends updates to the agents in turn, as fast as they have
 * room; the task's takes them in `getLiveUpdate`, a coroutine an agent. The same messages also go through a bare ring.
 */
import { workerData } from "node:worker_threads";
import { Agent } from "../platform/model/index.js";
import { MailboxFullError, systemClock, wait, type Steps } from "../platform/sync/index.js";
import { openBareRing } from "./bare-ring.js";
import { pause, answerQuestions } from "../load/measure/floor/index.js";
import { openModelThread, type ThreadResources } from "./model-thread.js";

export interface ThroughputThread extends ThreadResources {
  readonly side: "client" | "task";
  readonly ring: SharedArrayBuffer;
  /** The slots of agents 1 to their number. */
  readonly slots: readonly number[];
}

/** Send or take this many messages, an equal number for each agent. */
export interface ThroughputQuestion {
  readonly through: "model" | "bare ring";
  readonly messages: number;
}

const TIMEOUT_MS = 60_000;
/** How long the client waits when a mailbox is full, ms. */
const FULL_MS = 0.1;

const { side, ring: sharedRing, slots, ...resources } = workerData as ThroughputThread;
const { context, db, run } = openModelThread(resources);
const ring = openBareRing(sharedRing);
slots.forEach((slot, n) => context.slots.adopt(String(n + 1), slot));
const agents = slots.map((_, n) => Agent.get(context, String(n + 1)));

/** When, ms on the machine's clock. */
export interface ThroughputAnswer {
  /** The last message was sent, or taken. */
  readonly doneAt: number;
  /** All that this thread had written behind was committed. */
  readonly settledAt: number;
}

answerQuestions(side === "client" ? send : take, () => db.close());

function send({ through, messages }: ThroughputQuestion): ThroughputAnswer {
  for (let n = 0; n < messages; n++) {
    const update = {
      update_id: `8c0c4a7e-${n}`,
      kind: "message",
      text: "I would like the blue one, if it is still there.",
      sequence: n,
    };
    if (through === "bare ring") ring.push(update);
    else append(agents[n % agents.length], update);
  }
  const doneAt = systemClock.now();
  return { doneAt, settledAt: doneAt };
}

function append(agent: Agent | undefined, update: Parameters<Agent["mailbox"]["append"]>[0]): void {
  for (;;) {
    try {
      agent?.mailbox.append(update);
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

/** Over when everything that this thread has written is committed. */
function* settled(): Steps<void> {
  yield* wait(db.write("updateAgent", "1", { status: "in task", at: 0 }));
}
