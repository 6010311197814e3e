/** What the threads of a run over a network are given, and hand over. */
import type { NetworkTarget } from "../../network/index.js";
import type { PlanOptions, Scenario } from "../../scenario/index.js";
import type { ThreadBasics } from "../threads/setup.js";

/** The run, as plain data: every thread builds the same plan from it. */
export interface NetworkRunSetup {
  readonly scenario: Scenario;
  readonly plan: PlanOptions;
  readonly target: NetworkTarget;
  /** Names of workers and registrations begin with it, so that runs do not meet on one platform. */
  readonly prefix: string;
  /** Client threads of the run, on all its machines: they take the workers in turn. */
  readonly shards: number;
}

export interface NetworkThreadSetup extends ThreadBasics {
  readonly run: NetworkRunSetup;
  /** Which of the run's client threads it is. */
  readonly shard: number;
}
