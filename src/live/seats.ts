/**
 * The seats of the live agents, and the coroutines of the worker pool that use them: an agent's slot is given back only when
 * neither a task runner nor one of those can touch it any more.
 */
import type { LiveAgent, ModelContext, Worker } from "../model/index.js";
import type { Arena, Steps } from "../sync/index.js";
import type { Crew } from "./crew.js";
import { RecentIds } from "./recent-ids.js";
import type { Applicant, Seat } from "./seat.js";

/** Of so many live updates of an agent, the last, a second copy is known. It comes right after the first, or after what was under way with it. */
const IDS_KNOWN = 1000;

export interface Seats {
  /** The seat of a live agent; undefined for one that is unknown or over. */
  of(agentId: string): Seat | undefined;
  all(): Iterable<Seat>;
  /** How many agents are live. */
  readonly live: number;
  /** Whether no agent is live and no coroutine is under way. */
  readonly isIdle: boolean;
  /** The agent is live from here on. */
  take(agent: LiveAgent, worker: Worker, applicant: Applicant): Seat;
  /** The agent is over: does what follows from that, and frees its slot. Nothing happens to one that has left already. */
  vacate(seat: Seat, followUp: () => void): void;
  /** Starts a coroutine. */
  start(name: string, body: () => Steps<void>): void;
  /** Starts a coroutine that uses the seat's agent. */
  work(seat: Seat, name: string, body: () => Steps<void>): void;
}

export interface SeatsOptions {
  readonly context: ModelContext;
  /** Where the agents' slots are, to give them back. */
  readonly arena: Arena;
  readonly crew: Crew;
}

export function createSeats({ context: { slots }, arena, crew }: SeatsOptions): Seats {
  const seats = new Map<string, Seat>();
  let underWay = 0;

  const releaseSlot = (seat: Seat): void => {
    if (!seat.left || seat.operations > 0) return;
    const agentId = seat.agent.getAgentId();
    const slot = slots.slotOf(agentId);
    slots.forget(agentId);
    arena.release(slot);
  };

  const ended = (): void => {
    underWay--;
  };

  const start: Seats["start"] = (name, body) => {
    underWay++;
    crew.start(name, () => followed(body(), ended));
  };

  return {
    of: (agentId) => seats.get(agentId),
    all: () => seats.values(),
    get live() {
      return seats.size;
    },
    get isIdle() {
      return seats.size === 0 && underWay === 0;
    },
    take(agent, worker, { registrationId, channel }) {
      const seat: Seat = {
        agent,
        worker,
        registrationId,
        channel,
        seen: new RecentIds(IDS_KNOWN),
        refused: undefined,
        submitting: false,
        leaving: false,
        absentAt: undefined,
        runner: undefined,
        operations: 0,
        left: false,
      };
      seats.set(agent.getAgentId(), seat);
      return seat;
    },
    vacate(seat, followUp) {
      if (seat.left) return;
      seat.left = true;
      seats.delete(seat.agent.getAgentId());
      followUp();
      releaseSlot(seat);
    },
    start,
    work(seat, name, body) {
      seat.operations++;
      start(name, () =>
        followed(body(), () => {
          seat.operations--;
          releaseSlot(seat);
        }),
      );
    },
  };
}

/** `steps`, and `ended` however they end. */
function* followed(steps: Steps<void>, ended: () => void): Steps<void> {
  try {
    yield* steps;
  } finally {
    ended();
  }
}
