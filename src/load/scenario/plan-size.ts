/** How many workers a plan has, for reports. */
import type { PlannedWorkers } from "../../vocabulary/index.js";
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
