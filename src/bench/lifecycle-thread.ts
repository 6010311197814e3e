/**
 * The thread of the lifecycle benchmark: workers come one beside the other, are onboarded, get a unit and ten updates, submit
 * and are approved: what the platform does for each of them, in the model and the database, without clients and channels.
 */
import { workerData } from "node:worker_threads";
import { Agent, OnboardingAgent, TaskRun, Unit, Worker } from "../platform/model/index.js";
import { systemClock, wait, type Steps } from "../platform/sync/index.js";
import { openModelThread, type ThreadResources } from "./model-thread.js";
import { answerQuestions } from "../load/measure/floor/index.js";

export interface LifecycleThread extends ThreadResources {
  readonly taskRunId: string;
  /** Live updates of each worker. */
  readonly updates: number;
}

/** This many workers, of which so many at a time. */
export interface LifecycleQuestion {
  readonly workers: number;
  readonly atOnce: number;
}

const TIMEOUT_MS = 60_000;

const { taskRunId, updates, ...resources } = workerData as LifecycleThread;
const { arena, context, db, run } = openModelThread(resources);
const taskRun = TaskRun.get(db, taskRunId);
let come = 0;

/** The answer is how many ms it took. */
answerQuestions(
  async ({ workers, atOnce }: LifecycleQuestion) => {
    const last = come + workers;
    function* oneAfterTheOther(): Steps<void> {
      while (come < last) yield* lifecycle(++come);
    }
    const began = systemClock.now();
    await run(Array.from({ length: atOnce }, oneAfterTheOther));
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
  if (row === null) throw new Error("there is no unit left");
  const agent = yield* Agent.newSteps(context, worker, Unit.get(db, row.unitId));
  yield* agent.updateStatusSteps("in task");
  for (let update = 0; update < updates; update++) {
    agent.mailbox.append({ update_id: `${n}-${update}`, kind: "message", text: "I would like the blue one." });
    yield* agent.getLiveUpdateSteps(TIMEOUT_MS);
  }
  yield* agent.handleSubmitSteps({ answer: "done" });
  yield* agent.updateStatusSteps("completed");
  yield* agent.approveWorkSteps();
  freeSlotOf(agent.getAgentId());
}

/** The slot of an agent that is done with. */
function freeSlotOf(agentId: string): void {
  const slot = context.slots.slotOf(agentId);
  context.slots.forget(agentId);
  arena.free(slot);
}
