/**
 * Every state of a program, depth first. Threads are deterministic, so real executions are needed only to learn what a thread
 * does when it is told something new ({@link learnOperationTrees}); from what was learned the states that can follow each other are
 * worked out without executing anything. Whatever is missing is learned by executing the path that leads there.
 *
 * A pass goes through all states. Two states are one if memory is the same and what is known to follow in each thread is the
 * same; when a pass has learned something, that has to be looked at again, in another pass. The pass that learns nothing more
 * is the proof: every step from every state it has seen is one that a real execution has made. Sleep sets keep a step from
 * being tried in two orders that lead to one state (Godefroid, LNCS 1032, 1996, sections 5 and 6), and a step that no other
 * thread's can depend on is made at once. At last each state in which nothing can go on is reached by a real execution.
 */
import { learnOperationTrees } from "./operation-tree.js";
import { END } from "../kernel/control-block.js";
import { lowest } from "../kernel/choose.js";
import { computeEquivalence } from "./equivalence.js";
import { computePersistentSets } from "./persistent-sets.js";
import { createStateModel } from "./state-model.js";
import { word } from "../kernel/operation-records.js";
import { UncontrolledProgramError, type Session } from "../kernel/session.js";
import { createStateSet, type StateSet } from "./state-set.js";

/** Random executions to begin with, so many at a time as long as they learn this much: the cheapest way to learn most of what there is. */
const SAMPLES_PER_BATCH = 200;
const MIN_LEARNED_PER_BATCH = 20;
/**
 * A pass begins anew once it has executed as many schedules as this, and this part of all before: where much is not known yet, states
 * are told apart that will turn out to be one.
 */
const MIN_SCHEDULES_PER_PASS = 20;
const SCHEDULES_PER_PASS_SHARE = 0.03;
/** Steps worked out before whoever drives the search gets a look. */
const SLICE = 100_000;

export interface StateSearch {
  /**
   * Goes on. Returns how the schedule that was executed ended; END.running when nothing was executed, but there is more to do;
   * undefined when all is done.
   */
  next(): number | undefined;
  /** States found by the present pass, and by the passes so far the steps between states that were worked out. */
  readonly states: number;
  readonly transitions: number;
  readonly passes: number;
  /** The schedules that were executed: with them, another session learns what this one has learned. */
  schedules(): string[];
}

export function searchStates(session: Session, earlier: readonly string[] = []): StateSearch {
  const { controlBlock, threadNames } = session;
  const count = threadNames.length;
  const maxRows = controlBlock.log - controlBlock.prefix;
  const trees = learnOperationTrees(session);
  const states = createStateModel(trees, session.initialValue, maxRows);
  const schedules: string[] = [];
  const taken = new Uint8Array(maxRows + 1);
  const sleeping = new Int32Array(maxRows + 1);
  const left = new Int32Array(maxRows + 1);
  const tried = new Int32Array(maxRows + 1);
  let seen = createStateSet();
  let transitions = 0;
  let passes = 0;

  const execute = (prefix: readonly number[] | Uint8Array, random?: number): number => {
    const end = session.execute(random === undefined ? { prefix } : { prefix, policy: "random", random });
    if (end === END.diverged)
      throw new UncontrolledProgramError(
        `program ${session.program.name} is not deterministic: a thread that could run could not`,
      );
    trees.learn();
    schedules.push(random === undefined ? Array.from(prefix, String).join("") : `random ${random}`);
    return end;
  };
  const pathTo = (row: number): Uint8Array => taken.slice(0, row);

  function* pass(order: readonly number[]): Generator<number, Uint8Array[] | undefined> {
    const began = schedules.length;
    const known = trees.known;
    const most = Math.max(MIN_SCHEDULES_PER_PASS, began * SCHEDULES_PER_PASS_SHARE);
    const equivalences = trees.threads.map(computeEquivalence);
    const persistentSets = computePersistentSets(trees, equivalences);
    const at = new Int32Array(count);
    const ends: Uint8Array[] = [];
    seen = createStateSet();
    passes++;

    /** Threads to be tried in a state: one whose step nobody's can depend on, or all that can run. */
    const candidates = (row: number): number => {
      const enabled = states.enabled(row);
      if (enabled <= 0) {
        ends.push(pathTo(row));
        return 0;
      }
      for (let thread = 0; thread < count; thread++) at[thread] = states.classOf(row, thread);
      for (let rest = enabled; rest !== 0; rest &= rest - 1) {
        const thread = lowest(rest);
        if (persistentSets.isPersistent(thread, at, states.observed(row, thread))) return 1 << thread;
      }
      return enabled;
    };
    /** Enters the state of the row unless everything from it was tried; returns whether it did. */
    const enter = (row: number, sleep: number): boolean => {
      const { low, high } = states.hashOf(row);
      const before = seen.get(low, high);
      if (before !== undefined && (before & ~sleep) === 0) return false;
      const asleep = before === undefined ? sleep : sleep & before;
      seen.put(low, high, asleep);
      sleeping[row] = asleep;
      left[row] = candidates(row) & (before === undefined ? ~sleep : before & ~sleep);
      tried[row] = 0;
      return true;
    };

    states.begin(equivalences);
    enter(0, 0);
    for (let row = 0, sliced = 0; row >= 0; ) {
      const rest = word(left, row);
      const thread = order.find((each) => (rest & (1 << each)) !== 0);
      if (thread === undefined) {
        row--;
        continue;
      }
      left[row] = rest & ~(1 << thread);
      taken[row] = thread;
      if (!states.isKnown(row, thread)) yield execute(pathTo(row + 1));
      let sleep = word(sleeping, row) | word(tried, row);
      tried[row] = word(tried, row) | (1 << thread);
      for (let others = sleep; others !== 0; others &= others - 1) {
        const other = lowest(others);
        if (!states.isKnown(row, other)) yield execute([...pathTo(row), other]);
        if (states.depend(row, thread, other)) sleep &= ~(1 << other);
      }
      while (!states.step(row, thread)) yield execute(pathTo(row + 1));
      transitions++;
      if (enter(row + 1, sleep)) row++;
      if (row >= maxRows) yield execute(pathTo(row));
      if (schedules.length - began > most) return undefined;
      if (++sliced % SLICE === 0) yield END.running;
    }
    return trees.known === known ? ends : undefined;
  }

  function* search(): Generator<number, undefined> {
    for (const schedule of earlier) {
      yield schedule.startsWith("random ")
        ? execute([], Number(schedule.slice("random ".length)))
        : execute(Array.from(schedule, Number));
    }
    for (
      let sample = 0, before = -MIN_LEARNED_PER_BATCH;
      earlier.length === 0 && trees.known - before >= MIN_LEARNED_PER_BATCH;
    ) {
      before = trees.known;
      for (const end = sample + SAMPLES_PER_BATCH; sample < end; sample++)
        yield execute([], Math.imul(sample + 1, 0x9e3779b1) | 1);
    }
    for (let first = 0; ; first++) {
      // Begun in another way each time, so that different paths lead to what was not seen yet.
      const ends = yield* pass(threadNames.map((_name, thread) => (thread + first) % count));
      if (ends === undefined) continue;
      const known = trees.known;
      for (const end of ends) yield execute(end);
      if (trees.known === known) return undefined;
    }
  }

  const run = search();
  return {
    next: () => {
      const result = run.next();
      return result.done === true ? undefined : result.value;
    },
    get states(): StateSet["size"] {
      return seen.size;
    },
    get transitions() {
      return transitions;
    },
    get passes() {
      return passes;
    },
    schedules: () => [...schedules],
  };
}
