/** Draws from the seed when the faults of a scenario happen, and which threads they affect. */
import { toMicrosecond } from "./format-duration.js";
import type { NetworkFaultKind } from "../../vocabulary/index.js";
import type { Fault } from "./fault-schema.js";
import { sample, stream } from "./random.js";

/** A fault of the plan. It affects the thread of number `floor(pick * threads)`. Times in ms. */
export type PlannedFault = WithoutWindow<Fault> & {
  /** When it happens, or begins, ms since the start of the run. */
  readonly at: number;
  /** 0 to below 1. */
  readonly pick: number;
};

/** A fault of the network, of the plan. */
export type PlannedNetworkFault = Extract<PlannedFault, { readonly kind: NetworkFaultKind }>;

/** `Omit` that keeps the members of a union apart. */
type WithoutWindow<T> = T extends unknown ? Omit<T, "window" | "name"> : never;

/** The faults in the order of the scenario. Their names change nothing of what happens. */
export function planFaults(faults: readonly Fault[], seed: number): PlannedFault[] {
  return faults.map((fault, index) => {
    const [min, max] = fault.window;
    const fields = Object.entries(fault).filter(([key]) => key !== "window" && key !== "name");
    const random = stream(seed, "fault", index);
    const at = toMicrosecond(sample({ kind: "uniform", min, max }, random));
    return { ...Object.fromEntries(fields), at, pick: random() } as PlannedFault;
  });
}
