/** Reserves, completes, frees and expires units. Onboarding agents have none. */
import { Agent, Unit, type LiveAgent, type ModelContext, type Worker } from "../model/index.js";
import { wait, type Steps } from "../sync/index.js";
import type { AssignmentBarrier } from "./assignment-barrier.js";

/** Reserves a unit for the worker; undefined when there is none to work on. */
export function* reserveUnit(
  { db }: ModelContext,
  taskRunId: string,
  worker: Worker,
  barrier: AssignmentBarrier,
): Steps<Unit | undefined> {
  for (;;) {
    const row = yield* wait(db.write("reserveUnit", taskRunId, worker.dbId));
    if (row === null) return undefined;
    if (!barrier.hasBegun(row.assignmentId)) return Unit.get(db, row.unitId, row);
    // The agent left between the launch and its first status in the task. Its partners have started and expect no
    // other.
    yield* wait(db.write("updateUnit", row.unitId, { status: "expired" }));
  }
}

/** The work on the agent's unit is done. */
export function* completeUnit({ db }: ModelContext, agent: LiveAgent): Steps<void> {
  if (agent instanceof Agent)
    yield* wait(db.write("updateUnit", agent.unitId, { status: "completed", agentId: agent.dbId }));
}

/**
 * Frees the agent's unit for another worker, or expires it if it is one of several of its assignment: it needs
 * partners. A unit that is another agent's by now is not changed.
 */
export function* freeUnit({ db }: ModelContext, agent: LiveAgent, oneOfSeveral: boolean): Steps<void> {
  if (!(agent instanceof Agent)) return;
  const { unitId, dbId: agentId } = agent;
  if (oneOfSeveral) yield* wait(db.write("updateUnit", unitId, { status: "expired", agentId }));
  else yield* wait(db.write("clearUnitAgent", unitId, agentId));
}
