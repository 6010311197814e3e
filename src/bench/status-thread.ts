/** The thread of the status benchmark: agents of the model that each write a status, wait until it is committed, and go on. */
import { workerData } from "node:worker_threads";
import { Agent } from "../platform/model/index.js";
import { systemClock, type Steps } from "../platform/sync/index.js";
import { openModelThread, type ThreadResources } from "./model-thread.js";
import { answerQuestions } from "../load/measure/floor/index.js";

export interface StatusThread extends ThreadResources {
  readonly agents: number;
}

/** How many updates that many agents are to make together. */
export interface StatusQuestion {
  readonly updates: number;
  readonly agents: number;
}

export interface StatusAnswer {
  /** How long all of them took. */
  readonly ms: number;
  /** How long each took, ms. */
  readonly took: Float64Array;
}

const { agents, ...resources } = workerData as StatusThread;
const { context, db, run } = openModelThread(resources);
const handles = Array.from({ length: agents }, (_, n) => Agent.get(context, String(n + 1)));

answerQuestions(
  async ({ updates, agents: busy }: StatusQuestion): Promise<StatusAnswer> => {
    const took = new Float64Array(updates);
    let left = updates;
    function* keepUpdating(agent: Agent): Steps<void> {
      while (left > 0) {
        const at = --left;
        const asked = systemClock.now();
        yield* agent.updateStatusSteps(agent.dbStatus === "waiting" ? "in task" : "waiting");
        took[at] = systemClock.now() - asked;
      }
    }
    const began = systemClock.now();
    await run(handles.slice(0, busy).map(keepUpdating));
    return { ms: systemClock.now() - began, took };
  },
  () => db.close(),
);
