/** What the coordinator does at certain times of the run's clock. Nothing here keeps the process alive. */
import type { Clock } from "../../sync/index.js";

export interface Timetable {
  /** Runs `action` at `dueMs` on the run's clock. */
  at(dueMs: number, action: () => void): void;
  /** Resolves at `dueMs` on the run's clock. */
  until(dueMs: number): Promise<void>;
  /** Forgets what has not happened yet. */
  end(): void;
}

export function createTimetable(clock: Clock): Timetable {
  const timers = new Set<NodeJS.Timeout>();
  const at: Timetable["at"] = (dueMs, action) => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        action();
      },
      Math.max(0, dueMs - clock.now()),
    );
    timers.add(timer.unref());
  };
  return {
    at,
    until: (dueMs) => new Promise((resolve) => at(dueMs, resolve)),
    end() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
