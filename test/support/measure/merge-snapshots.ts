/** The measurements of recorders, as a run's coordinator has them. */
import {
  Collector,
  NO_TAGS,
  type Measurements,
  type RecorderSnapshot,
  type TagSet,
} from "../../../dist/load/measure/index.js";

/** The measurements of a run of `durationMs` from all its snapshots, in any order. */
export function mergeSnapshots(
  snapshots: Iterable<RecorderSnapshot>,
  durationMs: number,
  tags: TagSet = NO_TAGS,
): Measurements {
  const collector = new Collector({ tags });
  for (const snapshot of snapshots) collector.add(snapshot);
  return collector.measurements(durationMs);
}
