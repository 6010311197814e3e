/**
 * Searches all states of a program, depth first. Threads are deterministic, so a real execution is needed only to learn
 * what a thread does after a new observation ({@link OperationTrees}). The states that follow each other are computed
 * from what was learned. Where something is unknown, the path that leads there is executed.
 *
 * A pass visits all states. Two states are one if the memory is the same and, in each thread, the same is known to
 * follow. When a pass has learned something, this has to be checked again in another pass. A pass that learns nothing
 * is the proof: every step from every state that it has visited is one that a real execution has made. Sleep sets avoid
 * two orders of steps that lead to one state (Godefroid, LNCS 1032, 1996, sections 5 and 6). A step on which no step of
 * another thread can depend is made first, in no other order. Finally each state without a next step is reached by a
 * real execution.
 */
import { OperationTrees } from "./operation-tree.js";
import { END } from "../kernel/control-block.js";
import { lowest } from "../kernel/choose.js";
import { computeEquivalence } from "./equivalence.js";
import { PersistentSets } from "./persistent-sets.js";
import { StateModel } from "./state-model.js";
import { word } from "../kernel/operation-records.js";
import type { Resumption, ScheduleSearch } from "../kernel/schedule-search.js";
import { UncontrolledProgramError, type Session } from "../kernel/session.js";
import { createStateSet } from "./state-set.js";

/**
 * A search begins with batches of random executions, while a batch learns at least so many edges: the fastest way to
 * learn.
 */
const SAMPLES_PER_BATCH = 200;
const MIN_LEARNED_PER_BATCH = 20;
/**
 * A pass starts again after it has executed at least this many schedules and this share of all earlier ones: while
 * little is known, equivalent states count as different.
 */
const MIN_SCHEDULES_PER_PASS = 20;
const SCHEDULES_PER_PASS_SHARE = 0.03;
/** Steps to compute before `next` returns. */
const SLICE = 100_000;

export class StateSearch implements ScheduleSearch {
  readonly #session: Session;
  readonly #count: number;
  readonly #maxRows: number;
  readonly #trees: OperationTrees;
  readonly #states: StateModel;
  readonly #schedules: string[] = [];
  /** Of each row: the chosen thread, the sleep set, and the threads to be tried and those tried already. */
  readonly #taken: Uint8Array;
  readonly #sleeping: Int32Array;
  readonly #left: Int32Array;
  readonly #tried: Int32Array;
  readonly #classes: Int32Array;
  readonly #run: Generator<number, undefined>;
  #seen = createStateSet();
  #transitions = 0;

  /** `earlier`: the schedules that another search has executed. */
  constructor(session: Session, earlier: readonly string[] = []) {
    const { controlBlock, threadNames } = session;
    this.#session = session;
    this.#count = threadNames.length;
    this.#maxRows = controlBlock.log - controlBlock.prefix;
    this.#trees = new OperationTrees(session);
    this.#states = new StateModel(this.#trees, session.initialValue, this.#maxRows);
    this.#taken = new Uint8Array(this.#maxRows + 1);
    this.#sleeping = new Int32Array(this.#maxRows + 1);
    this.#left = new Int32Array(this.#maxRows + 1);
    this.#tried = new Int32Array(this.#maxRows + 1);
    this.#classes = new Int32Array(this.#count);
    this.#run = this.#search(earlier);
  }

  next(): number | undefined {
    const result = this.#run.next();
    return result.done === true ? undefined : result.value;
  }

  get states(): number {
    return this.#seen.size;
  }

  get transitions(): number {
    return this.#transitions;
  }

