/**
 * Evidence: what the threads of a run recorded about every agent, small enough for 100,000 agents with 100 updates
 * each. A thread keeps one object for each agent and hands over all of them at the end of the run, as a structured
 * clone. `invariants.ts` checks the evidence.
 *
 * Which thread fills what:
 * - the thread that carries the simulated worker: {@link ClientEvidence};
 * - the thread that runs the task's code: {@link TaskEvidence}, with {@link noteTaken} at every update taken;
 * - the coordinator, after the drain, from the database: {@link RowEvidence} and {@link Holding};
 * - the coordinator, after the drain: {@link AccountingEvidence}.
 *
 * Agents are named by `getAgentId()`, so that an onboarding agent ("onboarding_7") differs from an agent ("7").
 * Times are ms on the run's clock.
 */

/** The evidence of the client side about an agent. */
export interface ClientEvidence {
  readonly agentId: string;
  /** How many live updates were sent, numbered 1, 2, …; a resent update keeps its number and is counted once. */
  sent: number;
  /** Submits that were acknowledged to the client. */
  acknowledgedSubmits: number;
  /** Statuses whose write was acknowledged to the client's side, in the order of the acknowledgements. */
  acknowledgedStatuses: string[];
  /** When a status that frees the agent's waiter (disconnect, returned) was committed by the client's side. */
  absentAtMs?: number;
}

/** The evidence about an agent of which the client side knows nothing yet. */
export function nothingSent(agentId: string): ClientEvidence {
  return { agentId, sent: 0, acknowledgedSubmits: 0, acknowledgedStatuses: [] };
}

/** The evidence of the task side about an agent. */
export interface TaskEvidence {
  readonly agentId: string;
  taken: TakenUpdates;
  /**
   * The live update that took longest from its intended time until it was taken, and when it was taken; for the report.
   */
  slowest?: { readonly latencyMs: number; readonly atMs: number };
  /** Statuses whose write was acknowledged to the task's side. */
  acknowledgedStatuses: string[];
  /** When the task's code ended, in whatever way; absent while it runs. */
  endedAtMs?: number;
  /** The wait that ended with the agent gone (`disconnect`, `returned`), whether its timeout had passed or not. */
  released?: {
    readonly waitedFor: "update" | "submit";
    readonly waitStartedAtMs: number;
    readonly atMs: number;
    /** When its thread polled in the turn before the one that ended the wait; absent where there are no turns. */
    readonly previousPollAtMs?: number;
  };
  /** The wait that ended with an AgentTimeoutError. */
  timeout?: {
    readonly waitedMs: number;
    readonly timeoutMs: number;
    /** Whether the agent was already known to be `timeout` when the wait began: then it may end at once. */
    readonly alreadyTimeout: boolean;
  };
}

/** The row of an agent after the drain. */
export interface RowEvidence {
  readonly agentId: string;
  readonly status: string;
  /** Every status that was committed, oldest first (`status_changes`). */
  readonly history: readonly string[];
  /** Submits in the agent's journal. */
  readonly submits: number;
}

/** One agent's hold on a unit, from the moment it was given until the agent was final. */
export interface Holding {
  readonly unitId: string;
  readonly agentId: string;
  readonly fromMs: number;
  /** Absent when it was still held at the end. */
  readonly toMs?: number;
  /** Whether the unit's row has it assigned to the agent even after the drain. */
  readonly isAssigned: boolean;
}

/** The totals of a run after the drain, which have to agree. */
export interface AccountingEvidence {
  /** `active_agent_statuses` summed over all threads, by a label such as "main completed"; zeros may be left out. */
  readonly gauges: Readonly<Record<string, number>>;
  /** Rows in the database by the same labels. */
  readonly rows: Readonly<Record<string, number>>;
  /** Agents that the worker pool or a task thread had a handle on, by their own notes, each counted once. */
  readonly agentsWithHandles: number;
  /** Slots of the arena that are still allocated. */
  readonly slotsInUse: number;
}

export interface RunEvidence {
  readonly clients: Iterable<ClientEvidence>;
  readonly tasks: Iterable<TaskEvidence>;
  readonly rows: Iterable<RowEvidence>;
  readonly holdings: Iterable<Holding>;
  readonly accounting: AccountingEvidence;
  /**
   * The time within which the waiter of a gone agent has to be released, ms, unless its thread was in one turn all the
   * time.
   */
  readonly releaseBoundMs: number;
  /** Evidence that was lost with killed threads; absent when no thread was killed. */
  readonly lost?: LostEvidence;
}

/** Agents whose evidence was lost with a killed thread. Checks that need it are not made, and counted as unchecked. */
export interface LostEvidence {
  /** Agents whose client thread was killed. */
  readonly clients: ReadonlySet<string>;
  /** Agents whose task thread was killed. */
  readonly tasks: ReadonlySet<string>;
}

/** How many skipped numbers of an agent are kept. A number beyond them counts as repeated when it is taken late. */
const SKIPPED_KEPT = 1000;

/** The updates taken for one agent: how many, and how their numbers differ from 1, 2, 3, … */
export interface TakenUpdates {
  /** How many were taken. */
  count: number;
  /** The number that comes next if nothing is wrong. */
  next: number;
  /** Taken more than once. */
  repeated: number;
  /** Taken for the first time after a larger number. */
  late: number;
  /** Numbers that had not been taken when a larger one was; those taken late are among them. */
  skipped: number;
  /** The first {@link SKIPPED_KEPT} numbers that were skipped and have not been taken since; absent while none was. */
  missing?: Set<number>;
  /** The first number that was not the next one. */
  firstDisorder?: { readonly expected: number; readonly got: number };
}

export function nothingTaken(): TakenUpdates {
  return { count: 0, next: 1, repeated: 0, late: 0, skipped: 0 };
}

/** Notes that the update with this number was taken. */
export function noteTaken(taken: TakenUpdates, number: number): void {
  taken.count++;
  if (number !== taken.next) {
    taken.firstDisorder ??= { expected: taken.next, got: number };
    if (number < taken.next) {
      if (taken.missing?.delete(number) === true) taken.late++;
      else taken.repeated++;
      return;
    }
    taken.skipped += number - taken.next;
    const missing = (taken.missing ??= new Set());
    for (let skipped = taken.next; skipped < number && missing.size < SKIPPED_KEPT; skipped++) missing.add(skipped);
  }
  taken.next = number + 1;
}
