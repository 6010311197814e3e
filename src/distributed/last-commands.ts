/** How long a process that ends waits for its last commands to Redis. */
import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "ioredis";

/** Between two looks whether Redis is there, ms, and how many of them. */
const LOOK_MS = 3000;
const MOST_LOOKS = 10;

/**
 * Resolves once `commands` have ended, however slowly on a busy machine: what they remove would stay in Redis
 * otherwise. While Redis is away they are waited for `lookMs`, and when it does not answer for ten times as long.
 */
export async function untilEnded(
  commands: Promise<unknown>,
  client: Pick<Redis, "status">,
  lookMs = LOOK_MS,
): Promise<void> {
  const timer = new AbortController();
  const ended = commands.then(
    () => true,
    () => true,
  );
  const look = (): Promise<boolean> => delay(lookMs, false, { signal: timer.signal }).catch(() => true);
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const isEnded = await Promise.race([ended, look()]);
    if (isEnded || client.status !== "ready") break;
  }
  // The process does not wait for it.
  timer.abort();
}
