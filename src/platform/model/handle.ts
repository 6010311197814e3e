/**
 * A handle on an agent: the common part of both generations (live updates, packets) and both kinds (onboarding, on a
 * unit).
 *
 * A handle is cheap: a row, a cached status, and views of the agent's slot in shared memory, which are made when first
 * used. Every call of a `get` makes a new handle. Handles on one agent, in one thread or several, share the row, events
 * and mailbox; each has its own cached status. The row is authoritative: {@link AgentHandle.getStatus} updates the
 * cache.
 *
 * A method that may wait is written once as `…Steps`. The plain name blocks the thread, `…Async` suspends the caller.
 */
import { AssertionError } from "node:assert";
import { join } from "node:path";
import { agentIdOf, type AgentStatus, isFinal } from "../../vocabulary/index.js";
import type { AgentType } from "../db/index.js";
import { type Event, type EventName, type Mailbox, type Slot, type Steps, wait } from "../sync/index.js";
import { type AnyAgentRow, internTexts, loadRow, type RowKind } from "./agent-rows.js";
import type { ModelContext } from "./context.js";
import type { Assignment } from "./entities/assignment.js";
import { Task } from "./entities/task.js";
import { TaskRun } from "./entities/task-run.js";
import type { Unit } from "./entities/unit.js";
import { Worker } from "./entities/worker.js";
import { AgentDisconnectedError, AgentReturnedError, AgentTimeoutError } from "./agent-errors.js";
import type { AgentState, StateOwner } from "./state.js";
import { addWaitForms, type Blocking, type Suspending } from "./wait-forms.js";

const OPENED = Symbol("opened by get");

/** The argument of constructors; they only accept the result of {@link opening}. */
export interface Opening<Row extends AnyAgentRow> {
  readonly context: ModelContext;
  readonly kind: RowKind<Row>;
  readonly row: Row;
  readonly via: symbol;
}

/**
 * For the `get` of each class. Not exported from the model: only `get` makes handles.
 * @throws NoSuchRowError when there is no row of this id
 */
export function opening<Row extends AnyAgentRow>(
  context: ModelContext,
  kind: RowKind<Row>,
  dbId: string,
  row = loadRow(kind, context.db, dbId),
): Opening<Row> {
  return { context, kind, row: internTexts(row), via: OPENED };
}

export abstract class AgentHandle<Row extends AnyAgentRow = AnyAgentRow> implements StateOwner {
  /** As {@link updateStatusSteps}; blocks the thread. */
  declare updateStatus: Blocking<AgentHandle["updateStatusSteps"]>;
  /** As {@link updateStatusSteps}; suspends the caller. */
  declare updateStatusAsync: Suspending<AgentHandle["updateStatusSteps"]>;
  readonly state: AgentState;
  protected readonly context: ModelContext;
  /** The row as it was when the handle was made. */
  protected readonly row: Row;
  readonly #kind: RowKind<Row>;
  #dbStatus: AgentStatus;
  /** Whether {@link completeRowSteps} has written: the handle knows that the row is final; its cached status stays. */
  #hasCompletedRow = false;
  #worker: Worker | undefined;
  #taskRun: TaskRun | undefined;
  #task: Task | undefined;
  #slot: Slot | undefined;
  #mailbox: Mailbox | undefined;

  static {
    addWaitForms(this.prototype, "updateStatusSteps");
  }

  /** @throws AssertionError unless called by the class's `get` (`_used_new_call` in the original) */
  constructor({ context, kind, row, via }: Opening<Row>) {
    if (via !== OPENED) {
      const name = new.target.name;
      throw new AssertionError({
        message:
          `Direct ${name} and data model access via new ${name}(…) is not supported: ` +
          `call ${name}.get(context, id)`,
      });
    }
    this.context = context;
    this.row = row;
    this.#kind = kind;
    this.#dbStatus = row.status;
    this.state = context.createState(this);
  }

  /** The status as this handle last read or wrote it. {@link getStatus} reads the database. */
  get dbStatus(): AgentStatus {
    return this.#dbStatus;
  }

  get agentType(): AgentType {
    return this.#kind.agentType;
  }

  /** The id of the agent's row. */
  get dbId(): string {
    return this.#kind.idOf(this.row);
  }

  get workerId(): string {
    return this.row.workerId;
  }

  get taskRunId(): string {
    return this.row.taskRunId;
  }

  get taskId(): string {
    return this.row.taskId;
  }

  get taskType(): string {
    return this.row.taskType;
  }

  /** The id that clients and other threads use for the agent. The id of an onboarding agent has a prefix. */
  getAgentId(): string {
    return agentIdOf(this.agentType, this.dbId);
  }

