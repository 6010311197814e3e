/**
 * The named spans of a scenario: its groups that begin later than the run, its windows of disconnects, its faults, and
 * the shutdown. The tags `before`, `during` and `after` of a threshold name them.
 */
import { at, increment } from "../../vocabulary/index.js";
import type { Span } from "../measure/tags.js";
import {
  behaviourName,
  disconnectWindows,
  groupsOf,
  lengthOf,
  type DisconnectWindow,
  type Grouped,
  type LoadGroup,
} from "./load-groups.js";

/** The part of a scenario that has spans. */
interface SpannedScenario extends Grouped {
  readonly faults: readonly {
    readonly kind: string;
    readonly name?: string | undefined;
    readonly lasts?: number | undefined;
  }[];
  readonly shutdownAt?: number | undefined;
}

/** A span before it is known when its fault begins. */
export interface NamedSpan {
  readonly name: string;
  /** What it is, for messages, and where in the file. */
  readonly what: string;
  readonly path: readonly PropertyKey[];
  /** Whether it is a window of disconnects, of which several of one time can have one name. */
  readonly isWindow?: true;
  /** Whether it takes no time, so that nothing is during it. */
  readonly isMoment: boolean;
  /** When it is, given when each fault of the scenario begins. Times in ms from the start of the run. */
  readonly timesOf: (faultTimes: readonly number[]) => Omit<Span, "name">;
}

/**
 * A group that begins later than the run has its own name, and lasts as long as its workers arrive or are kept. A
 * window has the name that its `disconnect` gives it, or that of its behaviour; a fault its `name`, or its kind, with
 * a number when several faults of this kind have no name. Windows of one name and one time are one.
 */
export function namedSpans(scenario: SpannedScenario): NamedSpan[] {
  const { faults, shutdownAt } = scenario;
  const groups = groupsOf(scenario);
  const windows = disconnectWindows(groups).map(windowSpan);
  const shutdown = (): NamedSpan[] =>
    shutdownAt === undefined
      ? []
      : [
          {
            name: "shutdown",
            what: "the shutdown",
            path: ["shutdownAt"],
            isMoment: true,
            timesOf: () => ({ fromMs: shutdownAt, toMs: shutdownAt }),
          },
        ];
  return [...groups.flatMap(groupSpan), ...windows, ...faultSpans(faults), ...shutdown()];
}

function groupSpan({ name, startTime, arrivals }: LoadGroup): NamedSpan[] {
  if (name === undefined || startTime === 0) return [];
  const toMs = startTime + lengthOf(arrivals);
  return [
    {
      name,
      what: `the group "${name}"`,
      path: ["groups", name],
      isMoment: toMs === startTime,
      timesOf: () => ({ fromMs: startTime, toMs }),
    },
  ];
}

function windowSpan({ group, behaviour, disconnect, fromMs, toMs }: DisconnectWindow): NamedSpan {
  const name = behaviourName(group, behaviour);
  return {
    name: disconnect.name ?? name,
    what: `the window of "${name}"`,
    path: [...(group === undefined ? [] : ["groups", group]), "behaviours", behaviour, "disconnect"],
    isWindow: true,
    isMoment: fromMs === toMs,
    timesOf: () => ({ fromMs, toMs }),
  };
}

function faultSpans(faults: SpannedScenario["faults"]): NamedSpan[] {
  const unnamed = new Map<string, number>();
  for (const { kind, name } of faults) if (name === undefined) increment(unnamed, kind);
  const numbers = new Map<string, number>();
  const nameOf = (kind: string): string => {
    if (unnamed.get(kind) === 1) return kind;
    const number = (numbers.get(kind) ?? 0) + 1;
    numbers.set(kind, number);
    return `${kind}-${number}`;
  };
  return faults.map(
    ({ kind, name = nameOf(kind), lasts = 0 }, index): NamedSpan => ({
      name,
      what: `the fault ${kind}`,
      path: ["faults", index],
      isMoment: lasts === 0,
      timesOf(faultTimes) {
        const fromMs = at(faultTimes, index);
        return { fromMs, toMs: fromMs + lasts };
      },
    }),
  );
}

/** The spans of a run, each name once. `faultTimes`: when each fault of the scenario begins. */
export function spansOf(scenario: SpannedScenario, faultTimes: readonly number[]): Span[] {
  const spans = new Map(namedSpans(scenario).map(({ name, timesOf }) => [name, { name, ...timesOf(faultTimes) }]));
  return [...spans.values()];
}
