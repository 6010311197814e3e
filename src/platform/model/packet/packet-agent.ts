/**
 * The packet generation (before Mephisto 1.0): the common part of its onboarding agents and agents on units. Examples 1
 * and 3 of the original.
 */
import type { AgentStatus } from "../../../vocabulary/index.js";
import type { Event, Signal, Steps } from "../../sync/index.js";
import { AgentHandle } from "../handle.js";
import type { AnyAgentRow } from "../agent-rows.js";
import { addWaitForms, type Blocking, type Suspending } from "../wait-forms.js";
import { Packet, type PacketFields } from "./packet.js";

export abstract class PacketAgent<Row extends AnyAgentRow = AnyAgentRow> extends AgentHandle<Row> {
  /** As {@link actSteps}; blocks the thread. */
  declare act: Blocking<PacketAgent["actSteps"]>;
  /** As {@link actSteps}; suspends the caller. */
  declare actAsync: Suspending<PacketAgent["actSteps"]>;

  static {
    addWaitForms(this.prototype, "actSteps");
  }

  /** The packets that client IO has still to push to the worker's page. Of this handle alone. */
  readonly pendingObservations: Packet[] = [];

  /** Set while actions are pending, and after a status that releases pending waits. */
  get hasAction(): Signal {
    return this.mailbox.signal;
  }

  /** Set when the task's code requested an action and none was pending. Client IO clears it. */
  get wantsAction(): Event {
    return this.event("wantsAction");
  }

  /** Set at every change of status. Client IO clears it. */
  get hasUpdatedStatus(): Event {
    return this.event("hasUpdatedStatus");
  }

  /** Appends a packet of the worker's page, and announces it. @throws MailboxFullError, PayloadTooLargeError */
  pushAction(packet: Packet): void {
    this.mailbox.append(packet.toFields());
  }

  /** Adds a copy of the packet, addressed to this agent, to the agent's state and to {@link pendingObservations}. */
  observe(packet: Packet): void {
    const sending = packet.copy();
    sending.receiverId = this.getAgentId();
    this.state.updateData(sending.toFields());
    this.pendingObservations.push(sending);
  }

  /**
   * The next action of the worker. One whose data says `MEPHISTO_is_submit` counts as the submission.
   * @param timeoutMs how long to wait for it, in ms; by default, and for 0, it does not wait
   * @returns undefined if there is no action and it did not wait
   * @throws AgentDisconnectedError, AgentReturnedError when the worker is gone
   * @throws AgentTimeoutError when the time passed; the agent's status is then `timeout`
   */
  *actSteps(timeoutMs?: number | null): Steps<Packet | undefined> {
    const { mailbox } = this;
    if (mailbox.isEmpty()) {
      this.wantsAction.set();
      if (!timeoutMs) return undefined;
      yield* mailbox.waitForChangeSteps(timeoutMs, this);
      if (mailbox.isEmpty()) yield* this.failWaitSteps(timeoutMs);
    }
    const fields = mailbox.take() as unknown as PacketFields;
    if (fields.data["MEPHISTO_is_submit"]) this.didSubmit.set();
    this.state.updateData(fields);
    return Packet.fromFields(fields);
  }

  protected override publishStatus(): void {
    this.hasUpdatedStatus.set();
  }

  // This generation has no gauges.
  protected override statusWritten(): void {}
  protected override created(): void {}

  protected override releasesWaiters(status: AgentStatus): boolean {
    return status === "returned" || status === "disconnect";
  }
}
