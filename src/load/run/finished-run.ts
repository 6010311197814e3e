/** What every engine reports during a run and at its end. */
import type { Measurements } from "../measure/index.js";
import type { Summary } from "../../results/index.js";

export interface FinishedRun {
  readonly summary: Summary;
  readonly directory: string;
}

/** Called from time to time with the ms since the start of the run; `measured` merges the measurements so far. */
export type RunProgress = (measured: () => Measurements, elapsedMs: number) => void;
