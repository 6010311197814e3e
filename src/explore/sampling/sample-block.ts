/** Samples a few schedules in a row, so that other processes can sample the others. */
import { createHash } from "node:crypto";
import { END } from "../kernel/control-block.js";
import { problemsOf } from "../kernel/execution-problems.js";
import type { Session } from "../kernel/session.js";
import { sample, type SamplingOptions } from "./sampling.js";

/** What the schedules of a block gave. Blocks are added up by {@link ExplorationTally}'s rules. */
export interface SampledBlock {
  readonly schedules: number;
  readonly redundant: number;
  readonly points: number;
  readonly depth: number;
  /** The hashes of the traces, each once. */
  readonly traces: readonly number[];
  /** The SHA-256 of the combinations of outcomes, each once. */
  readonly outcomes: readonly string[];
  /** The number of the schedule that failed, which is the last of the block. */
  readonly violation?: number;
}

/**
 * Executes the schedules from `first` to `last`, or to the first that fails.
 * @throws RangeError on a depth out of range
 */
export function sampleBlock(
  session: Session,
  options: Omit<SamplingOptions, "from">,
  { first, last }: { readonly first: number; readonly last: number },
): SampledBlock {
  const search = sample(session, { ...options, from: first });
  const traces = new Set<number>();
  const outcomes = new Set<string>();
  const counts = { schedules: 0, redundant: 0, points: 0, depth: 0 };
  const sampled = (): Omit<SampledBlock, "violation"> => ({ ...counts, traces: [...traces], outcomes: [...outcomes] });
  for (let index = first; index <= last; index++) {
    const end = search.next();
    if (end === undefined) break;
    counts.schedules++;
    counts.points += session.steps;
    counts.depth = Math.max(counts.depth, session.steps);
    if (end === END.redundant) {
      counts.redundant++;
      continue;
    }
    if (search.trace !== undefined) traces.add(search.trace);
    outcomes.add(
      createHash("sha256")
        .update(`${end} ${session.outcomeTexts().join(" ")}`)
        .digest("hex"),
    );
    if (problemsOf(session, end).length > 0) return { ...sampled(), violation: index };
  }
  return sampled();
}
