/**
 * From a seat to a task runner: agents of one assignment wait for each other, are handed to a runner together, and end here if
 * nobody will ever run them.
 */
import { isFinal, type AgentStatus } from "../../vocabulary/index.js";
import type { LiveAgent, ModelContext } from "../model/index.js";
import type { Steps } from "../sync/index.js";
import { createAssignmentBarrier, type AssignmentBarrier } from "./assignment-barrier.js";
import type { Outbox } from "./inbox.js";
import type { AgentRef, RunnerMessage } from "./messages.js";
import type { PoolEvidenceStore } from "./pool-evidence.js";
import { createRunnerPool } from "./runner-pool.js";
import type { AgentSession } from "./agent-session.js";
import type { AgentSessions } from "./agent-sessions.js";
import { completeUnit, freeUnit } from "./units.js";

export interface Dispatcher {
  /** Where agents wait for their partners. */
  readonly barrier: AssignmentBarrier;
  /** Has a runner see an onboarding agent through its onboarding. */
  onboard(session: AgentSession): void;
  /** Takes in an agent with a unit of this assignment, and has a runner begin once all of them are there. */
  awaitPartners(session: AgentSession, assignmentId: string): void;
  /** Nobody more will come: expires the agents whose partners have not, now and from now on. */
  closeBarrier(): void;
  /** Ends what a dead runner had in hand: not the worker has gone, but the work. */
  removeRunner(runner: number): void;
  /** Has the runners release every waiter. */
  shutdown(): void;
}

export interface DispatcherOptions {
  readonly context: ModelContext;
  readonly unitsPerAssignment: number;
  /** The way to each task runner. */
  readonly runners: readonly Outbox[];
  readonly sessions: AgentSessions;
  readonly poolEvidence: PoolEvidenceStore;
  /** The agent is over. */
  readonly endSession: (session: AgentSession, status: AgentStatus) => void;
}

export function createDispatcher({
  context,
  unitsPerAssignment,
  runners: outboxes,
  sessions,
  poolEvidence,
  endSession,
}: DispatcherOptions): Dispatcher {
  const barrier = createAssignmentBarrier(unitsPerAssignment);
  const runners = createRunnerPool(outboxes);
  let isBarrierClosed = false;

  const refTo = (agent: LiveAgent): AgentRef => {
    const agentId = agent.getAgentId();
    return { agentId, slot: context.slots.slotOf(agentId).index };
  };

  /** Ends an agent that no runner has in hand, and settles its unit. */
  const expire = (session: AgentSession): void => {
    const { agent } = session;
    sessions.startSessionOperation(session, "expire", function* () {
      yield* poolEvidence.setStatus(session, "expired");
      const status = agent.getStatus();
      if (status === "completed") yield* completeUnit(context, agent);
      else yield* freeUnit(context, agent, unitsPerAssignment > 1);
      endSession(session, status);
    });
  };

  /** Hands agents to one of the runners that are alive. */
  const launch = (
    launched: readonly AgentSession[],
    messageFor: (agents: readonly [AgentRef, ...AgentRef[]]) => RunnerMessage,
  ): void => {
    const runner = runners.next();
    const [first, ...others] = launched.map(({ agent }) => refTo(agent));
    if (runner === undefined || first === undefined) {
      for (const session of launched) expire(session);
      return;
    }
    for (const session of launched) {
      session.runner = runner;
      poolEvidence.of(session).runner = runner;
    }
    runners.send(runner, messageFor([first, ...others]));
  };

  const join = function* (session: AgentSession, assignmentId: string): Steps<void> {
    // The last to come does not wait. Who waits joins only when that is committed: the runner's next status must come after it.
    if (!barrier.needsOneMore(assignmentId)) yield* poolEvidence.setStatus(session, "waiting");
    if (session.hasEnded || isFinal(session.agent.getStatus())) return;
    if (isBarrierClosed && unitsPerAssignment > 1) {
      expire(session);
      return;
    }
    const complete = barrier.join(assignmentId, session);
    if (complete !== undefined) launch(complete, (agents) => ({ kind: "assignment", assignmentId, agents }));
  };

  return {
    barrier,
    onboard: (session) => launch([session], ([agent]) => ({ kind: "onboarding", agent })),
    awaitPartners: (session, assignmentId) =>
      sessions.startSessionOperation(session, "gather", () => join(session, assignmentId)),
    closeBarrier() {
      isBarrierClosed = true;
      for (const session of barrier.removeAll()) expire(session);
    },
    removeRunner(runner) {
      runners.remove(runner);
      for (const session of sessions.all()) if (session.runner === runner) expire(session);
    },
    shutdown: () => runners.broadcast({ kind: "shutdown" }),
  };
}
