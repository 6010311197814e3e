/** Timers of the coordinator on a clock. They do not keep the process alive. */
import type { Clock } from "../../../platform/sync/index.js";

export interface Timers {
  /** Runs `action` once the clock shows `dueMs`, in a separate turn of the event loop. */
  at(dueMs: number, action: () => void): void;
  /** Must be called when the clock has jumped: the timers of Node do not notice it, and would fire too late. */
  onClockJump(): void;
  /** Cancels all timers. */
  end(): void;
}

/** The longest time that a timer of Node can wait, ms; a longer one fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface TimerEntry {
  readonly dueMs: number;
  readonly action: () => void;
  timer: NodeJS.Timeout | undefined;
}

export function createTimers(clock: Clock): Timers {
  const entries = new Set<TimerEntry>();
  const arm = (entry: TimerEntry): void => {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(fire, Math.min(MAX_TIMER_MS, Math.max(0, entry.dueMs - clock.now())), entry).unref();
  };
  const fire = (entry: TimerEntry): void => {
    if (clock.now() < entry.dueMs) {
      arm(entry);
      return;
    }
    entries.delete(entry);
    entry.action();
  };
  return {
    at(dueMs, action) {
      const entry: TimerEntry = { dueMs, action, timer: undefined };
      entries.add(entry);
      arm(entry);
    },
    onClockJump: () => entries.forEach(arm),
    end() {
      for (const { timer } of entries) clearTimeout(timer);
      entries.clear();
    },
  };
}
