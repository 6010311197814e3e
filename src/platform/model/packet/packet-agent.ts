/** The packet generation (before Mephisto 1.0): what its onboarding agents and agents on units share. Examples 1 and 3 of the seed. */
import type { AgentStatus } from "../../../vocabulary/index.js";
import { block, type Event, type Signal, type Steps, suspend } from "../../sync/index.js";
import { AgentHandle } from "../handle.js";
import type { AgentRecord } from "../record.js";
import { Packet, type PacketFields } from "./packet.js";

export abstract class PacketAgent<Row extends AgentRecord = AgentRecord> extends AgentHandle<Row> {
  /** The outbox: what client IO has still to push to the worker's page. Of this handle alone. */
  readonly pendingObservations: Packet[] = [];

  /** Up while actions are pending, and after a status that frees whoever waits for one. */
  get hasAction(): Signal {
    return this.mailbox.signal;
  }

  /** Set when the task's code asked for an action and there was none. Client IO clears it. */
  get wantsAction(): Event {
    return this.event("wantsAction");
  }

  /** Set at every change of status. Client IO clears it. */
  get hasUpdatedStatus(): Event {
    return this.event("hasUpdatedStatus");
  }

  /** Appends what the worker's page sent, and announces it. @throws MailboxFullError, PayloadTooLargeError */
  pushAction(packet: Packet): void {
    this.mailbox.append(packet.toFields());
  }

  /** Gives a copy of the packet, addressed to this agent, to the agent's state and to the outbox. */
  observe(packet: Packet): void {
    const sending = packet.copy();
    sending.receiverId = this.getAgentId();
    this.state.updateData(sending.toFields());
    this.pendingObservations.push(sending);
  }

  /**
   * The next action of the worker. One whose data says `MEPHISTO_is_submit` counts as the submission.
   * @param timeoutMs how long to wait for it, in ms; 0 or nothing for not at all
   * @returns undefined only when there is none and it was not to wait
   * @throws AgentDisconnectedError and AgentReturnedError when the worker is gone, AgentTimeoutError when the time passed; the
   *   agent's status is then `timeout`
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

  act(timeoutMs?: number | null): Packet | undefined {
    return block(this.actSteps(timeoutMs));
  }

  actAsync(timeoutMs?: number | null): Promise<Packet | undefined> {
    return suspend(this.actSteps(timeoutMs));
  }

  protected override publishStatus(): void {
    this.hasUpdatedStatus.set();
  }

  protected override statusWritten(): void {
    // This generation has no gauges.
  }

  protected override releasesWaiters(status: AgentStatus): boolean {
    return status === "returned" || status === "disconnect";
  }
}
