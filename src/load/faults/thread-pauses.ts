/** The pauses of a run's threads: each ends when its time is over, or when the run is told to stop. */

/** A thread that stands still until it is resumed as often as it was paused. */
interface PausableThread {
  pause(): void;
  resume(): void;
}

export interface ThreadPauses {
  /** For how long threads have been paused, or are going to be, ms. Pauses of a thread that overlap count once. */
  readonly totalMs: number;
  /**
   * Pauses `thread` for `ms` from now on. `cutShort` is called, with how long the pause was, ms, if {@link end} ends it. Returns false,
   * and does nothing, after that.
   */
  begin(thread: PausableThread, ms: number, cutShort: (lastedMs: number) => void): boolean;
  /** Ends all pauses, and lets no other begin: a thread that stands still cannot hand over what it has. */
  end(): void;
}

export interface ThreadPausesOptions {
  /** ms since the start of the run. */
  readonly elapsed: () => number;
  /** Runs `action` when so many ms of the run have passed. */
  readonly at: (ms: number, action: () => void) => void;
}

interface Pause {
  readonly thread: PausableThread;
  readonly fromMs: number;
  readonly cutShort: (lastedMs: number) => void;
}

export function createThreadPauses({ elapsed, at }: ThreadPausesOptions): ThreadPauses {
  const present = new Set<Pause>();
  /** When the last of a thread's pauses is over. */
  const pausedUntil = new Map<PausableThread, number>();
  let totalMs = 0;
  let ended = false;
  return {
    get totalMs() {
      return totalMs;
    },
    begin(thread, ms, cutShort) {
      if (ended) return false;
      const fromMs = elapsed();
      const untilMs = fromMs + ms;
      const othersUntilMs = Math.max(fromMs, pausedUntil.get(thread) ?? 0);
      totalMs += Math.max(0, untilMs - othersUntilMs);
      pausedUntil.set(thread, Math.max(untilMs, othersUntilMs));
      const pause: Pause = { thread, fromMs, cutShort };
      present.add(pause);
      thread.pause();
      at(untilMs, () => {
        if (present.delete(pause)) thread.resume();
      });
      return true;
    },
    end() {
      if (ended) return;
      ended = true;
      const now = elapsed();
      for (const { thread, fromMs, cutShort } of present) {
        thread.resume();
        cutShort(now - fromMs);
      }
      present.clear();
      for (const untilMs of pausedUntil.values()) totalMs -= Math.max(0, untilMs - now);
    },
  };
}
