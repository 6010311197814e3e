/** What a run and other programs used of the machine, in total and by interval. Pure. */

/** What was used in an interval. */
export interface MachineInterval {
  /** From the start of the run, ms; below 0 before it. */
  readonly startMs: number;
  readonly lengthMs: number;
  /** CPU of this process, ms. */
  readonly ownMs: number;
  /**
   * CPU of other programs, ms. The machine's clock is coarser than the process's, so a single interval can be a little
   * below 0.
   */
  readonly othersMs: number;
  /** For how long the hypervisor gave a core to another machine, ms. */
  readonly stolenMs: number;
  /** For how long the CPU limit of this process's control group kept it from a core, ms; a part of `waitedMs`. */
  readonly throttledMs: number;
  /** The sum over the threads of this process of the time in which each was ready and waited for a core, ms. */
  readonly waitedMs: number;
}

/** How the machine was used. */
export interface MachineUse {
  /**
   * How the waits of threads for a core are known: `measured` by the system's scheduler for each thread, or `estimated`
   * from the load average.
   */
  readonly waits: "measured" | "estimated";
  readonly watchedMs: number;
  /** The cores that this process may use. */
  readonly cores: number;
  /** CPU of this process, in cores. */
  readonly ownCores: number;
  /** CPU of other programs, in cores. */
  readonly othersCores: number;
  /** What the hypervisor gave to other machines, in cores. */
  readonly stolenCores: number;
  /** What the CPU limit of the control group, such as a container's, kept from this process, in cores. */
  readonly throttledCores: number;
  /** Of the time in which threads of this process were ready to run, the share in which they waited for a core. */
  readonly waitShare: number;
  /**
   * The part of `waitShare` that is not the run's own: other programs or other machines of the hypervisor had the core,
   * or a limit kept it from the run.
   */
  readonly takenShare: number;
  /** The part of `takenShare` for which no program of this machine had the core: the hypervisor's and the limit's. */
  readonly withheldShare: number;
}

/** The sum of intervals that follow each other. */
export function mergeIntervals(intervals: readonly MachineInterval[]): MachineInterval {
  const sum = (of: (interval: MachineInterval) => number): number =>
    intervals.reduce((total, interval) => total + of(interval), 0);
  return {
    startMs: intervals[0]?.startMs ?? 0,
    lengthMs: sum(({ lengthMs }) => lengthMs),
    ownMs: sum(({ ownMs }) => ownMs),
    othersMs: sum(({ othersMs }) => othersMs),
    stolenMs: sum(({ stolenMs }) => stolenMs),
    throttledMs: sum(({ throttledMs }) => throttledMs),
    waitedMs: sum(({ waitedMs }) => waitedMs),
  };
}

/** The shares of the time in which threads were ready, as in {@link MachineUse}. */
export type MachineShares = Pick<MachineUse, "waitShare" | "takenShare" | "withheldShare">;

const NOTHING_WAITED: MachineShares = { waitShare: 0, takenShare: 0, withheldShare: 0 };

/**
 * The shares of an interval. A thread that waits for a core waits for whoever has one: this run's other threads and
 * other programs, in the proportion of the CPU that each of them used. So threads of a run that overloads a free
 * machine wait for each other, and others took nothing from them. What the hypervisor took, it took from both in the
 * same proportion. While a limit withholds the cores, the threads wait for the limit.
 */
export function sharesOf({ ownMs, othersMs, stolenMs, throttledMs, waitedMs }: MachineInterval): MachineShares {
  const others = Math.max(0, othersMs);
  const used = ownMs + others;
  if (used <= 0) return NOTHING_WAITED;
  const stolenFromRun = stolenMs * (ownMs / used);
  const readyMs = ownMs + waitedMs + stolenFromRun;
  const throttled = Math.min(throttledMs, waitedMs);
  const withheldMs = throttled + stolenFromRun;
  if (readyMs <= 0) return NOTHING_WAITED;
  return {
    waitShare: (waitedMs + stolenFromRun) / readyMs,
    takenShare: ((waitedMs - throttled) * (others / used) + withheldMs) / readyMs,
    withheldShare: withheldMs / readyMs,
  };
}

/** How the machine was used in these intervals, which follow each other. */
export function useOf(
  intervals: readonly MachineInterval[],
  { cores, waits }: Pick<MachineUse, "cores" | "waits">,
): MachineUse {
  const whole = mergeIntervals(intervals);
  const inCores = (ms: number): number => (whole.lengthMs <= 0 ? 0 : Math.max(0, ms) / whole.lengthMs);
  return {
    waits,
    watchedMs: whole.lengthMs,
    cores,
    ownCores: inCores(whole.ownMs),
    othersCores: inCores(whole.othersMs),
    stolenCores: inCores(whole.stolenMs),
    throttledCores: inCores(whole.throttledMs),
    ...sharesOf(whole),
  };
}

/**
 * How long threads that used a core for `ownMs` waited for one at this load average, ms: a load of 5 on 2 cores means
 * that for 2 threads that run 3 wait.
 */
export function estimatedWait(ownMs: number, loadAverage: number, cores: number): number {
  return (ownMs * Math.max(0, loadAverage - cores)) / cores;
}
