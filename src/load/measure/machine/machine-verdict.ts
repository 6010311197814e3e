/** Whether other programs kept the machine busy from a run, so that its latencies are the machine's. Pure. */
import { plural } from "../../../vocabulary/index.js";
import type { MachineUse } from "./machine-use.js";

/**
 * Others took the machine when threads of the run that were ready waited longer than this share of their time for a
 * core that others had. On a machine with nothing else to do the share is below 0.02, also in a run that overloads it.
 */
export const TAKEN_BOUND = 0.1;

export interface MachineVerdict extends MachineUse {
  /** Whether other programs, the hypervisor or a CPU limit took the machine from the run. */
  readonly taken: boolean;
  /** The bound of `takenShare`, and of `withheldShare` where that is judged. */
  readonly boundShare: number;
  /** The share of the time in which at least one program of the machine waited for a core; null where not told. */
  readonly pressureShare: number | null;
  /** Whether the CPU of other programs includes that of the target, so that only `withheldShare` is judged. */
  readonly othersIncludeTarget: boolean;
}

/**
 * Judges what a run could use of the machine. `othersIncludeTarget`: the target of the run may be on this machine; what
 * it uses is not taken by others, and cannot be told from what they use. What the hypervisor or a limit withholds is
 * taken from the target too.
 */
export function judgeMachine(
  use: MachineUse,
  {
    pressureShare = null,
    othersIncludeTarget = false,
  }: { readonly pressureShare?: number | null; readonly othersIncludeTarget?: boolean } = {},
): MachineVerdict {
  return {
    ...use,
    taken: (othersIncludeTarget ? use.withheldShare : use.takenShare) > TAKEN_BOUND,
    boundShare: TAKEN_BOUND,
    pressureShare,
    othersIncludeTarget,
  };
}

/** Before a run: others that use a larger share of the cores than this will be in its latencies. */
export const BUSY_BOUND = 0.25;
/** A shorter watch, ms, shows nothing: the system counts in steps of 10 ms. */
const SHORTEST_WATCH_MS = 200;

/** What to say before a run about a machine that others use already, one line; undefined when they do not. */
export function busyWarning({ othersCores, stolenCores, cores, watchedMs }: MachineUse): string | undefined {
  const taken = othersCores + stolenCores;
  if (watchedMs < SHORTEST_WATCH_MS || taken <= BUSY_BOUND * cores) return undefined;
  return (
    `the machine is busy: other programs use ${taken.toFixed(2)} of ${plural(cores, "core")}. ` +
    "The latencies will measure the machine, not the platform, and the run may be inconclusive (exit 97)"
  );
}
