/**
 * A handle on an agent: what both generations (live updates, packets) and both kinds (onboarding, on a unit) have in common.
 *
 * A handle is cheap: a row, a cached status, and views of the agent's slot in shared memory made when first used. Every call of a
 * `get` makes another; handles on one agent, in one thread or several, observe the same row, events and mailbox, each with its
 * own cached status. Rows are the truth: {@link AgentHandle.getStatus} brings the cache up to date.
 *
 * Whatever may wait is written once as `…Steps`; the plain name blocks the thread, `…Async` suspends the caller.
 */
import { AssertionError } from "node:assert";
import { type AgentStatus, isFinal } from "../../vocabulary/index.js";
import type { AgentType } from "../db/index.js";
import {
  block,
  type Event,
  type EventName,
  type Mailbox,
  type Slot,
  type Steps,
  suspend,
  wait,
} from "../sync/index.js";
import type { ModelContext } from "./context.js";
import type { Task } from "./entities/task.js";
import type { TaskRun } from "./entities/task-run.js";
import type { Worker } from "./entities/worker.js";
import { AgentDisconnectedError, AgentReturnedError, AgentTimeoutError } from "./agent-errors.js";
import type { AgentRecord } from "./record.js";
import type { AgentState, StateOwner } from "./state.js";

const OPENED = Symbol("opened by get");

/** What a handle is made from; only {@link opening} makes one that constructors accept. */
export interface Opening<Row extends AgentRecord> {
  readonly context: ModelContext;
  readonly record: Row;
  readonly via: symbol;
}

/** For the `get` of each class. Not exported from the model: handles come from `get` alone. */
export function opening<Row extends AgentRecord>(context: ModelContext, record: Row): Opening<Row> {
  return { context, record, via: OPENED };
}

export abstract class AgentHandle<Row extends AgentRecord = AgentRecord> implements StateOwner {
  readonly state: AgentState;
  protected readonly context: ModelContext;
  protected readonly record: Row;
  #dbStatus: AgentStatus;
  #slot: Slot | undefined;
  #mailbox: Mailbox | undefined;

  /** @throws AssertionError unless called by the class's `get` (the seed's `_used_new_call`) */
  constructor({ context, record, via }: Opening<Row>) {
    if (via !== OPENED) {
      const name = new.target.name;
      throw new AssertionError({
        message: `Direct ${name} and data model access via new ${name}(…) is not supported: call ${name}.get(context, id)`,
      });
    }
    this.context = context;
    this.record = record;
    this.#dbStatus = record.initialStatus;
    this.state = context.createState(this);
  }

  /** The status as this handle last read or wrote it. {@link getStatus} asks the database. */
  get dbStatus(): AgentStatus {
    return this.#dbStatus;
  }

  get agentType(): AgentType {
    return this.record.agentType;
  }

  /** The id of the agent's row. */
  get dbId(): string {
    return this.record.dbId;
  }

  get workerId(): string {
    return this.record.workerId;
  }

  get taskRunId(): string {
    return this.record.taskRunId;
  }

  get taskId(): string {
    return this.record.taskId;
  }

  get taskType(): string {
    return this.record.taskType;
  }

  /** The id by which clients and other threads name the agent; that of an onboarding agent has a prefix. */
  getAgentId(): string {
    return this.record.agentId;
  }

  /** The worker that is using this agent for a task; loaded when first asked for. */
  getWorker(): Worker {
    return this.record.getWorker();
  }

  /** The task run this agent is working within; loaded when first asked for. */
  getTaskRun(): TaskRun {
    return this.record.getTaskRun();
  }

  /** The task this agent is working within; loaded when first asked for. */
  getTask(): Task {
    return this.record.getTask();
  }

  /** The directory for any state of this agent. Only its name: it is not made. */
  getDataDir(): string {
    return this.record.getDataDir();
  }

  /** The seed's `pending_actions` with the event that announces them: client IO appends, the task's code takes. */
  get mailbox(): Mailbox {
    return (this.#mailbox ??= this.context.openMailbox(this.slot));
  }

  /** Set once the worker's submission arrived, or will not arrive any more. */
  get didSubmit(): Event {
    return this.event("didSubmit");
  }

  /**
   * Writes the status to the database and tells everybody who waits for it: the worker's page, and pending acts if the status frees
   * them. Over once the row is committed. Does nothing when the cached status is this one already. Where final statuses are kept and
   * another handle has written one meanwhile, that one stays and becomes the cached status.
   * @throws DatabaseError when the row could not be written; the cached status is then unchanged
   */
  *updateStatusSteps(status: AgentStatus): Steps<void> {
    if (this.#dbStatus === status) return;
    if (isFinal(this.#dbStatus)) {
      this.context.log("info", `Updating ${this.toString()} from final status ${this.#dbStatus} to ${status}`);
    }
    const cached = this.#dbStatus;
    const keepsFinal = this.context.finalStatuses === "kept" && !isFinal(cached);
    const replaced = yield* wait(this.record.writeStatus(status, this.context.clock.now(), keepsFinal));
    const wasKept = keepsFinal && isFinal(replaced);
    const present = wasKept ? replaced : status;
    // A final status that was read while this write was on its way has come after it.
    if (!(keepsFinal && isFinal(this.#dbStatus))) this.#dbStatus = present;
    this.publishStatus(present);
    if (this.releasesWaiters(present)) {
      this.mailbox.release();
      this.didSubmit.set();
    }
    if (!wasKept) this.statusWritten(this.context.gauges === "rows" ? replaced : cached, status);
  }

  updateStatus(status: AgentStatus): void {
    block(this.updateStatusSteps(status));
  }

  updateStatusAsync(status: AgentStatus): Promise<void> {
    return suspend(this.updateStatusSteps(status));
  }

  /**
   * The status in the database; once the cached one is final, that one, without asking. A change that this handle did not know is
   * announced, and `returned` and `disconnect` free pending acts.
   * @throws DatabaseError when the row could not be read
   */
  getStatus(): AgentStatus {
    if (isFinal(this.#dbStatus)) return this.#dbStatus;
    const status = this.record.readStatus();
    if (status !== this.#dbStatus) {
      if (status === "returned" || status === "disconnect") this.mailbox.release();
      // Before the cache changes, as in the seed: what is pushed here is the status that the handle knew until now.
      this.publishStatus(status);
      this.#dbStatus = status;
    }
    return status;
  }

  toString(): string {
    return `${this.constructor.name}(${this.dbId})`;
  }

  /** Tells of a status that is new to this handle. */
  protected abstract publishStatus(status: AgentStatus): void;

  /** This handle wrote a status; it took the place of `from`. */
  protected abstract statusWritten(from: AgentStatus, to: AgentStatus): void;

  /** Whether writing this status frees acts and submissions that wait. */
  protected abstract releasesWaiters(status: AgentStatus): boolean;

  /** Whether the worker is gone, so that there is nobody to wait for: the status is `disconnect`, `returned` or `timeout`. Reads the row. */
  isAbsent(): boolean {
    const status = this.getStatus();
    return status === "disconnect" || status === "returned" || status === "timeout";
  }

  /**
   * Ends a wait that brought no update: the worker has disconnected or returned, or is marked as timed out now.
   * @param timeoutMs how long was waited, in ms
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
