/** Pauses of a run's threads. A pause ends when its time is over, or when the run stops. */

/** A thread that is paused until it has been resumed as often as it was paused. */
interface PausableThread {
  pause(): void;
  resume(): void;
}

/** The time of a run. */
export interface FaultTime {
  /** ms since the start of the run. */
  readonly elapsed: () => number;
  /** Runs `action` when `ms` of the run have passed. */
  readonly at: (ms: number, action: () => void) => void;
}

interface Pause {
  readonly thread: PausableThread;
  readonly fromMs: number;
  readonly cutShort: (lastedMs: number) => void;
}

export class ThreadPauses {
  readonly #options: FaultTime;
  readonly #present = new Set<Pause>();
  /** When the last pause of a thread is over. */
  readonly #pausedUntil = new Map<PausableThread, number>();
  #totalMs = 0;
  #ended = false;

  constructor(options: FaultTime) {
    this.#options = options;
  }

  /** How long threads have been paused or will be, ms. Overlapping pauses of one thread count once. */
  get totalMs(): number {
    return this.#totalMs;
  }

  /**
   * Pauses `thread` for `ms` from now on. {@link end} calls `cutShort` with the time that the pause had lasted, ms.
   * Returns false and does nothing after {@link end}.
   */
  begin(thread: PausableThread, ms: number, cutShort: (lastedMs: number) => void): boolean {
    if (this.#ended) return false;
    const fromMs = this.#options.elapsed();
    const untilMs = fromMs + ms;
    const othersUntilMs = Math.max(fromMs, this.#pausedUntil.get(thread) ?? 0);
    this.#totalMs += Math.max(0, untilMs - othersUntilMs);
    this.#pausedUntil.set(thread, Math.max(untilMs, othersUntilMs));
    const pause: Pause = { thread, fromMs, cutShort };
    this.#present.add(pause);
    thread.pause();
    this.#options.at(untilMs, () => {
      if (this.#present.delete(pause)) thread.resume();
    });
    return true;
  }

  /** Ends all pauses, and lets no other begin: a paused thread cannot hand over its evidence. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const now = this.#options.elapsed();
    for (const { thread, fromMs, cutShort } of this.#present) {
      thread.resume();
      cutShort(now - fromMs);
    }
    this.#present.clear();
    for (const untilMs of this.#pausedUntil.values()) this.#totalMs -= Math.max(0, untilMs - now);
  }
}
