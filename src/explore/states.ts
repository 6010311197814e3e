/**
 * Every state of a program, depth first. Threads are deterministic, so real executions are needed only to learn what a thread
 * does when it is told something new ({@link learnBehaviours}); from what was learned the states that can follow each other are
 * worked out without executing anything. Whatever is missing is learned by executing the path that leads there.
 *
 * A pass goes through all states. Two states are one if memory is the same and what is known to follow in each thread is the
 * same; when a pass has learned something, that has to be looked at again, in another pass. The pass that learns nothing more
 * is the proof: every step from every state it has seen is one that a real execution has made. Sleep sets keep a step from
 * being tried in two orders that lead to one state (Godefroid, LNCS 1032, 1996, sections 5 and 6), and a step that no other
 * thread's can depend on is made at once. At last each state in which nothing can go on is reached by a real execution.
 */
import { learnBehaviours } from "./behaviour.js";
import { END } from "./board.js";
import { lowest } from "./choose.js";
import { classify } from "./classes.js";
import { trackFootprints } from "./footprints.js";
import { openStates } from "./model-state.js";
import { word } from "./operations.js";
import { UncontrolledProgramError, type Session } from "./session.js";
import { createStateSet, type StateSet } from "./state-set.js";

/** Random executions to begin with, so many at a time as long as they learn this much: the cheapest way to learn most of what there is. */
const LOOKS = 200;
const WORTH_LOOKING = 20;
/**
 * A pass begins anew once it has executed as many schedules as this, and this part of all before: where much is not known yet, states
 * are told apart that will turn out to be one.
 */
const LEAST_LEARNED = 20;
const PART_LEARNED = 0.03;
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
  const { board, threadNames } = session;
  const count = threadNames.length;
  const mostRows = board.log - board.prefix;
  const behaviours = learnBehaviours(session);
  const states = openStates(behaviours, session.initially, mostRows);
  const schedules: string[] = [];
  const taken = new Uint8Array(mostRows + 1);
  const sleeping = new Int32Array(mostRows + 1);
  const left = new Int32Array(mostRows + 1);
  const tried = new Int32Array(mostRows + 1);
  let seen = createStateSet();
  let transitions = 0;
  let passes = 0;

  const execute = (prefix: readonly number[] | Uint8Array, random?: number): number => {
    const end = session.execute(random === undefined ? { prefix } : { prefix, policy: "random", random });
    if (end === END.diverged)
      throw new UncontrolledProgramError(
        `program ${session.program.name} is not deterministic: a thread that could run could not`,
      );
    behaviours.learn();
    schedules.push(random === undefined ? Array.from(prefix, String).join("") : `random ${random}`);
    return end;
  };
  const pathTo = (row: number): Uint8Array => taken.slice(0, row);

  function* pass(order: readonly number[]): Generator<number, Uint8Array[] | undefined> {
    const began = schedules.length;
    const known = behaviours.known;
    const most = Math.max(LEAST_LEARNED, began * PART_LEARNED);
    const classes = behaviours.threads.map(classify);
    const footprints = trackFootprints(behaviours, classes);
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
        if (footprints.standsAlone(thread, at, states.told(row, thread))) return 1 << thread;
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

    states.begin(classes);
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
      if (row >= mostRows) yield execute(pathTo(row));
      if (schedules.length - began > most) return undefined;
      if (++sliced % SLICE === 0) yield END.running;
    }
    return behaviours.known === known ? ends : undefined;
  }

  function* search(): Generator<number, undefined> {
    for (const schedule of earlier) {
      yield schedule.startsWith("random ")
        ? execute([], Number(schedule.slice("random ".length)))
        : execute(Array.from(schedule, Number));
    }
    for (let look = 0, before = -WORTH_LOOKING; earlier.length === 0 && behaviours.known - before >= WORTH_LOOKING; ) {
      before = behaviours.known;
      for (const end = look + LOOKS; look < end; look++) yield execute([], Math.imul(look + 1, 0x9e3779b1) | 1);
    }
    for (let first = 0; ; first++) {
      // Begun in another way each time, so that different paths lead to what was not seen yet.
      const ends = yield* pass(threadNames.map((_name, thread) => (thread + first) % count));
      if (ends === undefined) continue;
      const known = behaviours.known;
      for (const end of ends) yield execute(end);
      if (behaviours.known === known) return undefined;
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
