/** How many workers a plan has, for reports. */
import { at, workersText, type PlannedWorkers } from "../../vocabulary/index.js";
import { formatDuration } from "./format-duration.js";
import type { ClosedLoad, Plan } from "./worker-plan.js";

export function plannedWorkers({ workers, closed }: Pick<Plan, "workers" | "closed">): PlannedWorkers {
  if (closed === undefined) return { workers };
  const sum = (of: (load: ClosedLoad) => number): number => closed.reduce((all, load) => all + of(load), 0);
  const startMs = Math.min(...closed.map(({ numbers }) => at(numbers, 0).at));
  return {
    workers,
    closed: {
      atOnce: sum(({ most }) => most),
      workers: sum((load) => load.workers),
      startMs,
      arrivalsMs: Math.max(...closed.map(({ endMs }) => endMs)) - startMs,
      behaviours: closed.flatMap(({ behaviours }) => [...behaviours]),
    },
  };
}

/** "2,500 workers in 6s"; "1 worker at the start". */
export function planSizeText(plan: Pick<Plan, "workers" | "closed" | "arrivalsMs">): string {
  const workers = workersText(plannedWorkers(plan));
  return plan.arrivalsMs === 0 ? `${workers} at the start` : `${workers} in ${formatDuration(plan.arrivalsMs)}`;
}
