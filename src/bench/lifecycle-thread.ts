/**
 * The thread of the lifecycle benchmark: concurrent workers are onboarded, receive a unit and live updates, submit and
 * are approved. It does what the platform does for a worker in the model and the database, without clients and
 * channels.
 */
import { workerData } from "node:worker_threads";
import { Agent, OnboardingAgent, TaskRun, Unit, Worker } from "../platform/model/index.js";
import { systemClock, wait, type Steps } from "../platform/sync/index.js";
import { openModelThread, type ThreadResources } from "./model-thread.js";
import { answerQuestions } from "../load/measure/floor/index.js";
import { assert } from "../vocabulary/index.js";
import { shortUpdate } from "./live-update.js";

export interface LifecycleThread extends ThreadResources {
  readonly taskRunId: string;
  /** Live updates of each worker. */
  readonly updates: number;
}

export interface LifecycleQuestion {
  readonly workers: number;
  /** The number of concurrent workers. */
  readonly atOnce: number;
}

const TIMEOUT_MS = 60_000;

const { taskRunId, updates, ...resources } = workerData as LifecycleThread;
const { arena, context, db, run } = openModelThread(resources);
const taskRun = TaskRun.get(db, taskRunId);
let started = 0;

/** The answer is the time, ms. */
answerQuestions(
  async ({ workers, atOnce }: LifecycleQuestion) => {
    const last = started + workers;
    function* sequentially(): Steps<void> {
      while (started < last) yield* lifecycle(++started);
    }
    const began = systemClock.now();
    await run(Array.from({ length: atOnce }, sequentially));
    return systemClock.now() - began;
  },
  () => db.close(),
);

function* lifecycle(n: number): Steps<void> {
  const { workerId } = yield* wait(
    db.write("findOrCreateWorker", { workerName: `worker-${n}`, providerType: "simulated" }),
  );
  const worker = Worker.get(db, workerId);

  const onboarding = yield* OnboardingAgent.newSteps(context, worker, taskRun);
  yield* onboarding.updateStatusSteps("onboarding");
  yield* onboarding.handleSubmitSteps({ answer: "right" });
  yield* onboarding.updateStatusSteps("approved");
  freeSlotOf(onboarding.getAgentId());

  const row = yield* wait(db.write("reserveUnit", taskRunId, workerId));
  assert(row !== null, "the database of the benchmark has a unit for each worker");
  const agent = yield* Agent.newSteps(context, worker, Unit.get(db, row.unitId));
  yield* agent.updateStatusSteps("in task");
  for (let update = 0; update < updates; update++) {
    agent.mailbox.append(shortUpdate(`${n}-${update}`));
    yield* agent.getLiveUpdateSteps(TIMEOUT_MS);
  }
  yield* agent.handleSubmitSteps({ answer: "done" });
  yield* agent.updateStatusSteps("completed");
  yield* agent.approveWorkSteps();
  freeSlotOf(agent.getAgentId());
}

function freeSlotOf(agentId: string): void {
  const slot = context.slots.slotOf(agentId);
  context.slots.forget(agentId);
  arena.free(slot);
}
