/** The live-update generation (Mephisto 1.0): the common part of its onboarding agents and agents on units. */
import { AssertionError } from "node:assert";
import type { AgentStatus } from "../../vocabulary/index.js";
import { type Json, type Signal, type Steps, wait } from "../sync/index.js";
import { AgentShutdownError } from "./agent-errors.js";
import { AgentHandle } from "./handle.js";
import type { LiveRun, LiveUpdate } from "./live-run.js";
import type { AnyAgentRow } from "./agent-rows.js";
import { addWaitForms, type Blocking, type Suspending } from "./wait-forms.js";

export abstract class LiveAgent<Row extends AnyAgentRow = AnyAgentRow> extends AgentHandle<Row> {
  /** As {@link getLiveUpdateSteps}; blocks the thread. */
  declare getLiveUpdate: Blocking<LiveAgent["getLiveUpdateSteps"]>;
  /** As {@link getLiveUpdateSteps}; suspends the caller. */
  declare getLiveUpdateAsync: Suspending<LiveAgent["getLiveUpdateSteps"]>;
  /** @deprecated the name of {@link getLiveUpdate} before Mephisto 1.0; warns once in all threads */
  declare act: Blocking<LiveAgent["actSteps"]>;
  /** @deprecated the name of {@link getLiveUpdateAsync} before Mephisto 1.0; warns once in all threads */
  declare actAsync: Suspending<LiveAgent["actSteps"]>;
  /** As {@link awaitSubmitSteps}; blocks the thread. */
  declare awaitSubmit: Blocking<LiveAgent["awaitSubmitSteps"]>;
  /** As {@link awaitSubmitSteps}; suspends the caller. */
  declare awaitSubmitAsync: Suspending<LiveAgent["awaitSubmitSteps"]>;
  /** As {@link handleSubmitSteps}; blocks the thread. */
  declare handleSubmit: Blocking<LiveAgent["handleSubmitSteps"]>;
  /** As {@link handleSubmitSteps}; suspends the caller. */
  declare handleSubmitAsync: Suspending<LiveAgent["handleSubmitSteps"]>;
  #liveRun: LiveRun | undefined;

  static {
    addWaitForms(this.prototype, "getLiveUpdateSteps", "actSteps", "awaitSubmitSteps", "handleSubmitSteps");
  }

  /** Set while updates are pending, and after a status or shutdown that releases pending waits. */
  get hasLiveUpdate(): Signal {
    return this.mailbox.signal;
  }

  /** Whether {@link shutdown} was called on any handle of the agent. */
  get isShutdown(): boolean {
    return this.mailbox.isShutdown;
  }

  /** Sets the live run through which this handle reaches the worker's page. */
  setLiveRun(liveRun: LiveRun): void {
    this.#liveRun = liveRun;
  }

  /** @throws AssertionError when no live run was set */
  getLiveRun(): LiveRun {
    if (this.#liveRun === undefined) {
      throw new AssertionError({ message: "Should not be getting the live run, not set for given agent" });
    }
    return this.#liveRun;
  }

  /**
   * Adds the update to the agent's state and sends it to the worker's page, if there is a live run. Adds a missing
   * `update_id`.
   */
  observe(update: LiveUpdate): void {
    update.update_id ??= this.context.ids.next();
    this.state.updateData(update);
    this.#liveRun?.sendLiveUpdate(this.getAgentId(), update);
  }

  /**
   * The next update from the worker's page.
   * @param timeoutMs how long to wait for it, in ms; by default, and for 0, it does not wait
   * @returns undefined if there is no update and it did not wait
   * @throws AgentShutdownError when the agent was shut down
   * @throws AgentDisconnectedError, AgentReturnedError when the worker is gone
   * @throws AgentTimeoutError when the time passed; the agent's status is then `timeout`
   */
  *getLiveUpdateSteps(timeoutMs?: number | null): Steps<LiveUpdate | undefined> {
    const { mailbox } = this;
    if (mailbox.isEmpty()) {
      if (!timeoutMs) return undefined;
      yield* mailbox.waitForChangeSteps(timeoutMs, this);
      if (mailbox.isEmpty()) {
        if (mailbox.isShutdown) throw new AgentShutdownError(this.getAgentId());
        yield* this.failWaitSteps(timeoutMs);
      }
    }
    const taken = mailbox.takeMessage();
    if (taken === undefined)
      throw new AssertionError({ message: "another consumer has taken the update of this agent" });
    const update = taken.value as LiveUpdate;
    this.state.updateData(update, taken.text);
    return update;
  }

  /** @deprecated the name of {@link getLiveUpdate} before Mephisto 1.0; warns once in all threads */
  *actSteps(timeoutMs?: number | null): Steps<LiveUpdate | undefined> {
    this.context.warnOfAct();
    return yield* this.getLiveUpdateSteps(timeoutMs);
  }

  /**
   * Waits for the worker to submit.
   * @param timeoutMs how long to wait, in ms; by default it does not wait
   * @returns whether the worker has submitted, or will not submit any more
   */
  *awaitSubmitSteps(timeoutMs?: number | null): Steps<boolean> {
    if (timeoutMs !== undefined && timeoutMs !== null) yield* wait(this.didSubmit.waiting(timeoutMs));
    return this.didSubmit.isSet();
  }

  /**
   * Adds the final submission to the agent's state and, when it is committed, releases the waits for it. (The original
   * releases first: task code on another thread would then look for a submission that is not there yet.)
   */
  *handleSubmitSteps(data: Json): Steps<void> {
    yield* this.state.updateSubmit(data);
    this.didSubmit.set();
  }

  /** Ends the agent for its task: pending and later waits for an update throw an AgentShutdownError. */
  shutdown(): void {
    this.context.log("debug", `${this.toString()} is shutting down`);
    this.mailbox.shutdown();
  }

  protected override publishStatus(status: AgentStatus): void {
    if (this.pushes(status)) this.#liveRun?.pushStatusUpdate(this, this.dbStatus);
  }

  protected override created(purpose: string): void {
    this.context.metrics.created(this.agentType, this.workerId);
    this.context.log("debug", `Registered new ${this.toString()} for ${purpose}`);
  }

  protected override statusWritten(from: AgentStatus, to: AgentStatus): void {
    if (from !== to) this.context.metrics.changed(this.agentType, this.workerId, from, to);
  }

  /** Whether a change to this status is pushed to the worker's page. */
  protected abstract pushes(status: AgentStatus): boolean;
}
