/**
 * The seats of the live agents, and the coroutines of the worker pool that use them: an agent's slot is given back only when
 * neither a task runner nor one of those can touch it any more.
 */
import type { LiveAgent, ModelContext, Worker } from "../model/index.js";
import type { Arena, Steps } from "../sync/index.js";
import type { TaskGroup } from "./task-group.js";
import { RecentIds } from "./recent-ids.js";
import type { PendingAgent, AgentSession } from "./agent-session.js";

/** Of so many live updates of an agent, the last, a second copy is known. It comes right after the first, or after what was under way with it. */
const IDS_KNOWN = 1000;

export interface AgentSessions {
  /** The seat of a live agent; undefined for one that is unknown or over. */
  of(agentId: string): AgentSession | undefined;
  all(): Iterable<AgentSession>;
  /** How many agents are live. */
  readonly live: number;
  /** Whether no agent is live and no coroutine is under way. */
  readonly isIdle: boolean;
  /** The agent is live from here on. */
  start(agent: LiveAgent, worker: Worker, pending: PendingAgent): AgentSession;
  /** The agent is over: does what follows from that, and frees its slot. Nothing happens to one that has left already. */
  end(session: AgentSession, followUp: () => void): void;
  /** Starts a coroutine. */
  startOperation(name: string, body: () => Steps<void>): void;
  /** Starts a coroutine that uses the seat's agent. */
  startSessionOperation(session: AgentSession, name: string, body: () => Steps<void>): void;
}

export interface AgentSessionsOptions {
  readonly context: ModelContext;
  /** Where the agents' slots are, to give them back. */
  readonly arena: Arena;
  readonly taskGroup: TaskGroup;
}

export function createAgentSessions({ context: { slots }, arena, taskGroup }: AgentSessionsOptions): AgentSessions {
  const sessions = new Map<string, AgentSession>();
  let underWay = 0;

  const freeSlot = (session: AgentSession): void => {
    if (!session.hasEnded || session.operations > 0) return;
    const agentId = session.agent.getAgentId();
    const slot = slots.slotOf(agentId);
    slots.forget(agentId);
    arena.free(slot);
  };

  const ended = (): void => {
    underWay--;
  };

  const start: AgentSessions["startOperation"] = (name, body) => {
    underWay++;
    taskGroup.start(name, () => withCleanup(body(), ended));
  };

  return {
    of: (agentId) => sessions.get(agentId),
    all: () => sessions.values(),
    get live() {
      return sessions.size;
    },
    get isIdle() {
      return sessions.size === 0 && underWay === 0;
    },
    start(agent, worker, { registrationId, channel }) {
      const session: AgentSession = {
        agent,
        worker,
        registrationId,
        channel,
        seen: new RecentIds(IDS_KNOWN),
        refused: undefined,
        submitting: false,
        isEndingAbsent: false,
        absentAt: undefined,
        runner: undefined,
        operations: 0,
        hasEnded: false,
      };
      sessions.set(agent.getAgentId(), session);
      return session;
    },
    end(session, followUp) {
      if (session.hasEnded) return;
      session.hasEnded = true;
      sessions.delete(session.agent.getAgentId());
      followUp();
      freeSlot(session);
    },
    startOperation: start,
    startSessionOperation(session, name, body) {
      session.operations++;
      start(name, () =>
        withCleanup(body(), () => {
          session.operations--;
          freeSlot(session);
        }),
      );
    },
  };
}

/** `steps`, and `ended` however they end. */
function* withCleanup(steps: Steps<void>, ended: () => void): Steps<void> {
  try {
    yield* steps;
  } finally {
    ended();
  }
}
