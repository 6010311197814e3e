/** One exploration from beginning to end: executes schedules by a strategy, judges each, keeps the books. */
import { END } from "./kernel/control-block.js";
import { exploreExhaustively, type Branch } from "./dpor/exhaustive.js";
import { sample } from "./sampling/sampling.js";
import { contextSwitches, moduleNameOf, threadsOf, type FailingSchedule } from "./kernel/schedule.js";
import { shrinkSchedule } from "./shrink-schedule.js";
import type { ProgramSource } from "./kernel/load-program.js";
import type { Session } from "./kernel/session.js";
import type { Coverage, Strategy } from "./strategies.js";
import { StateSearch } from "./states/search-states.js";
import { problemsOf } from "./kernel/execution-problems.js";

export interface ExploreOptions {
  readonly strategy: Strategy;
  /** Of the sampling strategies. */
  readonly seed: string;
  /** Of the sampling strategies: number of the first schedule. */
  readonly from?: number;
  /** Of `pct`. */
  readonly depth?: number;
  /** Of `exhaustive`: what is covered. Default: `traces`. */
  readonly coveredBy?: Coverage;
  /** Of `exhaustive` by traces: `none` executes every interleaving. Default: `dpor`. */
  readonly reduction?: "dpor" | "none";
  /** Of `exhaustive`: where an earlier exploration stood. */
  readonly frontier?: readonly Branch[];
  /** Of `exhaustive` by states: the schedules that an earlier exploration learned from. */
  readonly learned?: readonly string[];
}

/** The books of an exploration. */
export interface ExplorationTally {
  /** Schedules executed, of which so many turned out to be explored elsewhere and were not followed to their end. */
  readonly schedules: number;
  readonly redundant: number;
  /** Different traces among the schedules that were followed to their end. */
  readonly traces: number;
  /** Steps of all schedules: scheduling points. */
  readonly points: number;
  /** Steps of the longest. */
  readonly depth: number;
  /** Different combinations of outcomes. */
  readonly outcomes: number;
  /** By states: how many the present pass has found, and the steps between states worked out so far; otherwise 0. */
  readonly states: number;
  readonly transitions: number;
  /** Whether every trace, or every state, of the program has been explored. */
  readonly covered: boolean;
}

export type Resumption =
  | { readonly frontier: readonly Branch[] }
  | { readonly learned: readonly string[] }
  | { readonly from: number };

export interface Exploration {
  /**
   * Executes and judges the next schedule; by states, or works out states for a while. Returns what is wrong, none if nothing is;
   * undefined when there is no further schedule.
   */
  next(): readonly string[] | undefined;
  readonly tally: ExplorationTally;
  /**
   * What another exploration needs to go on from here: for `exhaustive` its branches or what it learned from, otherwise the next
   * schedule's number.
   */
  resumption(): Resumption;
}

/** Starts exploring the program of `session`. Throws a RangeError on impossible options. */
export function explore(session: Session, options: ExploreOptions): Exploration {
  const { strategy } = options;
  const run =
    strategy === "exhaustive"
      ? options.coveredBy === "states"
        ? statesRun(session, options)
        : exhaustiveRun(session, options)
      : samplingRun(session, { ...options, strategy });
  const traces = new Set<number>();
  const outcomes = new Set<string>();
  let schedules = 0;
  let redundant = 0;
  let points = 0;
  let depth = 0;
  let covered = false;

  return {
    next: () => {
      const end = run.next();
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
      if (run.trace !== undefined) traces.add(run.trace());
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
        ...run.found(),
      };
    },
    resumption: run.resumption,
  };
}

interface StrategyRun {
  next(): number | undefined;
  /** Of the last execution; not known by states. */
  readonly trace?: () => number;
  found(): { readonly states: number; readonly transitions: number };
  resumption: Exploration["resumption"];
}

const NO_STATES = { states: 0, transitions: 0 };

function statesRun(session: Session, { learned = [] }: ExploreOptions): StrategyRun {
  const search = new StateSearch(session, learned);
  return {
    next: () => search.next(),
    found: () => ({ states: search.states, transitions: search.transitions }),
    resumption: () => ({ learned: search.schedules() }),
  };
}

function exhaustiveRun(session: Session, { reduction = "dpor", frontier = [] }: ExploreOptions): StrategyRun {
  const exhaustive = exploreExhaustively(session, { reduction, frontier });
  return {
    next: () => exhaustive.next(),
    trace: () => exhaustive.trace,
    found: () => NO_STATES,
    resumption: () => ({ frontier: exhaustive.frontier() }),
  };
}

function samplingRun(session: Session, options: ExploreOptions & { strategy: "random" | "pct" }): StrategyRun {
  const sampling = sample(session, options);
  return {
    next: () => sampling.next(),
    trace: () => sampling.trace,
    found: () => NO_STATES,
    resumption: () => ({ from: sampling.index }),
  };
}

/** Makes the session's last execution, which failed, as simple as it gets. */
export function describeFailure(session: Session, source: ProgramSource): FailingSchedule {
  const { steps, problems, fewest } = shrinkSchedule(session, threadsOf(session));
  return failureOf(session, source, { steps, problems, fewest });
}

/** A failing schedule in the form in which it is kept; executes it once more. */
export function failureOf(
  session: Session,
  source: ProgramSource,
  { steps, problems, fewest }: { steps: readonly number[]; problems: readonly string[]; fewest: boolean },
): FailingSchedule {
  session.execute({ prefix: steps });
  const reports = session.reports();
  return {
    version: 1,
    module: moduleNameOf(source),
    program: source.name,
    mailbox: session.mailboxKind,
    problems,
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
