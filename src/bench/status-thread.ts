/** The thread of the status benchmark: agents that repeatedly write a status and wait until it is committed. */
import { workerData } from "node:worker_threads";
import { Agent } from "../platform/model/index.js";
import { systemClock, type Steps } from "../platform/sync/index.js";
import { openModelThread, type ThreadResources } from "./model-thread.js";
import { answerQuestions } from "../load/measure/floor/index.js";

export interface StatusThread extends ThreadResources {
  readonly agents: number;
}

export interface StatusQuestion {
  /** The number of updates of all agents together. */
  readonly updates: number;
  readonly agents: number;
}

export interface StatusAnswer {
  /** The time of all updates. */
  readonly ms: number;
  /** The time of each update, ms. */
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
        const index = --left;
        const asked = systemClock.now();
        yield* agent.updateStatusSteps(agent.dbStatus === "waiting" ? "in task" : "waiting");
        took[index] = systemClock.now() - asked;
      }
    }
    const began = systemClock.now();
    await run(handles.slice(0, busy).map(keepUpdating));
    return { ms: systemClock.now() - began, took };
  },
  () => db.close(),
);
