/**
 * The connection between clients and the platform. The platform knows nothing of it but this interface, so that a network
 * channel can take the place of the one in shared memory (shared-channel.ts).
 */
import type { ChannelPacket } from "./packets.js";

/** One end of a connection that carries the packets of any number of clients. */
export interface Channel {
  readonly id: string;
  /** Starts receiving. */
  open(): void;
  /** Ends the connection, for both ends. */
  close(): void;
  /** False once either end has closed it. */
  isAlive(): boolean;
  /** Queues a packet for the other end. False when there is no room now: nothing was queued, and the sender may try again. */
  enqueueSend(packet: ChannelPacket): boolean;
}

/** What an end of a channel does with what comes in. */
export interface ChannelHandlers {
  onMessage(channel: Channel, packet: ChannelPacket): void;
  /** The other end sent something that is not a packet. */
  onMalformed(channel: Channel, reason: string): void;
  /** The connection ended. */
  onClose(channel: Channel): void;
}
