/**
 * From a seat to a task runner: agents of one assignment wait for each other, are handed to a runner together, and end here if
 * nobody will ever run them.
 */
import { isFinal, type AgentStatus } from "../db/index.js";
import type { LiveAgent, ModelContext } from "../model/index.js";
import type { Steps } from "../sync/index.js";
import { createGathering, type Gathering } from "./gathering.js";
import type { Outbox } from "./inbox.js";
import type { AgentRef, RunnerMessage } from "./messages.js";
import type { PoolNotes } from "./pool-notes.js";
import { createRunnerPool } from "./runner-pool.js";
import type { Seat } from "./seat.js";
import type { Seats } from "./seats.js";
import { completeUnit, releaseUnit } from "./units.js";

export interface Launching {
  /** Where agents wait for their partners. */
  readonly gathering: Gathering;
  /** Has a runner see an onboarding agent through its onboarding. */
  onboard(seat: Seat): void;
  /** Takes in an agent with a unit of this assignment, and has a runner begin once all of them are there. */
  gather(seat: Seat, assignmentId: string): void;
  /** Nobody more will come: expires the agents whose partners have not, now and from now on. */
  endGathering(): void;
  /** Ends what a dead runner had in hand: not the worker has gone, but the work. */
  loseRunner(runner: number): void;
  /** Has the runners release every waiter. */
  shutdown(): void;
}

export interface LaunchingOptions {
  readonly context: ModelContext;
  readonly unitsPerAssignment: number;
  /** The way to each task runner. */
  readonly runners: readonly Outbox[];
  readonly seats: Seats;
  readonly notes: PoolNotes;
  /** The agent is over. */
  readonly leave: (seat: Seat, status: AgentStatus) => void;
}

export function createLaunching({
  context,
  unitsPerAssignment,
  runners: outboxes,
  seats,
  notes,
  leave,
}: LaunchingOptions): Launching {
  const gathering = createGathering(unitsPerAssignment);
  const runners = createRunnerPool(outboxes);
  let gatheringOver = false;

  const refTo = (agent: LiveAgent): AgentRef => {
    const agentId = agent.getAgentId();
    return { agentId, slot: context.slots.slotOf(agentId).index };
  };

  /** Ends an agent that no runner has in hand, and settles its unit. */
  const expire = (seat: Seat): void => {
    const { agent } = seat;
    seats.work(seat, "expire", function* () {
      yield* notes.setStatus(seat, "expired");
      const status = agent.getStatus();
      if (status === "completed") yield* completeUnit(context, agent);
      else yield* releaseUnit(context, agent, unitsPerAssignment > 1);
      leave(seat, status);
    });
  };

  /** Hands agents to one of the runners that are alive. */
  const launch = (
    launched: readonly Seat[],
    messageFor: (agents: readonly [AgentRef, ...AgentRef[]]) => RunnerMessage,
  ): void => {
    const runner = runners.next();
    const [first, ...others] = launched.map(({ agent }) => refTo(agent));
    if (runner === undefined || first === undefined) {
      for (const seat of launched) expire(seat);
      return;
    }
    for (const seat of launched) {
      seat.runner = runner;
      notes.of(seat).runner = runner;
    }
    runners.tell(runner, messageFor([first, ...others]));
  };

  const join = function* (seat: Seat, assignmentId: string): Steps<void> {
    // The last to come does not wait. Who waits joins only when that is committed: the runner's next status must come after it.
    if (!gathering.lacksOne(assignmentId)) yield* notes.setStatus(seat, "waiting");
    if (seat.left || isFinal(seat.agent.getStatus())) return;
    if (gatheringOver && unitsPerAssignment > 1) {
      expire(seat);
      return;
    }
    const complete = gathering.join(assignmentId, seat);
    if (complete !== undefined) launch(complete, (agents) => ({ kind: "assignment", assignmentId, agents }));
  };

  return {
    gathering,
    onboard: (seat) => launch([seat], ([agent]) => ({ kind: "onboarding", agent })),
    gather: (seat, assignmentId) => seats.work(seat, "gather", () => join(seat, assignmentId)),
    endGathering() {
      gatheringOver = true;
      for (const seat of gathering.dissolve()) expire(seat);
    },
    loseRunner(runner) {
      runners.lose(runner);
      for (const seat of seats.all()) if (seat.runner === runner) expire(seat);
    },
    shutdown: () => runners.tellAll({ kind: "shutdown" }),
  };
}
