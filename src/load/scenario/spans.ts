/**
 * The named spans of a scenario: its windows of disconnects, its faults, and the shutdown. The tags `before`, `during`
 * and `after` of a threshold name them.
 */
import { at } from "../../vocabulary/index.js";
import type { Span } from "../measure/tags.js";
import { behaviourName, disconnectWindows, groupsOf, type DisconnectWindow, type Grouped } from "./load-groups.js";

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
  /** Whether it takes no time, so that nothing is during it. */
  readonly isMoment: boolean;
  /** When it is, given when each fault of the scenario begins. Times in ms from the start of the run. */
  readonly timesOf: (faultTimes: readonly number[]) => Omit<Span, "name">;
}

/**
 * A window has the name that its `disconnect` gives it, or that of its behaviour; a fault its `name`, or its kind, with
 * a number when several faults of this kind have no name. Windows of one name and one time are one.
 */
export function namedSpans(scenario: SpannedScenario): NamedSpan[] {
  const { faults, shutdownAt } = scenario;
  const windows = disconnectWindows(groupsOf(scenario)).map(windowSpan);
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
  return [...windows, ...faultSpans(faults), ...shutdown()];
}

function windowSpan({ group, behaviour, disconnect, fromMs, toMs }: DisconnectWindow): NamedSpan {
  const name = behaviourName(group, behaviour);
  return {
    name: disconnect.name ?? name,
    what: `the window of "${name}"`,
    path: [...(group === undefined ? [] : ["groups", group]), "behaviours", behaviour, "disconnect"],
    isMoment: fromMs === toMs,
    timesOf: () => ({ fromMs, toMs }),
  };
}

function faultSpans(faults: SpannedScenario["faults"]): NamedSpan[] {
  const unnamed = new Map<string, number>();
  for (const { kind, name } of faults) if (name === undefined) unnamed.set(kind, (unnamed.get(kind) ?? 0) + 1);
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
