/** How many workers a plan has, for reports. */
import { workersText, type PlannedWorkers } from "../../vocabulary/index.js";
import { formatDuration } from "./format-duration.js";
import type { ClosedLoad, Plan } from "./worker-plan.js";

export function plannedWorkers({
  workers,
  closed,
  arrivalsMs,
}: Pick<Plan, "workers" | "closed" | "arrivalsMs">): PlannedWorkers {
  if (closed === undefined) return { workers };
  const sum = (of: (load: ClosedLoad) => number): number => closed.reduce((all, load) => all + of(load), 0);
  return { workers, closed: { atOnce: sum(({ most }) => most), workers: sum((load) => load.workers), arrivalsMs } };
}

/** "2,500 workers in 6s"; "1 worker at the start". */
export function planSizeText(plan: Pick<Plan, "workers" | "closed" | "arrivalsMs">): string {
  const workers = workersText(plannedWorkers(plan));
  return plan.arrivalsMs === 0 ? `${workers} at the start` : `${workers} in ${formatDuration(plan.arrivalsMs)}`;
}
