/**
 * The health of the harness: a generator that lacks CPU, is paused by the garbage collector or is behind its schedule
 * measures itself and not the model. Each thread runs a {@link watchHealth}; the verdict on the schedule is
 * {@link scheduleKept}.
 */
import { PerformanceObserver, constants, monitorEventLoopDelay, performance } from "node:perf_hooks";
import { threadTimes, timesSince, type ThreadTimes } from "../../vocabulary/index.js";
import type { Measurements } from "./measurements.js";

/** The health of one thread. Times in ms. */
export interface ThreadHealth {
  readonly thread: string;
  /** How long it was watched. */
  readonly watchedMs: number;
  /** How late the thread's timers ran; null when no timer ran, as in a thread that blocks in `Atomics.wait`. */
  readonly eventLoopDelay: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number } | null;
  /** Pauses of this thread for garbage collection. Only those seen by its event loop: a blocked thread sees none. */
  readonly gc: { readonly count: number; readonly totalMs: number; readonly maxMs: number; readonly major: number };
  /** What it used of the machine meanwhile; null where that is not known. */
  readonly times: ThreadTimes | null;
}

/** The health of the whole process, seen from the main thread. */
export interface ProcessHealth {
  /** CPU used by all threads, in cores: 2 is two cores fully used. */
  readonly cpuCores: number;
  /** Greatest resident set since the process began, bytes. */
  readonly peakMemoryBytes: number;
}

/** The resolution of the monitor, ms. A finer timer costs too much. */
const DELAY_RESOLUTION_MS = 10;

/** Starts to watch this thread. `stop` ends it, once, and gives the figures. */
export function watchHealth(thread: string): { stop(): ThreadHealth } {
  const began = performance.now();
  const before = threadTimes();
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delay.enable();
  const gc = { count: 0, totalMs: 0, maxMs: 0, major: 0 };
  const note = (list: { readonly duration: number; readonly detail?: unknown }[]): void => {
    for (const { duration, detail } of list) {
      gc.count++;
      gc.totalMs += duration;
      gc.maxMs = Math.max(gc.maxMs, duration);
      if ((detail as { kind?: number } | undefined)?.kind === constants.NODE_PERFORMANCE_GC_MAJOR) gc.major++;
    }
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ entryTypes: ["gc"] });
  return {
    stop() {
      delay.disable();
      note(observer.takeRecords());
      observer.disconnect();
      const watchedMs = performance.now() - began;
      // The monitor's figures include the time the timer was meant to take.
      // A percentile is the upper end of its bucket, which with few samples lies beyond the greatest of them.
      const late = (ns: number): number => Math.max(0, Math.min(ns, delay.max) / 1e6 - DELAY_RESOLUTION_MS);
      return {
        thread,
        watchedMs,
        eventLoopDelay:
          delay.count === 0
            ? null
            : { p50Ms: late(delay.percentile(50)), p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) },
        gc,
        times: timesSince(before),
      };
    },
  };
}

/** Starts to watch the process. `stop` gives the figures. */
export function watchProcess(): { stop(): ProcessHealth } {
  const began = performance.now();
  const before = process.cpuUsage();
  return {
    stop() {
      const { user, system } = process.cpuUsage(before);
      const elapsedMs = performance.now() - began;
      return {
        cpuCores: elapsedMs === 0 ? 0 : (user + system) / 1000 / elapsedMs,
        peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      };
    },
  };
}

/** The verdict on the generator's schedule. Times in ms. */
export interface ScheduleVerdict {
  readonly kept: boolean;
  /** p99 of `schedule_slip`; null when the generator carried nothing out. */
  readonly slipP99Ms: number | null;
  readonly slipMaxMs: number | null;
  readonly boundMs: number;
}

/**
 * Whether the generator kept its schedule: p99 of `schedule_slip` at most `boundMs`. A run that did not shows nothing
 * about the model at the planned load, so it does not pass. A generator that did nothing has not kept its schedule.
 */
export function scheduleKept(measurements: Measurements, boundMs: number): ScheduleVerdict {
  const slip = measurements.trends.schedule_slip;
  if (slip.count === 0) return { kept: false, slipP99Ms: null, slipMaxMs: null, boundMs };
  const slipP99Ms = slip.percentile(99);
  return { kept: slipP99Ms <= boundMs, slipP99Ms, slipMaxMs: slip.maxMs, boundMs };
}
