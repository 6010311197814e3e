/**
 * Searches for the schedule with the fewest context switches that has the same problem. First it reorders the
 * independent steps of the failing trace. Then it tries every schedule with 0, 1, 2, … context switches, up to one
 * fewer than the best schedule.
 */
import { at } from "../vocabulary/index.js";
import { END } from "./kernel/control-block.js";
import { lowest } from "./kernel/choose.js";
import { HappensBefore } from "./kernel/happens-before.js";
import { contextSwitches, threadsOf } from "./kernel/schedule.js";
import type { Session } from "./kernel/session.js";
import { problemsOf } from "./kernel/execution-problems.js";

export interface ShrunkSchedule {
  readonly steps: readonly number[];
  readonly problems: readonly string[];
  /** Whether every schedule with fewer context switches was tried. False: the budget was used up before. */
  readonly fewest: boolean;
}

/** Shrinks a failing schedule. `budget`: the most executions of the search. */
export function shrinkSchedule(session: Session, failing: readonly number[], budget = 50_000): ShrunkSchedule {
  const { controlBlock, threadNames } = session;
  const order = new HappensBefore(controlBlock, threadNames.length);
  let problems = problemsOf(session, session.execute({ prefix: failing }));
  const expected = problems.join("\n");
  let best = threadsOf(session);
  order.extend(0, best.length);
  const reordered = withFewSwitches(order, best, threadNames.length);
  if (contextSwitches(reordered) < contextSwitches(best)) {
    problems = problemsOf(session, session.execute({ prefix: reordered }));
    best = threadsOf(session);
  }
  let left = budget;
  for (let switches = 0; switches < contextSwitches(best); switches++) {
    const search = searchBounded(session, order, switches);
    for (let end = search.next(); end !== undefined; end = search.next()) {
      if (left-- <= 0) return { steps: best, problems, fewest: false };
      if (end === END.redundant || contextSwitches(threadsOf(session)) > switches) continue;
      const found = problemsOf(session, end);
      if (found.join("\n") === expected) return { steps: threadsOf(session), problems: found, fewest: true };
    }
  }
  return { steps: best, problems, fewest: true };
}

/** An order of the same trace in which each thread runs as long as it can: the best over all first threads. */
function withFewSwitches(order: HappensBefore, steps: readonly number[], threads: number): number[] {
  let best = [...steps];
  for (let first = 0; first < threads; first++) {
    const reordered = runLong(order, steps, threads, first);
    if (contextSwitches(reordered) < contextSwitches(best)) best = reordered;
  }
  return best;
}

function runLong(order: HappensBefore, steps: readonly number[], threads: number, first: number): number[] {
  const queues = Array.from({ length: threads }, (_, thread) =>
    steps.flatMap((of, step) => (of === thread ? [step] : [])),
  );
  const taken = new Array<number>(threads).fill(0);
  const result: number[] = [];
  const nextOf = (thread: number): number | undefined => at(queues, thread)[at(taken, thread)];
  const isFree = (step: number): boolean =>
    queues.every((_queue, thread) => {
      const next = nextOf(thread);
      return next === undefined || next >= step || !order.before(next, step);
    });
  for (let current = first; result.length < steps.length; ) {
    const next = nextOf(current);
    if (next !== undefined && isFree(next)) {
      result.push(current);
      taken[current] = at(taken, current) + 1;
    } else {
      current = (current + 1) % threads;
    }
  }
  return result;
}

interface Choice {
  /** Bit mask of the threads that can run here and have not been tried. */
  left: number;
  thread: number;
}

/**
 * Tries every schedule with at most `most` context switches, except those that are equivalent to one that was tried.
 */
function searchBounded(session: Session, order: HappensBefore, most: number): { next(): number | undefined } {
  const path: Choice[] = [];
  /** By a trace up to a switch and the threads before and after it: the fewest switches with which it was continued. */
  const seen = new Map<string, number>();
  let started = false;

  const backtrack = (): boolean => {
    for (let choice = path.at(-1); choice !== undefined; choice = path.at(-1)) {
      if (choice.left !== 0) {
        choice.thread = lowest(choice.left);
        choice.left &= choice.left - 1;
        return true;
      }
      path.pop();
    }
    return false;
  };

  return {
    next: () => {
      if (started && !backtrack()) return undefined;
      started = true;
      const known = path.length;
      const end = session.execute({ prefix: path.map(({ thread }) => thread) });
      order.extend(Math.max(0, known - 1), session.steps);
      const threads = threadsOf(session);
      let switches = contextSwitches(threads.slice(0, known));
      for (let step = known; step < threads.length; step++) {
        const thread = at(threads, step);
        const last = threads[step - 1];
        let left = 0;
        for (let rest = session.enabledAt(step) & ~(1 << thread); rest !== 0; rest &= rest - 1) {
          const other = lowest(rest);
          const cost = switches + (last === undefined || last === other ? 0 : 1);
          if (cost > most) continue;
          const key = `${order.traceHash(step)} ${last ?? ""} ${other}`;
          if ((seen.get(key) ?? Infinity) <= cost) continue;
          seen.set(key, cost);
          left |= 1 << other;
        }
        path.push({ left, thread });
        if (last !== undefined && last !== thread) switches++;
        if (switches > most) break;
      }
      return end;
    },
  };
}
