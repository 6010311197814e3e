/** The requests of simulated pages that the backend has to answer, each within a time limit. */
import type { WirePacket } from "../../platform/server/protocol/index.js";
import type { SimulatedPage } from "./simulated-page.js";

type Answered = (packet: WirePacket<"agent_details">) => void;

/** A request that the backend has not answered. */
interface PendingRequest {
  readonly page: SimulatedPage;
  readonly visit: number;
  /** ms on the run's clock. */
  readonly dueAt: number;
  readonly fail: () => void;
}

export class PendingRequests {
  /** By request id, in the order of their times. */
  readonly #pending = new Map<string, PendingRequest>();
  /** The page of every request of the run: a request that is answered twice gives two agents. */
  readonly #pages = new Map<string, SimulatedPage>();

  get size(): number {
    return this.#pending.size;
  }

  /** The page that sent the request, answered or not. */
  pageOf(requestId: string): SimulatedPage | undefined {
    return this.#pages.get(requestId);
  }

  /**
   * Sends a request. `ask` sends it and returns its id; `fail` is called when it has no answer at `dueAt` and the page
   * is still there.
   */
  send(
    page: SimulatedPage,
    dueAt: number,
    fail: () => void,
    answered: Answered,
    ask: (answered: Answered) => string,
  ): void {
    const requestId = ask((packet) => {
      this.#pending.delete(packet.data.request_id);
      answered(packet);
    });
    this.#pages.set(requestId, page);
    this.#pending.set(requestId, { page, visit: page.visit, dueAt, fail });
  }

  /** Fails the requests that have no answer by now. `cancel` is called for each before its page is. */
  expire(now: number, cancel: (requestId: string, page: SimulatedPage) => void): void {
    for (const [requestId, { page, visit, dueAt, fail }] of this.#pending) {
      if (dueAt > now) break;
      this.#pending.delete(requestId);
      cancel(requestId, page);
      if (page.visit === visit) fail();
    }
  }
}
