/** The simulated workers of one thread that have begun and not ended. */
import type { TaskGroup } from "../../../platform/live/index.js";
import type { Steps } from "../../../platform/sync/index.js";
import type { Plan } from "../../scenario/index.js";
import { simulateWorker, type WorkerContext } from "../../workers/index.js";

export interface PresentWorkersOptions {
  readonly plan: Plan;
  readonly taskGroup: TaskGroup;
  readonly context: WorkerContext;
}

export class PresentWorkers {
  readonly #options: PresentWorkersOptions;
  #count = 0;
  #isStopped = false;

  constructor(options: PresentWorkersOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Has a worker begin, at its planned time or at `startMs`, ms of the run. `onEnd`: it has come to its end. */
  begin(index: number, startMs?: number, onEnd?: () => void): void {
    this.#count++;
    this.#options.taskGroup.start(`worker ${index}`, () => this.#work(index, startMs, onEnd));
  }

  /** The run is to stop. Counts the workers that are present, and `due` who have yet to come, as cut off. */
  stop(due: number): void {
    if (!this.#isStopped) this.#options.context.recorder.count("workers_cut_off", due + this.#count);
    this.#isStopped = true;
  }

  *#work(index: number, startMs: number | undefined, onEnd: (() => void) | undefined): Steps<void> {
    const { plan, context } = this.#options;
    yield* simulateWorker(plan.worker(index, startMs), context);
    this.#count--;
    if (this.#isStopped) return;
    context.recorder.count("workers_finished");
    onEnd?.();
  }
}
