/** What the agents of a run that goes on are doing, for its display and its dashboard: from its database. */
import { existsSync } from "node:fs";
import { DatabaseError, followStatuses, type StatusEntry } from "../../platform/db/index.js";
import type { StatusEvent, Summary } from "../../results/index.js";
import { systemClock } from "../../platform/sync/index.js";

export interface StatusWatch {
  /** Takes in what is new. `elapsedMs`: the present, ms since the run's start on its clock. */
  look(elapsedMs: number): void;
  /** Every change seen so far. */
  readonly events: readonly StatusEvent[];
  /** Agents by their present status. */
  now(): Summary["outcomes"];
}

/** `simulated`: the run's clock starts at 0, and is not this machine's. */
export function watchStatuses(databasePath: string, simulated: boolean): StatusWatch {
  const events: StatusEvent[] = [];
  const counts = { main: new Map<string, number>(), onboarding: new Map<string, number>() };
  const log = followStatuses(databasePath);
  let originMs: number | undefined;

  const news = (): StatusEntry[] => {
    try {
      return existsSync(databasePath) ? log.read() : [];
    } catch (error) {
      // Who only looks on must not end the run; what it missed comes with the next look.
      if (error instanceof DatabaseError) return [];
      throw error;
    }
  };

  return {
    look(elapsedMs) {
      originMs ??= simulated ? 0 : systemClock.now() - elapsedMs;
      for (const { agentType, from, to, at } of news()) {
        events.push({ agentType, from, to, atMs: at - originMs });
        const byStatus = counts[agentType];
        if (from !== null) byStatus.set(from, (byStatus.get(from) ?? 0) - 1);
        byStatus.set(to, (byStatus.get(to) ?? 0) + 1);
      }
    },
    events,
    now: () => ({ agents: present(counts.main), onboardingAgents: present(counts.onboarding) }),
  };
}

function present(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].filter(([, agents]) => agents > 0));
}
