/** What every engine has to say while a run goes on, and at its end. */
import type { Measurements } from "../measure/index.js";
import type { Summary } from "../../results/index.js";

export interface FinishedRun {
  readonly summary: Summary;
  readonly directory: string;
}

/** Called now and then with the time on the run's clock, ms since its start; `measured` adds up what was measured so far. */
export type RunProgress = (measured: () => Measurements, elapsedMs: number) => void;
