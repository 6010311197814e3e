/** Simulated partners of people: each arrives when a person waits for a partner, and not at its planned time. */
import { receive } from "../../../platform/live/index.js";
import type { Mailbox } from "../../../platform/sync/index.js";
import type { Arrivals, ArrivalsOptions } from "./arrivals.js";
import { PresentWorkers } from "./present-workers.js";

/** Starts the next worker of the plan for each message of `calls`; none once all of the plan's have come. */
export function startPartners(options: ArrivalsOptions, calls: Mailbox): Arrivals {
  const { plan, taskGroup, context } = options;
  const { reactor, originMs } = context;
  const present = new PresentWorkers(options);
  let arrived = 0;
  const call = (): void => {
    if (present.isStopped || arrived === plan.workers) return;
    present.begin(arrived++, reactor.clock.now() - originMs);
  };
  taskGroup.start("partners", () => receive(calls, reactor, call));
  return {
    // People may always come.
    done: () => present.isStopped,
    stop: () => present.stop([]),
  };
}
