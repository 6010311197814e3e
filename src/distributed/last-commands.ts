/** How long a process that ends waits for its last commands to Redis. */
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";

/** Between two polls whether Redis is there, ms, and how many of them. */
const POLL_MS = 3000;
const MOST_POLLS = 10;

/**
 * Resolves once `commands` have ended, however slowly on a busy machine: what they remove would stay in Redis
 * otherwise. While Redis is away they are waited for `pollMs`, and when it does not answer for ten times as long.
 */
export async function untilEnded(
  commands: Promise<unknown>,
  client: Pick<Redis, "status">,
  pollMs = POLL_MS,
): Promise<void> {
  const timer = new AbortController();
  const ended = commands.then(
    () => true,
    () => true,
  );
  const poll = (): Promise<boolean> => delay(pollMs, false, { signal: timer.signal }).catch(() => true);
  for (let polls = 0; polls < MOST_POLLS; polls++) {
    const isEnded = await Promise.race([ended, poll()]);
    if (isEnded || client.status !== "ready") break;
  }
  // The process does not wait for it.
  timer.abort();
}
