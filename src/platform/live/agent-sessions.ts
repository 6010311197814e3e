/**
 * The sessions of the live agents, and the coroutines of the worker pool that use them. An agent's slot is freed when
 * neither a task runner nor one of these coroutines uses it.
 */
import { assert } from "../../vocabulary/index.js";
import type { LiveAgent, ModelContext, Worker } from "../model/index.js";
import type { Arena, Steps } from "../sync/index.js";
import type { TaskGroup } from "./task-group.js";
import { RecentIds } from "./recent-ids.js";
import type { PendingAgent, AgentSession } from "./agent-session.js";

/** How many live updates of an agent are remembered to recognize copies. A copy arrives soon after the first one. */
const IDS_KNOWN = 1000;

export interface AgentSessions {
  /** The session of a live agent; undefined when the agent is unknown or has ended. */
  of(agentId: string): AgentSession | undefined;
  all(): Iterable<AgentSession>;
  /** How many agents are live. */
  readonly live: number;
  /** Whether no agent is live and no coroutine is running. */
  readonly isIdle: boolean;
  /** Starts the session of an agent, which is live from now on. */
  start(agent: LiveAgent, worker: Worker, pending: PendingAgent): AgentSession;
  /** Ends a session, calls `followUp`, and frees the slot. Does nothing if the session has ended. */
  end(session: AgentSession, followUp: () => void): void;
  /** Starts a coroutine. */
  startOperation(name: string, body: () => Steps<void>): void;
  /** Starts a coroutine that uses the session's agent. */
  startSessionOperation(session: AgentSession, name: string, body: () => Steps<void>): void;
}

export interface AgentSessionsOptions {
  readonly context: ModelContext;
  /** The arena of the agents' slots, to free them. */
  readonly arena: Arena;
  readonly taskGroup: TaskGroup;
}

export function createAgentSessions({ context: { slots }, arena, taskGroup }: AgentSessionsOptions): AgentSessions {
  const sessions = new Map<string, AgentSession>();
  let operations = 0;

  const freeSlot = (session: AgentSession): void => {
    if (!session.hasEnded || session.operations > 0) return;
    const agentId = session.agent.getAgentId();
    const slot = slots.slotOf(agentId);
    slots.forget(agentId);
    arena.free(slot);
  };

  const ended = (): void => {
    operations--;
    assert(operations >= 0, "more operations ended than were started");
  };

  const start: AgentSessions["startOperation"] = (name, body) => {
    operations++;
    taskGroup.start(name, () => withCleanup(body(), ended));
  };

  return {
    of: (agentId) => sessions.get(agentId),
    all: () => sessions.values(),
    get live() {
      return sessions.size;
    },
    get isIdle() {
      return sessions.size === 0 && operations === 0;
    },
    start(agent, worker, { registrationId, channel, observer }) {
      const session: AgentSession = {
        agent,
        worker,
        registrationId,
        channel,
        observer,
        seen: new RecentIds(IDS_KNOWN),
        refused: undefined,
        submitting: false,
        submitted: false,
        livePartOver: false,
        isEndingAbsent: false,
        absentAt: undefined,
        runner: undefined,
        operations: 0,
        hasEnded: false,
      };
      const agentId = agent.getAgentId();
      assert(!sessions.has(agentId), `agent ${agentId} has a session already`);
      sessions.set(agentId, session);
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

/** Runs `steps`, then calls `ended`, also after an error. */
function* withCleanup(steps: Steps<void>, ended: () => void): Steps<void> {
  try {
    yield* steps;
  } finally {
    ended();
  }
}
