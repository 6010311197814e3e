/**
 * The connection between clients and the platform. The platform knows only this interface, so that a network channel
 * can replace the one in shared memory (shared-channel.ts).
 */
import type { ChannelPacket } from "./packets.js";

/** One end of a connection that carries the packets of any number of clients. */
export interface Channel {
  readonly id: string;
  /** Starts receiving. */
  open(): void;
  /** Closes both ends of the connection. */
  close(): void;
  /** False once either end has closed it. */
  isAlive(): boolean;
  /** Queues a packet for the other end. Returns false when there is no room: the sender may try again. */
  enqueueSend(packet: ChannelPacket): boolean;
}

/** Handles the input of one end of a channel. */
export interface ChannelHandlers {
  onMessage(channel: Channel, packet: ChannelPacket): void;
  /** The other end sent something that is not a packet. */
  onMalformed(channel: Channel, reason: string): void;
  /** The connection was closed. */
  onClose(channel: Channel): void;
}