  /** The executed schedules: from them another search learns the same. */
  resumption(): Resumption {
    return { learned: [...this.#schedules] };
  }

  *#search(earlier: readonly string[]): Generator<number, undefined> {
    for (const schedule of earlier) {
      yield schedule.startsWith("random ")
        ? this.#execute([], Number(schedule.slice("random ".length)))
        : this.#execute(Array.from(schedule, Number));
    }
    if (earlier.length === 0) yield* this.#sample();
    for (let first = 0; ; first++) {
      // Each pass begins with another thread, so that different paths lead to unknown operations.
      const order = this.#session.threadNames.map((_name, thread) => (thread + first) % this.#count);
      const ends = yield* this.#pass(order);
      if (ends === undefined) continue;
      const known = this.#trees.known;
      for (const end of ends) yield this.#execute(end);
      if (this.#trees.known === known) return undefined;
    }
  }

  *#sample(): Generator<number, void> {
    for (let sample = 0, before = -MIN_LEARNED_PER_BATCH; this.#trees.known - before >= MIN_LEARNED_PER_BATCH; ) {
      before = this.#trees.known;
      for (const end = sample + SAMPLES_PER_BATCH; sample < end; sample++)
        yield this.#execute([], Math.imul(sample + 1, 0x9e3779b1) | 1);
    }
  }

  /** Visits all states. Returns the paths to those without a next step; undefined if something was learned. */
  *#pass(order: readonly number[]): Generator<number, Uint8Array[] | undefined> {
    const states = this.#states;
    const began = this.#schedules.length;
    const known = this.#trees.known;
    const most = Math.max(MIN_SCHEDULES_PER_PASS, began * SCHEDULES_PER_PASS_SHARE);
    const equivalences = this.#trees.threads.map(computeEquivalence);
    const persistentSets = new PersistentSets(this.#trees, equivalences);
    const ends: Uint8Array[] = [];
    this.#seen = createStateSet();
    states.begin(equivalences);
    this.#enter(0, 0, persistentSets, ends);
    for (let row = 0, sliced = 0; row >= 0; ) {
      const rest = word(this.#left, row);
      const thread = order.find((each) => (rest & (1 << each)) !== 0);
      if (thread === undefined) {
        row--;
        continue;
      }
      this.#left[row] = rest & ~(1 << thread);
      this.#taken[row] = thread;
      if (!states.isKnown(row, thread)) yield this.#execute(this.#pathTo(row + 1));
      let sleep = word(this.#sleeping, row) | word(this.#tried, row);
      this.#tried[row] = word(this.#tried, row) | (1 << thread);
      for (let others = sleep; others !== 0; others &= others - 1) {
        const other = lowest(others);
        if (!states.isKnown(row, other)) yield this.#execute([...this.#pathTo(row), other]);
        if (states.depend(row, thread, other)) sleep &= ~(1 << other);
      }
      while (!states.step(row, thread)) yield this.#execute(this.#pathTo(row + 1));
      this.#transitions++;
      if (this.#enter(row + 1, sleep, persistentSets, ends)) row++;
      if (row >= this.#maxRows) yield this.#execute(this.#pathTo(row));
      if (this.#schedules.length - began > most) return undefined;
      if (++sliced % SLICE === 0) yield END.running;
    }
    return this.#trees.known === known ? ends : undefined;
  }

  /**
   * Enters the state of the row unless everything from it was tried. Returns whether it did. Adds the path to `ends` if
   * the state has no next step.
   */
  #enter(row: number, sleep: number, persistentSets: PersistentSets, ends: Uint8Array[]): boolean {
    const { low, high } = this.#states.hashOf(row);
    const before = this.#seen.get(low, high);
    if (before !== undefined && (before & ~sleep) === 0) return false;
    const asleep = before === undefined ? sleep : sleep & before;
    this.#seen.put(low, high, asleep);
    this.#sleeping[row] = asleep;
    const enabled = this.#states.enabled(row);
    if (enabled <= 0) ends.push(this.#pathTo(row));
    const candidates = enabled <= 0 ? 0 : this.#candidates(row, enabled, persistentSets);
    this.#left[row] = candidates & (before === undefined ? ~sleep : before & ~sleep);
    this.#tried[row] = 0;
    return true;
  }

  /**
   * The threads to be tried in a state: one on whose step no step of another thread can depend, or all that can run.
   */
  #candidates(row: number, enabled: number, persistentSets: PersistentSets): number {
    for (let thread = 0; thread < this.#count; thread++) this.#classes[thread] = this.#states.classOf(row, thread);
    for (let rest = enabled; rest !== 0; rest &= rest - 1) {
      const thread = lowest(rest);
      if (persistentSets.isPersistent(thread, this.#classes, this.#states.observed(row, thread))) return 1 << thread;
    }
    return enabled;
  }

  #execute(prefix: readonly number[] | Uint8Array, random?: number): number {
    const end = this.#session.execute(random === undefined ? { prefix } : { prefix, policy: "random", random });
    if (end === END.diverged)
      throw new UncontrolledProgramError(
        `program ${this.#session.program.name} is not deterministic: a thread cannot run that could run before`,
      );
    this.#trees.learn();
    this.#schedules.push(random === undefined ? Array.from(prefix, String).join("") : `random ${random}`);
    return end;
  }

  #pathTo(row: number): Uint8Array {
    return this.#taken.slice(0, row);
  }
}
