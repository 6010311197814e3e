/** What a run over a network used of the machines that made its load. */
import type { Summary, SummaryInput } from "../../../results/index.js";
import type { ThreadTimes } from "../../../vocabulary/index.js";
import type { ProcessHealth, ThreadHealth } from "../../measure/index.js";
import { cpuUseOf, type CpuUse, type MachineUse } from "../../measure/machine/index.js";

type Machines = NonNullable<Summary["machines"]>;

/** What this process used. */
interface UsedHere {
  readonly process: ProcessHealth;
  /** The thread of the coordinator. */
  readonly coordinator: ThreadTimes | null;
  readonly use: MachineUse;
}

/** `threads`: those that have reported, of all machines. `machines`: the others that made the load. */
export function healthOf(
  here: UsedHere,
  threads: readonly ThreadHealth[],
  machines: Machines = [],
): SummaryInput["health"] {
  return { process: togetherWith(here.process, machines), threads, cpu: cpuOf(here, threads, machines) };
}

/** The CPU of all machines by thread. The platform is outside, and the router of `--listen` is the generator's. */
function cpuOf(
  { coordinator, use: here }: UsedHere,
  threads: readonly ThreadHealth[],
  machines: Machines,
): CpuUse | undefined {
  const uses = machines.flatMap(({ use }) => use ?? []);
  // The threads of a lost machine have not reported.
  if (uses.length < machines.length) return undefined;
  const totalMs = [here, ...uses].reduce((sum, { ownCores, watchedMs }) => sum + ownCores * watchedMs, 0);
  const all = [
    ...threads.map(({ thread, times }) => ({ thread, times })),
    { thread: "coordinator", times: coordinator },
  ];
  return cpuUseOf(
    totalMs,
    all.map((each) => ({ ...each, part: "generator" })),
  );
}

/** What this process and the machines used together. */
function togetherWith(here: ProcessHealth, machines: Machines): ProcessHealth {
  return machines.reduce(
    ({ cpuCores, peakMemoryBytes }, { process }) => ({
      cpuCores: cpuCores + (process?.cpuCores ?? 0),
      peakMemoryBytes: peakMemoryBytes + (process?.peakMemoryBytes ?? 0),
    }),
    here,
  );
}
