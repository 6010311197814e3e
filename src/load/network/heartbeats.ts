/**
 * The heartbeats of very many pages: each has one half a second after its socket opened, and then one every six
 * seconds.
 */
import { limits } from "../../platform/server/protocol/index.js";

interface Beat<Page> {
  readonly page: Page;
  /** A page that was left, or has a new socket, has no more heartbeats of its former visit and socket. */
  readonly visit: number;
  readonly socket: number;
  readonly due: number;
}

/** All beats of a queue wait equally long, so that they are in the order of their times. */
export class Heartbeats<Page extends { readonly visit: number; sockets: number }> {
  #first: Beat<Page>[] = [];
  #further: Beat<Page>[] = [];

  /** The page's socket was opened, `now` in ms. */
  start(page: Page, now: number): void {
    this.#first.push({ page, visit: page.visit, socket: ++page.sockets, due: now + limits.FIRST_HEARTBEAT_MS });
  }

  /** Calls `beat` for each page whose heartbeat is due; it returns whether the page has further ones. */
  run(now: number, beat: (page: Page) => boolean): void {
    const due = [...take(this.#further, now), ...take(this.#first, now)];
    for (const { page, visit, socket } of due) {
      if (page.visit === visit && page.sockets === socket && beat(page))
        this.#further.push({ page, visit, socket, due: now + limits.HEARTBEAT_MS });
    }
  }
}

/** Takes those that are due off the front. */
function take<T extends { readonly due: number }>(queue: T[], now: number): T[] {
  const place = queue.findIndex(({ due }) => due > now);
  return queue.splice(0, place === -1 ? queue.length : place);
}