  /** The worker that is using this agent for a task; loaded when first asked for. */
  getWorker(): Worker {
    return (this.#worker ??= Worker.get(this.context.db, this.workerId));
  }

  /** The task run this agent is working within; loaded when first asked for. */
  getTaskRun(): TaskRun {
    return (this.#taskRun ??= this.nearest()?.getTaskRun() ?? TaskRun.get(this.context.db, this.taskRunId));
  }

  /** The task this agent is working within; loaded when first asked for. */
  getTask(): Task {
    return (this.#task ??= (this.nearest() ?? this.#taskRun)?.getTask() ?? Task.get(this.context.db, this.taskId));
  }

  /** The directory for the state of this agent. Does not create it. */
  getDataDir(): string {
    return join(this.getTaskRun().getRunDir(), "onboarding", this.getAgentId());
  }

  /** A loaded entity from which the task run and the task can be reached without another read. */
  protected nearest(): Unit | Assignment | undefined {
    return undefined;
  }

  /** The original's `pending_actions` and the event that announces them: client IO appends, the task's code takes. */
  get mailbox(): Mailbox {
    return (this.#mailbox ??= this.context.openMailbox(this.slot));
  }

  /** Set when the worker's submission has arrived, or will not arrive any more. */
  get didSubmit(): Event {
    return this.event("didSubmit");
  }

  /**
   * Writes the status to the database, publishes it to the worker's page, and releases pending waits if the status ends
   * them. Ends when the row is committed. Does nothing if the cached status is this one already. Where final statuses
   * are kept and another handle has written one, that one stays and becomes the cached status.
   * @throws DatabaseError when the row could not be written; the cached status is then unchanged
   */
  *updateStatusSteps(status: AgentStatus): Steps<void> {
    if (this.#dbStatus === status) return;
    if (isFinal(this.#dbStatus)) {
      this.context.log("info", `Updating ${this.toString()} from final status ${this.#dbStatus} to ${status}`);
    }
    const cached = this.#dbStatus;
    const keepsFinal = this.context.finalStatuses === "kept" && !isFinal(cached) && !this.#hasCompletedRow;
    const change = { status, at: this.context.clock.now(), unlessFinal: keepsFinal };
    const replaced = yield* wait(this.context.db.write(this.#kind.update, this.dbId, change));
    const wasKept = keepsFinal && isFinal(replaced);
    const present = wasKept ? replaced : status;
    // A final status that was read during this write is later than the write.
    if (!(keepsFinal && isFinal(this.#dbStatus))) this.#dbStatus = present;
    this.publishStatus(present);
    if (this.releasesWaiters(present)) {
      this.mailbox.release();
      this.didSubmit.set();
    }
    if (!wasKept) this.statusWritten(this.context.gauges === "rows" ? replaced : cached, status);
  }

  /**
   * The status in the database. A final cached status is returned without reading. A status that is new to this handle
   * is published, and `returned` and `disconnect` release pending waits for an update.
   * @throws DatabaseError when the row could not be read
   */
  getStatus(): AgentStatus {
    if (isFinal(this.#dbStatus)) return this.#dbStatus;
    const { status } = loadRow(this.#kind, this.context.db, this.dbId);
    if (status !== this.#dbStatus) {
      if (status === "returned" || status === "disconnect") this.mailbox.release();
      // Before the cache changes, as in the original: this pushes the status that the handle knew so far.
      this.publishStatus(status);
      this.#dbStatus = status;
    }
    return status;
  }

  /**
   * Writes `completed` to the row, unless the worker has disconnected, and not to the cached status: as with a provider
   * whose site completes agents, {@link getStatus} reads it. Where final statuses are kept, one that another handle
   * writes meanwhile stays.
   */
  protected *completeRowSteps(): Steps<void> {
    const known = this.getStatus();
    if (known === "disconnect") return;
    const keepsFinal = this.context.finalStatuses === "kept" && !isFinal(known);
    const change = {
      status: "completed",
      at: this.context.clock.now(),
      ...(keepsFinal && { unlessFinal: true }),
    } as const;
    const replaced = yield* wait(this.context.db.write(this.#kind.update, this.dbId, change));
    if (keepsFinal && isFinal(replaced)) return;
    this.#hasCompletedRow = true;
    if (this.context.gauges === "rows") this.statusWritten(replaced, "completed");
  }

  toString(): string {
    return `${this.constructor.name}(${this.dbId})`;
  }

  /** Publishes a status that is new to this handle. */
  protected abstract publishStatus(status: AgentStatus): void;

  /** The agent was created with this handle, for a unit or a worker, as `purpose` says. */
  protected abstract created(purpose: string): void;

  /** This handle wrote a status, which replaced `from`. */
  protected abstract statusWritten(from: AgentStatus, to: AgentStatus): void;

  /** Whether writing this status releases pending waits for updates and submissions. */
  protected abstract releasesWaiters(status: AgentStatus): boolean;

  /** Whether the worker is gone: the status is `disconnect`, `returned` or `timeout`. Reads the row. */
  isAbsent(): boolean {
    const status = this.getStatus();
    return status === "disconnect" || status === "returned" || status === "timeout";
  }

  /**
   * Ends a wait without an update: the worker has disconnected or returned, or is marked as timed out now.
   * @param timeoutMs how long the wait was, in ms
   * @throws AgentDisconnectedError, AgentReturnedError, AgentTimeoutError
   */
  protected *failWaitSteps(timeoutMs: number): Steps<never> {
    this.#throwIfAbsent(this.getStatus());
    yield* this.updateStatusSteps("timeout");
    this.#throwIfAbsent(this.#dbStatus);
    throw new AgentTimeoutError(this.getAgentId(), timeoutMs);
  }

  #throwIfAbsent(status: AgentStatus): void {
    if (status === "disconnect") throw new AgentDisconnectedError(this.getAgentId());
    if (status === "returned") throw new AgentReturnedError(this.getAgentId());
  }

  protected event(name: EventName): Event {
    return this.slot.event(name);
  }

  private get slot(): Slot {
    return (this.#slot ??= this.context.slots.slotOf(this.getAgentId()));
  }
}
