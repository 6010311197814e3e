/** Simulated partners of people: each arrives when a person waits for a partner, and not at its planned time. */
import { receive } from "../../../platform/live/index.js";
import type { WorkerRecorder } from "../../measure/index.js";
import type { Mailbox, Steps } from "../../../platform/sync/index.js";
import { simulateWorker } from "../../workers/index.js";
import type { Arrivals, ArrivalsOptions } from "./arrivals.js";

/** Starts the next worker of the plan for each message of `calls`; none once all of the plan's have come. */
export function startPartners({ plan, taskGroup, context }: ArrivalsOptions, calls: Mailbox): Arrivals {
  const { reactor, recorder, originMs } = context;
  let arrived = 0;
  const working = new Set<number>();
  const recorderOf = (index: number): WorkerRecorder => recorder.ofBehaviour(plan.behaviourOf(index));
  let stopped = false;
  function* work(index: number): Steps<void> {
    yield* simulateWorker({ ...plan.worker(index), arriveAt: reactor.clock.now() - originMs }, context);
    working.delete(index);
    if (!stopped) recorderOf(index).count("workers_finished");
  }
  const call = (): void => {
    if (stopped || arrived === plan.workers) return;
    const index = arrived++;
    working.add(index);
    taskGroup.start(`partner ${index}`, () => work(index));
  };
  taskGroup.start("partners", () => receive(calls, reactor, call));
  return {
    // People may always come.
    done: () => stopped,
    stop() {
      if (stopped) return;
      stopped = true;
      for (const index of working) recorderOf(index).count("workers_cut_off");
    },
  };
}
