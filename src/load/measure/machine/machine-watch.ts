/** Watches what the run and other programs use of the machine while the run goes on. */
import { openMachine, type MachineReading } from "./machine-reading.js";
import { estimatedWait, mergeIntervals, useOf, type MachineInterval, type MachineUse } from "./machine-use.js";

/** What was used of the machine, in total and by interval. */
export interface MachineSoFar {
  readonly use: MachineUse;
  readonly intervals: readonly MachineInterval[];
}

export interface MachineRecord extends MachineSoFar {
  /** The share of the time in which at least one program of the machine waited for a core; null where not told. */
  readonly pressureShare: number | null;
}

export interface MachineWatch {
  /** What was used from the start of the watch to the last reading. Reads nothing. */
  soFar(): MachineSoFar;
  /** Ends the watch. A second call gives the same record. */
  stop(): MachineRecord;
}

export interface MachineWatchOptions {
  /** The start of the time axis, ms on `now`'s clock. Left out: the start of the watch. */
  readonly originMs?: number;
  /** A clock that only moves forward, ms. */
  readonly now: () => number;
  /** What is read, and how many cores there are. Left out: this machine. */
  readonly machine?: ReturnType<typeof openMachine>;
  /** Between two readings, ms: the length of an interval. A reading takes 0.3 ms for 30 threads. */
  readonly everyMs?: number;
  /** When there would be more intervals, they become twice as long. */
  readonly maxIntervals?: number;
}

/**
 * Starts to watch.
 *
 * @example
 * ```ts
 * const watch = watchMachine({ now: () => performance.now() });
 * // … the run …
 * const { use } = watch.stop();
 * console.log(`threads waited for a core ${(use.waitShare * 100).toFixed(1)} % of the time`);
 * ```
 */
export function watchMachine(options: MachineWatchOptions): MachineWatch {
  return new Watch(options);
}

class Watch implements MachineWatch {
  readonly #now: () => number;
  readonly #originMs: number;
  readonly #machine: ReturnType<typeof openMachine>;
  readonly #maxIntervals: number;
  readonly #first: MachineReading;
  readonly #beganAt: number;
  #everyMs: number;
  #last: MachineReading;
  #lastAt: number;
  #intervals: MachineInterval[] = [];
  #timer: NodeJS.Timeout;
  #record: MachineRecord | undefined;

  constructor({ now, originMs, machine = openMachine(), everyMs = 500, maxIntervals = 512 }: MachineWatchOptions) {
    this.#now = now;
    this.#machine = machine;
    this.#everyMs = everyMs;
    this.#maxIntervals = maxIntervals;
    this.#beganAt = this.#lastAt = now();
    this.#originMs = originMs ?? this.#beganAt;
    this.#first = this.#last = machine.read();
    this.#timer = this.#startTimer();
  }

  soFar(): MachineSoFar {
    const waits = this.#first.waitedMs === undefined ? "estimated" : "measured";
    return { use: useOf(this.#intervals, { cores: this.#machine.cores, waits }), intervals: this.#intervals };
  }

  stop(): MachineRecord {
    if (this.#record !== undefined) return this.#record;
    clearInterval(this.#timer);
    this.#read();
    const [before, after] = [this.#first.pressureMs, this.#last.pressureMs];
    const elapsedMs = this.#lastAt - this.#beganAt;
    const pressure = before === undefined || after === undefined || elapsedMs <= 0 ? null : after - before;
    this.#record = {
      ...this.soFar(),
      pressureShare: pressure === null ? null : Math.min(1, pressure / elapsedMs),
    };
    return this.#record;
  }

  #startTimer(): NodeJS.Timeout {
    return setInterval(() => this.#read(), this.#everyMs).unref();
  }

  #read(): void {
    const [now, reading] = [this.#now(), this.#machine.read()];
    const lengthMs = now - this.#lastAt;
    if (lengthMs <= 0) return;
    const ownMs = reading.ownMs - this.#last.ownMs;
    this.#intervals.push({
      startMs: this.#lastAt - this.#originMs,
      lengthMs,
      ownMs,
      othersMs: reading.busyMs - this.#last.busyMs - ownMs,
      stolenMs: reading.stolenMs - this.#last.stolenMs,
      throttledMs: reading.throttledMs - this.#last.throttledMs,
      waitedMs: this.#newWaits(reading) ?? estimatedWait(ownMs, reading.loadAverage, this.#machine.cores),
    });
    this.#last = reading;
    this.#lastAt = now;
    if (this.#intervals.length >= this.#maxIntervals) this.#coarsen();
  }

  /** What the threads waited since the reading before. What a thread waited between it and its end is not known. */
  #newWaits({ waitedMs }: MachineReading): number | undefined {
    if (waitedMs === undefined) return undefined;
    return [...waitedMs].reduce((sum, [thread, waited]) => {
      const before = this.#last.waitedMs?.get(thread) ?? 0;
      // Below what was read before: another thread has got the number of one that had ended.
      return sum + (waited < before ? waited : waited - before);
    }, 0);
  }

  #coarsen(): void {
    const fine = this.#intervals;
    this.#intervals = Array.from({ length: Math.ceil(fine.length / 2) }, (_, pair) =>
      mergeIntervals(fine.slice(2 * pair, 2 * pair + 2)),
    );
    this.#everyMs *= 2;
    clearInterval(this.#timer);
    this.#timer = this.#startTimer();
  }
}
