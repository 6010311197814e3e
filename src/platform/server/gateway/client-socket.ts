/** A browser's WebSocket as the gateway sees it: how fast its peer sends, and how much waits to be sent to it. */
import type { WebSocket } from "ws";
import type { GatewayLimits } from "./gateway-options.js";

/** The codes with which a socket is closed. */
export const CLOSE_CODES = { goingAway: 1001, policy: 1008, tryLater: 1013 } as const;

export class ClientSocket {
  /** Whether it has said whose it is. */
  isIdentified = false;
  /** ms on the run's clock. */
  lastMessageAt: number;
  #secondStartedAt: number;
  #messagesThisSecond = 0;

  constructor(
    readonly socket: WebSocket,
    private readonly limits: GatewayLimits,
    readonly openedAt: number,
  ) {
    this.lastMessageAt = openedAt;
    this.#secondStartedAt = openedAt;
  }

  /** Notes a message; false when the peer sends too many. */
  received(now: number): boolean {
    this.lastMessageAt = now;
    if (now - this.#secondStartedAt >= 1000) {
      this.#secondStartedAt = now;
      this.#messagesThisSecond = 0;
    }
    return ++this.#messagesThisSecond <= this.limits.messagesASecond;
  }

  /** Sends a message; false when the peer takes too little of what it was sent. */
  send(text: string): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return true;
    if (this.socket.bufferedAmount > this.limits.bufferedBytes) return false;
    this.socket.send(text);
    return true;
  }

  /** Whether its time to say whose it is, or to say anything, is over. */
  isOverdue(now: number): boolean {
    if (!this.isIdentified && now - this.openedAt > this.limits.identifyWithinMs) return true;
    return now - this.lastMessageAt > this.limits.silentMs;
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /** Ends it without waiting for the peer. */
  cut(): void {
    this.socket.terminate();
  }
}
