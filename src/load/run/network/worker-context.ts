/** What simulated workers are given who work for a task behind a network. */
import { blueprintOf } from "../../../platform/live/index.js";
import type { Reactor } from "../../../platform/sync/index.js";
import { getOrCreate } from "../../../vocabulary/index.js";
import { nothingSent, type ClientEvidence } from "../../check/index.js";
import type { Recorder } from "../../measure/index.js";
import type { Dialect } from "../../network/index.js";
import type { ClientThreadContext, WorkerRouter } from "../../workers/index.js";
import { TASK_ANSWER } from "../roles/clients.js";
import type { NetworkRunSetup } from "./network-setup.js";

export interface WorkerContextOptions {
  readonly reactor: Reactor;
  readonly recorder: Recorder;
  readonly router: WorkerRouter;
  readonly run: Pick<NetworkRunSetup, "scenario" | "prefix">;
  readonly dialect: Dialect;
  readonly originMs: number;
  readonly onUnplannedUnit: () => void;
}

export function workerContextOf({
  reactor,
  recorder,
  router,
  run,
  dialect,
  originMs,
  onUnplannedUnit,
}: WorkerContextOptions): ClientThreadContext {
  const { scenario, prefix } = run;
  const evidence = new Map<string, ClientEvidence>();
  const { rightAnswer, wrongAnswer } = blueprintOf(scenario.task.blueprint).onboarding;
  const submits = scenario.target?.submits;
  return {
    reactor,
    recorder,
    router,
    originMs,
    sendsUpdates: dialect.live !== false,
    onboarding: {
      rightAnswer: submits?.onboardingPass ?? rightAnswer,
      wrongAnswer: submits?.onboardingFail ?? wrongAnswer,
    },
    taskAnswer: submits?.task ?? TASK_ANSWER,
    prefix,
    // A page without a WebSocket gets no status.
    waitsForTask: dialect.live !== false,
    leavesWhenDone: true,
    evidenceOf: (agentId) => getOrCreate(evidence, agentId, () => nothingSent(agentId)),
    acknowledged: () => undefined,
    onUnplannedUnit() {
      recorder.count("errors");
      onUnplannedUnit();
    },
    // The worker closes its page: the protocol has no packet for it.
    returnUnit: () => undefined,
  };
}
