/**
 * The agent on a unit of the packet generation: example 3 of the original. A crowd provider subclasses it, as it does
 * `Agent`.
 */
import type { Steps } from "../../sync/index.js";
import type { AgentRow } from "../../db/index.js";
import { onUnit } from "../unit-agent.js";
import type { Packet } from "./packet.js";
import { PacketAgent } from "./packet-agent.js";

export abstract class PacketWorkerAgent extends onUnit<PacketWorkerAgent, PacketAgent<AgentRow>>(
  PacketAgent<AgentRow>,
  "PacketWorkerAgent",
  "PacketAgentClass",
) {
  /** As the base class. Also adds a `message_id` to the packet's data if it has none. */
  override observe(packet: Packet): void {
    packet.data["message_id"] ??= this.context.ids.next();
    super.observe(packet);
  }

  // Abstract again, so that the compiler asks each provider's class for them.
  abstract override approveWorkSteps(): Steps<void>;
  abstract override rejectWorkSteps(reason: string): Steps<void>;
  abstract override markDoneSteps(): Steps<void>;
}
