/** The statuses of the agents of a running run, for its display and its dashboard. They are read from its database. */
import { existsSync } from "node:fs";
import { DatabaseError, followStatuses, type StatusEntry } from "../../platform/db/index.js";
import type { StatusEvent, Summary } from "../../results/index.js";
import { systemClock } from "../../platform/sync/index.js";
import { increment } from "../../vocabulary/index.js";

export interface StatusWatch {
  /** Reads the new changes. `elapsedMs`: the present time, ms since the run's start on its clock. */
  refresh(elapsedMs: number): void;
  /** Every change so far. */
  readonly events: readonly StatusEvent[];
  /** Agents by their present status. */
  now(): Summary["outcomes"];
}

/** `simulated`: the run's clock starts at 0; otherwise it is this machine's clock. */
export function watchStatuses(databasePath: string, simulated: boolean): StatusWatch {
  const events: StatusEvent[] = [];
  const counts = { main: new Map<string, number>(), onboarding: new Map<string, number>() };
  const log = followStatuses(databasePath);
  let originMs: number | undefined;

  const newEntries = (): StatusEntry[] => {
    try {
      return existsSync(databasePath) ? log.read() : [];
    } catch (error) {
      // An observer must not end the run. The next refresh reads the missed changes.
      if (error instanceof DatabaseError) return [];
      throw error;
    }
  };

  return {
    refresh(elapsedMs) {
      originMs ??= simulated ? 0 : systemClock.now() - elapsedMs;
      for (const { agentType, from, to, at } of newEntries()) {
        events.push({ agentType, from, to, atMs: at - originMs });
        const byStatus = counts[agentType];
        if (from !== null) increment(byStatus, from, -1);
        increment(byStatus, to);
      }
    },
    events,
    now: () => ({ agents: present(counts.main), onboardingAgents: present(counts.onboarding) }),
  };
}

function present(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].filter(([, agents]) => agents > 0));
}
