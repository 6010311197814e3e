/** One exploration: executes the schedules of a strategy, checks each, and counts them. */
import { END } from "./kernel/control-block.js";
import { exploreExhaustively } from "./dpor/exhaustive.js";
import { sample } from "./sampling/sampling.js";
import { contextSwitches, moduleNameOf, threadsOf, type FailingSchedule } from "./kernel/schedule.js";
import { shrinkSchedule, type ShrunkSchedule } from "./shrink-schedule.js";
import type { ProgramSource } from "./kernel/load-program.js";
import type { Branch, Resumption, ScheduleSearch } from "./kernel/schedule-search.js";
import type { Session } from "./kernel/session.js";
import type { Coverage, Strategy } from "./strategies.js";
import { StateSearch } from "./states/search-states.js";
import { problemsOf, thrownIn } from "./kernel/execution-problems.js";

export interface ExploreOptions {
  readonly strategy: Strategy;
  /** Of the sampling strategies. */
  readonly seed: string;
  /** Of the sampling strategies: the number of the first schedule. */
  readonly from?: number;
  /** Of `pct`. */
  readonly depth?: number;
  /** Of `exhaustive`: what it covers. Default: `traces`. */
  readonly coveredBy?: Coverage;
  /** Of `exhaustive` by traces: the partial-order reduction; `none` executes every interleaving. Default: `dpor`. */
  readonly reduction?: "dpor" | "none";
  /** Of `exhaustive` by traces: the branches of an earlier exploration, to be continued. */
  readonly frontier?: readonly Branch[];
  /** Of `exhaustive` by states: the schedules that an earlier exploration executed. */
  readonly learned?: readonly string[];
}

/** The counts of an exploration. */
export interface ExplorationTally {
  /** Schedules executed. */
  readonly schedules: number;
  /** Of these: schedules that were stopped before their end because an equivalent one is explored elsewhere. */
  readonly redundant: number;
  /** Different traces among the schedules that were executed to their end. */
  readonly traces: number;
  /** Scheduling points: steps of all schedules. */
  readonly points: number;
  /** Steps of the longest schedule. */
  readonly depth: number;
  /** Different combinations of outcomes. */
  readonly outcomes: number;
  /**
   * By states: the states that the present pass has found, and the transitions that all passes have computed; otherwise
   * 0.
   */
  readonly states: number;
  readonly transitions: number;
  /** Whether every trace, or every state, of the program has been explored. */
  readonly covered: boolean;
}

export interface Exploration {
  /**
   * Executes the next schedule and checks it; by states it may compute states instead. Returns the problems that it
   * found; undefined when there is no further schedule.
   */
  next(): readonly string[] | undefined;
  readonly tally: ExplorationTally;
  /**
   * What another exploration needs to continue from here: for `exhaustive` the branches or the executed schedules,
   * otherwise the number of the next schedule.
   */
  resumption(): Resumption;
}

/** Starts to explore the program of `session`. @throws RangeError on a depth out of range */
export function explore(session: Session, options: ExploreOptions): Exploration {
  const search = searchOf(session, options);
  const traces = new Set<number>();
  const outcomes = new Set<string>();
  let schedules = 0;
  let redundant = 0;
  let points = 0;
  let depth = 0;
  let covered = false;

  return {
    next: () => {
      const end = search.next();
      if (end === undefined) {
        covered = true;
        return undefined;
      }
      if (end === END.running) return [];
      schedules++;
      points += session.steps;
      depth = Math.max(depth, session.steps);
      if (end === END.redundant) {
        redundant++;
        return [];
      }
      if (search.trace !== undefined) traces.add(search.trace);
      outcomes.add(`${end} ${session.outcomeTexts().join(" ")}`);
      return problemsOf(session, end);
    },
    get tally() {
      return {
        schedules,
        redundant,
        traces: traces.size,
        points,
        depth,
        outcomes: outcomes.size,
        covered,
        states: search.states ?? 0,
        transitions: search.transitions ?? 0,
      };
    },
    resumption: () => search.resumption(),
  };
}

function searchOf(session: Session, options: ExploreOptions): ScheduleSearch {
  const { strategy, coveredBy, learned } = options;
  if (strategy !== "exhaustive") return sample(session, { ...options, strategy });
  return coveredBy === "states" ? new StateSearch(session, learned) : exploreExhaustively(session, options);
}

/** Shrinks the schedule of the session's last execution, which failed. */
export function describeFailure(session: Session, source: ProgramSource): FailingSchedule {
  return failureOf(session, source, shrinkSchedule(session, threadsOf(session)));
}

/** A failing schedule in the form of its file. Executes it once more. */
export function failureOf(
  session: Session,
  source: ProgramSource,
  { steps, problems, fewest }: ShrunkSchedule,
): FailingSchedule {
  const thrown = thrownIn(session, session.execute({ prefix: steps, recording: true }));
  const reports = session.reports();
  return {
    version: 1,
    module: moduleNameOf(source),
    program: source.name,
    mailbox: session.mailboxKind,
    problems,
    ...(thrown.length > 0 && { thrown }),
    threads: session.threadNames,
    steps,
    contextSwitches: contextSwitches(steps),
    fewest,
    outcomes: Object.fromEntries(
      session.threadNames.flatMap((name, thread) => {
        const report = reports[thread];
        return report === undefined || !("value" in report) ? [] : [[name, report.value]];
      }),
    ),
  };
}
