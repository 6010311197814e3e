/** Reads what this process and the whole machine have used of its cores, from the operating system. */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";

/**
 * Counters that only grow, in ms, and the load average. The difference of two readings is what was used between them.
 */
export interface MachineReading {
  /**
   * CPU of all programs, on the cores that this process may use. Without the kernel's work on interrupts, which is
   * often for the run's own packets.
   */
  readonly busyMs: number;
  /** For how long the hypervisor gave one of these cores to another machine. 0 where the system does not tell. */
  readonly stolenMs: number;
  /**
   * For how long the CPU limit of the control group, such as a container's, kept this process from cores that it was
   * ready to use; a sum over the cores. 0 where there is no limit.
   */
  readonly throttledMs: number;
  /** CPU of this process. */
  readonly ownMs: number;
  /** For each thread of this process, how long it was ready and waited for a core. Undefined where it is not told. */
  readonly waitedMs: ReadonlyMap<string, number> | undefined;
  /** For how long at least one program of the machine waited for a core. Undefined where it is not told. */
  readonly pressureMs: number | undefined;
  /** Programs' threads that ran or were ready, averaged over a minute. */
  readonly loadAverage: number;
}

/** Reads these counters. */
export type MachineReader = () => MachineReading;

/** A tick of `/proc/stat`: 100 a second on every architecture that Node.js supports. */
const TICK_MS = 10;
const NS_PER_MS = 1e6;
const US_PER_MS = 1000;

/** The reader for this system, and the number of cores that this process may use. */
export function openMachine(): { readonly cores: number; readonly read: MachineReader } {
  const allowed = allowedCores(textOf("/proc/self/status") ?? "");
  const cores = allowed === undefined ? availableParallelism() : Math.max(1, allowed.size);
  const group = controlGroupFiles(textOf("/proc/self/cgroup") ?? "").find((file) => textOf(file) !== undefined);
  return {
    cores,
    read() {
      const { user, system } = process.cpuUsage();
      return {
        ...machineTimes(allowed),
        throttledMs: group === undefined ? 0 : throttledIn(textOf(group) ?? ""),
        ownMs: (user + system) / US_PER_MS,
        waitedMs: threadWaits(),
        pressureMs: pressureIn(textOf("/proc/pressure/cpu") ?? ""),
        loadAverage: loadavg()[0] ?? 0,
      };
    },
  };
}

function machineTimes(allowed: ReadonlySet<number> | undefined): Pick<MachineReading, "busyMs" | "stolenMs"> {
  const stat = textOf("/proc/stat");
  if (stat !== undefined) return timesIn(stat, allowed);
  const busyMs = cpus().reduce((sum, { times: { user, nice, sys } }) => sum + user + nice + sys, 0);
  return { busyMs, stolenMs: 0 };
}

/** The times in the text of `/proc/stat` of the cores in `allowed`; left out: of all cores. */
export function timesIn(stat: string, allowed?: ReadonlySet<number>): Pick<MachineReading, "busyMs" | "stolenMs"> {
  let [busyMs, stolenMs] = [0, 0];
  for (const [, core, counts = ""] of stat.matchAll(/^cpu(\d+) (.*)$/gm)) {
    if (allowed !== undefined && !allowed.has(Number(core))) continue;
    const [user = 0, nice = 0, system = 0, , , , , steal = 0] = counts.trim().split(" ").map(Number);
    busyMs += (user + nice + system) * TICK_MS;
    stolenMs += steal * TICK_MS;
  }
  return { busyMs, stolenMs };
}

/** The cores in the line `Cpus_allowed_list` of `/proc/self/status`, such as `0-3,8`; undefined without that line. */
export function allowedCores(status: string): ReadonlySet<number> | undefined {
  const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status)?.[1];
  if (list === undefined) return undefined;
  return new Set(
    list.split(",").flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    }),
  );
}

const GROUPS = "/sys/fs/cgroup";

/**
 * Where the counters of this process's control group for CPU may be, from the text of `/proc/self/cgroup`: of version 2
 * and of version 1. In a container its own group is often at the root.
 */
export function controlGroupFiles(groups: string): readonly string[] {
  return [...groups.matchAll(/^\d+:([^:]*):(\/.*)$/gm)].flatMap(([, controllers = "", path = "/"]) => {
    if (controllers !== "" && !controllers.split(",").includes("cpu")) return [];
    const folder = controllers === "" ? GROUPS : `${GROUPS}/${controllers}`;
    return [`${folder}${path === "/" ? "" : path}/cpu.stat`, `${folder}/cpu.stat`];
  });
}

/** The time in the text of `cpu.stat`: `throttled_usec` of version 2, `throttled_time` (ns) of version 1. */
export function throttledIn(stat: string): number {
  const [, unit, count] = /^throttled_(usec|time) (\d+)$/m.exec(stat) ?? [];
  if (count === undefined) return 0;
  return Number(count) / (unit === "usec" ? US_PER_MS : NS_PER_MS);
}

const TASKS = "/proc/self/task";

function threadWaits(): ReadonlyMap<string, number> | undefined {
  let threads: readonly string[];
  try {
    threads = readdirSync(TASKS);
  } catch {
    return undefined;
  }
  const waits = new Map<string, number>();
  for (const thread of threads) {
    const waited = waitIn(textOf(`${TASKS}/${thread}/schedstat`) ?? "");
    if (waited !== undefined) waits.set(thread, waited);
  }
  return waits.size === 0 ? undefined : waits;
}

/** The wait in the text of `schedstat`: time on a core, time of waiting for one (ns), and the number of its turns. */
export function waitIn(schedstat: string): number | undefined {
  const waited = /^\d+ (\d+) \d+/.exec(schedstat)?.[1];
  return waited === undefined ? undefined : Number(waited) / NS_PER_MS;
}

/** The total of the line `some` in the text of `/proc/pressure/cpu`. */
export function pressureIn(pressure: string): number | undefined {
  const total = /^some .*total=(\d+)$/m.exec(pressure)?.[1];
  return total === undefined ? undefined : Number(total) / US_PER_MS;
}

/** The text of a file of the system; undefined when it cannot be read, as when a thread has just ended. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}
