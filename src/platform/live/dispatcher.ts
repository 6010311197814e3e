/**
 * Hands agents to task runners. Agents of one assignment wait for each other and are handed over together; an agent
 * that no runner will run is ended here.
 */
import { isFinal, type AgentStatus } from "../../vocabulary/index.js";
import type { ModelContext } from "../model/index.js";
import type { Steps } from "../sync/index.js";
import { createAssignmentBarrier, type AssignmentBarrier } from "./assignment-barrier.js";
import type { Outbox } from "./inbox.js";
import type { AgentRef, RunnerMessage } from "./messages.js";
import type { LiveRunObserver } from "./observer.js";
import type { PoolEvidenceStore } from "./pool-evidence.js";
import { createRunnerPool } from "./runner-pool.js";
import type { AgentSession } from "./agent-session.js";
import type { AgentSessions } from "./agent-sessions.js";
import { completeUnit, freeUnit } from "./units.js";

export interface Dispatcher {
  /** The barrier at which agents wait for their partners. */
  readonly barrier: AssignmentBarrier;
  /** Hands an onboarding agent to a runner. */
  onboard(session: AgentSession): void;
  /** Adds an agent with a unit of this assignment. When the assignment is complete, hands its agents to a runner. */
  awaitPartners(session: AgentSession, assignmentId: string): void;
  /**
   * Tells the agent's runner that there are no more live updates. False when it has none yet; the runner gets this with
   * the agent.
   */
  endLivePart(session: AgentSession): boolean;
  /** No more workers will arrive: expires the agents that wait for partners, now and from now on. */
  closeBarrier(): void;
  /** Expires the agents of a dead runner. */
  removeRunner(runner: number): void;
  /** Has the runners release every waiter. */
  shutdown(): void;
}

export interface DispatcherOptions {
  readonly context: ModelContext;
  readonly observer: LiveRunObserver;
  readonly unitsPerAssignment: number;
  /** The outbox to each task runner. */
  readonly runners: readonly Outbox[];
  readonly sessions: AgentSessions;
  readonly poolEvidence: PoolEvidenceStore;
  /** The agent has ended. */
  readonly endSession: (session: AgentSession, status: AgentStatus) => void;
}

export function createDispatcher({
  context,
  observer,
  unitsPerAssignment,
  runners: outboxes,
  sessions,
  poolEvidence,
  endSession,
}: DispatcherOptions): Dispatcher {
  const barrier = createAssignmentBarrier(unitsPerAssignment);
  const runners = createRunnerPool(outboxes);
  let isBarrierClosed = false;

  /** Ends an agent that no runner runs, and completes or frees its unit. */
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

  const endLivePart = ({ runner, agent }: AgentSession): boolean => {
    if (runner !== undefined) runners.send(runner, { kind: "submitted", agentId: agent.getAgentId() });
    return runner !== undefined;
  };

  /** Hands agents to one of the live runners. */
  const launch = (
    launched: readonly AgentSession[],
    messageFor: (agents: readonly [AgentRef, ...AgentRef[]]) => RunnerMessage,
  ): void => {
    const runner = runners.next();
    const [first, ...others] = launched.map((session) => handOver(session, context, observer));
    if (runner === undefined || first === undefined) {
      for (const session of launched) expire(session);
      return;
    }
    for (const session of launched) {
      session.runner = runner;
      poolEvidence.of(session).runner = runner;
    }
    runners.send(runner, messageFor([first, ...others]));
    for (const session of launched) if (session.submitted) session.livePartOver = endLivePart(session);
  };

  const join = function* (session: AgentSession, assignmentId: string): Steps<void> {
    // The last agent does not wait. The others join when `waiting` is committed: the runner's next status must come
    // after it.
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
    endLivePart,
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

/** The reference for the runner. The observer learns of it first. */
function handOver({ agent, worker }: AgentSession, { slots }: ModelContext, observer: LiveRunObserver): AgentRef {
  const agentId = agent.getAgentId();
  const slot = slots.slotOf(agentId).index;
  observer.agentHandedOver(worker.workerName, slot, agentId);
  return { agentId, slot };
}
