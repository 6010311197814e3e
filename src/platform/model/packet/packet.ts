/** The message of the packet generation: between a worker's page and the task, before Mephisto 1.0. */
import type { Json } from "../../sync/index.js";

/** A packet as plain data, for mailboxes and sockets. */
export type PacketFields = {
  packet_type: string;
  sender_id: string;
  receiver_id: string;
  data: Record<string, Json>;
};

/**
 * A message of the packet generation.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Packet } from "crowdstorm";
 *
 * const packet = new Packet("agent_action", "worker-1", "server", { text: "hello" });
 * assert.deepEqual(Packet.fromFields(packet.toFields()), packet);
 * ```
 */
export class Packet {
  constructor(
    public packetType: string,
    public senderId: string,
    public receiverId: string,
    public data: Record<string, Json>,
  ) {}

  /** The packet that {@link toFields} wrote. */
  static fromFields(fields: PacketFields): Packet {
    return new Packet(fields.packet_type, fields.sender_id, fields.receiver_id, fields.data);
  }

  toFields(): PacketFields {
    return { packet_type: this.packetType, sender_id: this.senderId, receiver_id: this.receiverId, data: this.data };
  }

  /** A copy with the same addresses and data of its own. */
  copy(): Packet {
    return new Packet(this.packetType, this.senderId, this.receiverId, structuredClone(this.data));
  }
}
