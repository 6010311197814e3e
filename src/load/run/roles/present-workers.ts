/** The simulated workers of one thread that have begun and not ended. */
import type { WorkerRecorder } from "../../measure/index.js";
import type { TaskGroup } from "../../../platform/live/index.js";
import type { Steps } from "../../../platform/sync/index.js";
import type { Plan } from "../../scenario/index.js";
import { recorderOfWorker } from "./agent-behaviours.js";
import { simulateWorker, type ClientThreadContext } from "../../workers/index.js";

export interface PresentWorkersOptions {
  readonly plan: Plan;
  readonly taskGroup: TaskGroup;
  readonly context: ClientThreadContext;
}

export class PresentWorkers {
  readonly #options: PresentWorkersOptions;
  readonly #present = new Set<number>();
  #isStopped = false;

  constructor(options: PresentWorkersOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#present.size;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Has a worker begin, at its planned time or at `startMs`, ms of the run. `onEnd`: it has come to its end. */
  begin(index: number, startMs?: number, onEnd?: () => void): void {
    this.#present.add(index);
    this.#options.taskGroup.start(`worker ${index}`, () => this.#work(index, startMs, onEnd));
  }

  /** The run is to stop. Counts the workers that are present, and those `due` who have yet to come, as cut off. */
  stop(due: readonly number[]): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const index of [...due, ...this.#present]) this.#recorderOf(index).count("workers_cut_off");
  }

  #recorderOf(index: number): WorkerRecorder {
    const { plan, context } = this.#options;
    return recorderOfWorker(context.recorder, { worker: index, behaviour: plan.behaviourOf(index) });
  }

  *#work(index: number, startMs: number | undefined, onEnd: (() => void) | undefined): Steps<void> {
    const { plan, context } = this.#options;
    yield* simulateWorker(plan.worker(index, startMs), context);
    this.#present.delete(index);
    if (this.#isStopped) return;
    this.#recorderOf(index).count("workers_finished");
    onEnd?.();
  }
}
