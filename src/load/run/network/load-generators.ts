/** What carries the simulated workers of a run over a network: threads of this process, or other machines. */
import type { RecorderSnapshot, ThreadHealth } from "../../measure/index.js";
import type { Summary } from "../../../results/index.js";
import type { Conditions } from "../threads/conditions.js";
import type { Timers } from "../threads/timers.js";
import type { NetworkStages } from "./network-lifecycle.js";
import type { NetworkRunSetup } from "./network-setup.js";

/** What generators tell the engine while the run goes on. */
export interface GeneratorEvents {
  readonly onProgress: (snapshot: RecorderSnapshot) => void;
  /** Whether to keep every sample. Other machines do not. */
  readonly keepsSamples: boolean;
  /** The run cannot go on: why, one line. Only the first counts. */
  readonly onFatal: (why: string) => void;
  /** What makes the verdict doubtful before the start, one line. */
  readonly onWarning?: (warning: string) => void;
  /** Changed when a stage may have ended. */
  readonly conditions: Conditions;
  /** On the clock of the machine. */
  readonly timers: Timers;
}

/** What generators hand over beside their evidence. */
export interface GeneratorReport {
  /** What was measured and is in no progress. */
  readonly snapshots: readonly RecorderSnapshot[];
  readonly threads: readonly ThreadHealth[];
  /** Absent when all threads are of this process. */
  readonly machines?: NonNullable<Summary["machines"]>;
  /** Evidence that was lost with a machine, one line each. */
  readonly losses?: readonly string[];
  /** Whether the evidence about the worker of this number was lost; absent when none was. */
  readonly isLost?: (index: number) => boolean;
}

export interface LoadGenerators {
  /** From the start order to the first arrival, so that each of them is ready, ms. */
  readonly leadMs: number;
  /** Whether other machines make the load, so that the cores of this machine say nothing of it. */
  readonly areRemote: boolean;
  /** Where the target is, if that is known only after the launch. */
  readonly url?: string | undefined;
  /** Resolves once all of them wait for the start. */
  launch(run: Omit<NetworkRunSetup, "shards">, events: GeneratorEvents): Promise<Omit<NetworkStages, "originMs">>;
  /** The run starts at `originMs` on the clock of this machine. */
  start(originMs: number): void;
  /** All stages are done. */
  report(): GeneratorReport;
  /** Ends all of them, whatever they are doing. */
  destroy(): Promise<void>;
}
