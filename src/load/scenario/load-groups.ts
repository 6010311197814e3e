/** The groups of a scenario's workers. A scenario without `groups` has one, which has no name. */
import { assert } from "../../vocabulary/index.js";
import { expectedArrivals } from "./arrivals.js";
import type { ArrivalsSpec, ClosedArrivals } from "./arrivals-schema.js";
import type { Behaviour } from "./behaviour-schema.js";
import { mostOf } from "./closed-load.js";
import type { KeptNumber } from "./worker-plan.js";

/** Workers of one kind of arrivals. Its times are relative to `startTime`, ms of the run. */
export interface LoadGroup {
  /** Absent in a scenario without groups. */
  readonly name?: string;
  readonly startTime: number;
  readonly arrivals: ArrivalsSpec;
  readonly behaviours: Readonly<Record<string, Behaviour>>;
}

/** The fields of a scenario that have its groups: the first two, or `groups`. */
export interface Grouped {
  readonly arrivals?: ArrivalsSpec | undefined;
  readonly behaviours?: LoadGroup["behaviours"] | undefined;
  readonly groups?: Readonly<Record<string, Omit<LoadGroup, "name">>> | undefined;
}

export function groupsOf({ arrivals, behaviours, groups }: Grouped): LoadGroup[] {
  if (groups !== undefined) return Object.entries(groups).map(([name, group]) => ({ name, ...group }));
  assert(arrivals !== undefined && behaviours !== undefined, "a scenario without groups has arrivals and behaviours");
  return [{ startTime: 0, arrivals, behaviours }];
}

/** The behaviours of all groups by the names that plans and reports use: in a group, `group/behaviour`. */
export function behavioursOf(scenario: Grouped): Record<string, Behaviour> {
  return Object.fromEntries(
    groupsOf(scenario).flatMap(({ name: group, behaviours }) =>
      Object.entries(behaviours).map(([name, behaviour]) => [behaviourName(group, name), behaviour]),
    ),
  );
}

/** A window in which the connections of a behaviour drop; times in ms of the run. */
export interface DisconnectWindow {
  readonly group: string | undefined;
  readonly behaviour: string;
  readonly disconnect: NonNullable<Behaviour["disconnect"]>;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The windows of all behaviours, in the order of the scenario. */
export function disconnectWindows(groups: readonly LoadGroup[]): DisconnectWindow[] {
  return groups.flatMap(({ name: group, startTime, behaviours }) =>
    Object.entries(behaviours).flatMap(([behaviour, { disconnect }]): DisconnectWindow[] => {
      if (disconnect?.window === undefined) return [];
      const [from, to] = disconnect.window;
      return [{ group, behaviour, disconnect, fromMs: startTime + from, toMs: startTime + to }];
    }),
  );
}

/** The name of a behaviour in plans and reports. */
export function behaviourName(group: string | undefined, behaviour: string): string {
  return group === undefined ? behaviour : `${group}/${behaviour}`;
}

/** Whether a number of workers is kept. */
export function isClosed(arrivals: ArrivalsSpec): arrivals is ClosedArrivals {
  return arrivals.executor === "constant-workers" || arrivals.executor === "ramping-workers";
}

/** The number that is kept, from the start of the group. */
export function keptNumbersOf(arrivals: ClosedArrivals): KeptNumber[] {
  if (arrivals.executor === "constant-workers") {
    const { workers, duration } = arrivals;
    return [
      { at: 0, workers },
      { at: duration, workers },
    ];
  }
  let at = 0;
  const rest = arrivals.stages.map(({ duration, target }) => ({ at: (at += duration), workers: target }));
  return [{ at: 0, workers: arrivals.startWorkers }, ...rest];
}

/** How long workers of these arrivals begin, ms. */
export function lengthOf(arrivals: ArrivalsSpec): number {
  if (arrivals.executor === "constant-workers") return arrivals.duration;
  return arrivals.stages.reduce((sum, { duration }) => sum + duration, 0);
}

/** How many workers arrive; of a closed model, the greatest number that is kept. */
export function sizeOf(arrivals: ArrivalsSpec): number {
  return isClosed(arrivals) ? mostOf(keptNumbersOf(arrivals)) : Math.round(expectedArrivals(arrivals));
}

/** `group` with all its times on the run's timeline `factor` times as long. */
export function scaledGroup(group: LoadGroup, factor: number): LoadGroup {
  const behaviours = Object.entries(group.behaviours).map(([name, behaviour]): [string, Behaviour] => {
    const { disconnect } = behaviour;
    if (disconnect?.window === undefined) return [name, behaviour];
    const [from, to] = disconnect.window;
    return [name, { ...behaviour, disconnect: { ...disconnect, window: [from * factor, to * factor] } }];
  });
  return {
    ...group,
    startTime: group.startTime * factor,
    arrivals: scaledArrivals(group.arrivals, factor),
    behaviours: Object.fromEntries(behaviours),
  };
}

function scaledArrivals(arrivals: ArrivalsSpec, factor: number): ArrivalsSpec {
  if (arrivals.executor === "constant-workers") return { ...arrivals, duration: arrivals.duration * factor };
  const stages = arrivals.stages.map(({ duration, target }) => ({ duration: duration * factor, target }));
  return { ...arrivals, stages };
}
