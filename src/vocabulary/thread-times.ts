/** What the calling thread has used of the machine, as its system tells. */
import { readFileSync } from "node:fs";

/** Times of a thread since its start, ms. The difference of two is what was used between them. */
export interface ThreadTimes {
  /** On a core. */
  readonly cpuMs: number;
  /** Ready, and waiting for a core; null where the system does not tell. */
  readonly waitedMs: number | null;
}

const NS_PER_MS = 1e6;
const US_PER_MS = 1000;

/** Node.js 24 has it. */
interface WithThreadCpuUsage {
  readonly threadCpuUsage?: () => { readonly user: number; readonly system: number };
}

/**
 * The times of the thread that calls: on Linux from `/proc/thread-self/schedstat`; elsewhere its CPU, if this version
 * of Node.js can tell it. Null when nothing is known.
 *
 * @example
 * ```ts
 * const before = threadTimes();
 * // …
 * const used = timesSince(before); // { cpuMs: 12.3, waitedMs: 0.4 }
 * ```
 */
export function threadTimes(): ThreadTimes | null {
  const [, cpuNs, waitedNs] = /^(\d+) (\d+) \d+/.exec(schedstat()) ?? [];
  if (cpuNs !== undefined) return { cpuMs: Number(cpuNs) / NS_PER_MS, waitedMs: Number(waitedNs) / NS_PER_MS };
  const usage = (process as WithThreadCpuUsage).threadCpuUsage?.();
  return usage === undefined ? null : { cpuMs: (usage.user + usage.system) / US_PER_MS, waitedMs: null };
}

/** What the calling thread has used since `before`, its earlier times. */
export function timesSince(before: ThreadTimes | null): ThreadTimes | null {
  return timesBetween(before, threadTimes());
}

/** What a thread has used between two of its times. */
export function timesBetween(before: ThreadTimes | null, after: ThreadTimes | null): ThreadTimes | null {
  if (before === null || after === null) return null;
  const isMeasured = before.waitedMs !== null && after.waitedMs !== null;
  return {
    cpuMs: after.cpuMs - before.cpuMs,
    waitedMs: isMeasured ? after.waitedMs - before.waitedMs : null,
  };
}

function schedstat(): string {
  try {
    return readFileSync("/proc/thread-self/schedstat", "latin1");
  } catch {
    return "";
  }
}
