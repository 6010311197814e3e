/** How far a simulated run came that left no summary: from its trace. */
import { join } from "node:path";
import { RUN_FILES } from "../../../results/index.js";
import { readTrace } from "../../../replay/trace/index.js";
import { identityOf, type RunIdentity } from "./run-identity.js";

export interface IncompleteSimulation {
  /** What was run. */
  readonly identity: RunIdentity;
  readonly events: number;
  /** When the last of them was, ms since the start of the run; absent when there is none. */
  readonly reachedMs: number | undefined;
}

/** @throws TraceError when the run's trace cannot be read */
export function examineIncompleteSimulation(directory: string): IncompleteSimulation {
  const path = join(directory, RUN_FILES.trace);
  const reader = readTrace(path);
  const identity = identityOf(reader.header, path);
  let events = 0;
  let reachedMs: number | undefined;
  for (const { at } of reader.events()) {
    events++;
    reachedMs = at;
  }
  return { identity, events, reachedMs };
}
