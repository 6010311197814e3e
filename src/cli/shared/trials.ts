import type { CapacitySearch } from "../../load/capacity/index.js";

/** What makes the trials of a search. */
export interface Trials {
  readonly run: CapacitySearch["runTrial"];
  close(): void;
}
