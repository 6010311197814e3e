/** The benchmarks, and the names of groups of them. */
import { control } from "./hook-cost.js";
import type { Bench } from "./figure.js";
import { hot } from "./hot.js";
import { lifecycle } from "./lifecycle.js";
import { mainJob } from "./main-job.js";
import { oneWay } from "./one-way.js";
import { recording } from "./recording.js";
import { scale } from "./scale.js";
import { status } from "./status.js";
import { throughput } from "./throughput.js";
import { waiting } from "./waiting.js";
import { own } from "../vocabulary/index.js";

export const BENCHES: readonly Bench[] = [
  oneWay,
  hot,
  throughput,
  status,
  lifecycle,
  mainJob,
  waiting,
  scale,
  recording,
  control,
];

/** The benchmarks that judge a change: quick, and precise enough to detect a change of 10 % (docs/performance.md). */
export const GATE = "gate";

/** The benchmark whose scenario can be chosen. */
export const MAIN_JOB = mainJob.name;

/** `floor`: the benchmarks that compare the project with the machine. */
const GROUPS: Readonly<Record<string, readonly Bench[]>> = {
  floor: [oneWay, status, waiting],
  [GATE]: [oneWay, status, lifecycle, mainJob],
};

/** The names that {@link benchesNamed} accepts. */
export const BENCH_NAMES: readonly string[] = [...Object.keys(GROUPS), ...BENCHES.map(({ name }) => name)];

/** The benchmarks with these names, each once, in the order of the suite; all benchmarks when `names` is empty. */
export function benchesNamed(names: readonly string[]): Bench[] {
  return BENCHES.filter(
    (bench) => names.length === 0 || names.some((name) => name === bench.name || own(GROUPS, name)?.includes(bench)),
  );
}
