/** The part of a fixture that depends on the generation of its agent. */
import type { Json, Steps } from "../../sync/index.js";
import type { AgentHandle } from "../index.js";
import type { ConformanceStep } from "./vector-format.js";

/** What the vectors record of an agent after each operation. */
export type Observation = Record<string, Json>;

export interface Subject {
  readonly agent: AgentHandle;
  /** Performs an operation that only this generation has. Returns undefined when it has no such operation. */
  performSteps(step: ConformanceStep): Steps<Json | undefined>;
  /** The part of the state that only this generation has. */
  observe(): Observation;
}
