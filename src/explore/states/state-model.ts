/**
 * Computes a program's states from the known behaviour of its threads ({@link OperationTrees}), without an execution. A
 * state has the values of the cells, the values of the threads' epochs, and the node of each thread. The model keeps a
 * path of states, one in each row. Every step of a search runs this code, so its assertions have constant messages.
 */
import { assert, at } from "../../vocabulary/index.js";
import { afterOperation } from "../kernel/control-block.js";
import { dependent, FLAG, KIND, RECORD, word } from "../kernel/operation-records.js";
import { distinguishingBits, type NodeEquivalence } from "./equivalence.js";
import {
  ATTACHED,
  MAX_EPOCHS,
  UNKNOWN,
  usesEpoch,
  type OperationNode,
  type OperationTree,
  type OperationTrees,
} from "./operation-tree.js";
import { mix } from "./state-set.js";

/** The most words of shared memory that a program can access. */
const MAX_CELLS = 512;
/** Replaces an epoch of a counter that has changed since, in the hash. */
const PASSED = 1 << 30;
const LOW_SEED = 1;
const HIGH_SEED = 77;

export class StateModel {
  readonly #trees: OperationTrees;
  readonly #threads: readonly OperationTree[];
  readonly #count: number;
  readonly #initialValue: (cell: number) => number;
  readonly #maxRows: number;
  /**
   * Words of a row: the nodes; then, from these places on, the notified threads, the epochs, the hash of the cells, the
   * cells.
   */
  readonly #notifiedAt: number;
  readonly #epochsAt: number;
  readonly #hashAt: number;
  readonly #cellsAt: number;
  readonly #width: number;
  readonly #rows: Int32Array;
  /** The predicted records of two steps. */
  readonly #predicted = new Int32Array(2 * RECORD.words);
  readonly #initial = new Int32Array(MAX_CELLS);
  #cells = 0;
  #equivalences: readonly NodeEquivalence[] = [];
  /** Of each cell, the bits that distinguish states; all bits of a cell that was found in this pass. */
  readonly #distinguishing = new Int32Array(MAX_CELLS).fill(-1);
  readonly #hash = { low: 0, high: 0 };

  constructor(trees: OperationTrees, initialValue: (cell: number) => number, maxRows: number) {
    this.#trees = trees;
    this.#threads = trees.threads;
    this.#count = trees.threads.length;
    this.#initialValue = initialValue;
    this.#maxRows = maxRows;
    this.#notifiedAt = this.#count;
    this.#epochsAt = this.#notifiedAt + 1;
    this.#hashAt = this.#epochsAt + this.#count * MAX_EPOCHS;
    this.#cellsAt = this.#hashAt + 2;
    this.#width = this.#cellsAt + MAX_CELLS;
    this.#rows = new Int32Array((maxRows + 1) * this.#width);
  }

  /** Begins a pass: writes the first state to row 0. `equivalences`: the classes of nodes of each thread. */
  begin(equivalences: readonly NodeEquivalence[]): void {
    this.#grow();
    this.#equivalences = equivalences;
    this.#distinguishing.fill(-1).set(distinguishingBits(this.#trees));
    this.#rows.fill(0, 0, this.#cellsAt);
    this.#rows.set(this.#initial.subarray(0, this.#cells), this.#cellsAt);
  }

  /** Bit mask of the threads that can make a step in the state of the row; -1 if all have ended. */
  enabled(row: number): number {
    let enabled = 0;
    let left = false;
    for (let thread = 0; thread < this.#count; thread++) {
      const { kind, timed } = this.#nodeOf(row, thread);
      if (kind === KIND.done) continue;
      left = true;
      const sleeps = kind === KIND.wake && (this.#notified(row) & (1 << thread)) === 0;
      if (!sleeps || timed) enabled |= 1 << thread;
    }
    return left ? enabled : -1;
  }

  /** What `thread` would observe in its next step. */
  observed(row: number, thread: number): number {
    const { kind, cell, operand: mask, extra } = this.#nodeOf(row, thread);
    const value = this.#valueAt(row, cell);
    switch (kind) {
      case KIND.start:
      case KIND.notify:
      case KIND.store:
      case KIND.bump:
      case KIND.raise:
        return 0;
      case KIND.test:
        return (value & mask) === 0 ? 0 : 1;
      case KIND.update:
      case KIND.epoch:
        return value & mask;
      case KIND.changedSince:
        return ((value ^ this.#epochOf(row, thread, extra)) & mask) === 0 ? 0 : 1;
      case KIND.clearBitsIfUnchanged:
        return value === this.#epochOf(row, thread, extra) ? 1 : 0;
      case KIND.wait:
        return value === mask ? FLAG.slept : 0;
      case KIND.waitWhileUnchanged:
        return ((value ^ this.#epochOf(row, thread, extra)) & mask) === 0 ? FLAG.slept : 0;
      case KIND.wake:
        return (this.#notified(row) & (1 << thread)) === 0 ? FLAG.expired : 0;
      default:
        return value;
    }
  }

  /** Whether the effect of the step of `thread` in the state of the row is known. */
  isKnown(row: number, thread: number): boolean {
    return this.#edgeOf(row, thread) >= 0;
  }

  /** Makes the step of `thread` and writes the next state to the next row. False when what follows is unknown. */
  step(row: number, thread: number): boolean {
    this.#grow();
    const rows = this.#rows;
    const into = row + 1;
    rows.copyWithin(into * this.#width, row * this.#width, row * this.#width + this.#cellsAt + this.#cells);
    const node = this.#nodeOf(row, thread);
    const edge = this.#edgeOf(row, thread);
    if (edge < 0) return false;
    const { kind, cell } = node;
    const notifiedAt = into * this.#width + this.#notifiedAt;
    this.#setValue(into, cell, this.#valueAfter(row, thread, edge));
    if (kind === KIND.notify) rows[notifiedAt] = this.#notified(row) | this.#sleepersOn(row, cell);
    if (kind === KIND.wake) rows[notifiedAt] = this.#notified(row) & ~(1 << thread);
    if (kind === KIND.epoch) this.#pushEpoch(into, thread, this.#valueAt(row, cell));
    const following = node.next[edge];
    assert(following !== undefined, "an edge of a thread's tree leads nowhere");
    rows[into * this.#width + thread] = following;
    return this.#stepAttached(into, thread);
  }

  /** Whether the steps of two threads in the state of the row depend on each other. Both must be known. */
  depend(row: number, one: number, other: number): boolean {
    if (this.#nodeOf(row, one).cell !== this.#nodeOf(row, other).cell) return false;
    this.#predict(0, row, one);
    this.#predict(RECORD.words, row, other);
    return dependent(this.#predicted, 0, RECORD.words);
  }

  /** The class of a thread's node. */
  classOf(row: number, thread: number): number {
    return this.#equivalenceOf(thread).of(word(this.#rows, row * this.#width + thread));
  }

  /** The two halves of the state's hash. Valid until the next call. */
  hashOf(row: number): { readonly low: number; readonly high: number } {
    const hash = this.#hash;
    hash.low = word(this.#rows, row * this.#width + this.#hashAt);
    hash.high = word(this.#rows, row * this.#width + this.#hashAt + 1);
    this.#addToHash(0, this.#notified(row));
    for (let thread = 0; thread < this.#count; thread++) {
      const number = this.classOf(row, thread);
      this.#addToHash(1 + thread, number);
      for (const { age, cell } of this.#equivalenceOf(thread).live(number)) {
        const bits = cell < 0 ? -1 : word(this.#distinguishing, cell);
        const epoch = this.#epochOf(row, thread, age);
        const isCurrent = ((epoch ^ this.#valueAt(row, cell)) & ~bits) === 0;
        this.#addToHash(50 + thread * MAX_EPOCHS + age, isCurrent ? epoch & bits : PASSED);
      }
    }
    return hash;
  }

  /** Adds the cells that were found since the last call. In all states so far they have their initial value. */
  #grow(): void {
    const { cells } = this.#trees;
    for (; this.#cells < cells.length; this.#cells++) {
      if (this.#cells >= MAX_CELLS)
        throw new RangeError(
          `too many words of shared memory to cover a program by states: expected at most ${MAX_CELLS}`,
        );
      const value = this.#initialValue(at(cells, this.#cells));
      const place = this.#cellsAt + this.#cells;
      for (let row = 0; row <= this.#maxRows; row++) this.#rows[row * this.#width + place] = value;
      this.#initial[this.#cells] = value;
    }
  }

  #nodeOf(row: number, thread: number): OperationNode {
    const node = this.#threads[thread]?.nodes[word(this.#rows, row * this.#width + thread)];
    assert(node !== undefined, "a thread is at no node of its tree");
    return node;
  }

  #equivalenceOf(thread: number): NodeEquivalence {
    const equivalence = this.#equivalences[thread];
    assert(equivalence !== undefined, "a thread has no classes of nodes");
    return equivalence;
  }

  #notified(row: number): number {
    return word(this.#rows, row * this.#width + this.#notifiedAt);
  }

  #valueAt(row: number, cell: number): number {
    return cell < 0 ? 0 : word(this.#rows, row * this.#width + this.#cellsAt + cell);
  }

  #setValue(row: number, cell: number, value: number): void {
    if (cell < 0) return;
    const rows = this.#rows;
    const start = row * this.#width;
    const before = word(rows, start + this.#cellsAt + cell);
    if (before === value) return;
    const hash = start + this.#hashAt;
    rows[hash] = word(rows, hash) ^ this.#part(cell, before, LOW_SEED) ^ this.#part(cell, value, LOW_SEED);
    rows[hash + 1] = word(rows, hash + 1) ^ this.#part(cell, before, HIGH_SEED) ^ this.#part(cell, value, HIGH_SEED);
    rows[start + this.#cellsAt + cell] = value;
  }

  /** A cell's part of the hash, by its distinguishing bits; 0 while it has its initial value. */
  #part(cell: number, value: number, seed: number): number {
    const bits = word(this.#distinguishing, cell);
    return (value & bits) === (word(this.#initial, cell) & bits) ? 0 : mix(100 + cell, value & bits, seed);
  }

  #addToHash(place: number, value: number): void {
    this.#hash.low ^= mix(place, value, LOW_SEED);
    this.#hash.high ^= mix(place, value, HIGH_SEED);
  }

  #epochOf(row: number, thread: number, age: number): number {
    return word(this.#rows, row * this.#width + this.#epochsAt + thread * MAX_EPOCHS + age - 1);
  }

  #pushEpoch(row: number, thread: number, value: number): void {
    const newest = row * this.#width + this.#epochsAt + thread * MAX_EPOCHS;
    this.#rows.copyWithin(newest + 1, newest, newest + MAX_EPOCHS - 1);
    this.#rows[newest] = value;
  }

  #sleepersOn(row: number, cell: number): number {
    let sleepers = 0;
    for (let thread = 0; thread < this.#count; thread++) {
      const node = this.#nodeOf(row, thread);
      if (node.kind === KIND.wake && node.cell === cell) sleepers |= 1 << thread;
    }
    return sleepers & ~this.#notified(row);
  }

  /** The edge of the step of `thread`; -1: unknown. */
  #edgeOf(row: number, thread: number): number {
    return this.#nodeOf(row, thread).observed.indexOf(this.observed(row, thread));
  }

  /** The value of the operation's cell after it. */
  #valueAfter(row: number, thread: number, edge: number): number {
    const { kind, cell, operand, extra, after } = this.#nodeOf(row, thread);
    const value = this.#valueAt(row, cell);
    const left = after[edge];
    assert(left !== undefined, "the step of a thread is unknown");
    switch (kind) {
      case KIND.store:
      case KIND.bump:
      case KIND.raise:
        return afterOperation(kind, value, operand, extra);
      case KIND.clearBitsIfUnchanged:
        return afterOperation(kind, value, this.#epochOf(row, thread, extra), operand);
      case KIND.update:
        return (value & ~operand) | left;
      case KIND.load:
      case KIND.add:
      case KIND.or:
      case KIND.and:
      case KIND.exchange:
      case KIND.compareExchange:
        return left;
      default:
        return value;
    }
  }

  /** Makes the plain accesses and stages that belong to a step. False when what follows is unknown. */
  #stepAttached(row: number, thread: number): boolean {
    let node = this.#nodeOf(row, thread);
    while (node.kind >= ATTACHED.read) {
      if (node.kind === ATTACHED.written) this.#setValue(row, node.cell, node.operand);
      const read = node.kind === ATTACHED.read ? this.#valueAt(row, node.cell) : 0;
      const following = node.next[node.observed.indexOf(read)];
      if (following === undefined) return false;
      this.#rows[row * this.#width + thread] = following;
      node = this.#nodeOf(row, thread);
    }
    return node.kind !== UNKNOWN;
  }

  /** Writes the predicted record of the step of `thread` to `place`. */
  #predict(place: number, row: number, thread: number): void {
    const records = this.#predicted;
    const { kind, cell, operand, extra } = this.#nodeOf(row, thread);
    const sleeps = kind === KIND.wait || kind === KIND.waitWhileUnchanged || kind === KIND.wake;
    records[place + RECORD.thread] = thread;
    records[place + RECORD.kind] = kind;
    records[place + RECORD.cell] = cell;
    records[place + RECORD.before] = this.#valueAt(row, cell);
    records[place + RECORD.after] = this.#valueAfter(row, thread, this.#edgeOf(row, thread));
    records[place + RECORD.detail] =
      kind === KIND.notify ? this.#sleepersOn(row, cell) : kind === KIND.raise ? extra : operand;
    records[place + RECORD.flags] = sleeps ? this.observed(row, thread) : 0;
    records[place + RECORD.since] = usesEpoch(kind) ? this.#epochOf(row, thread, extra) : operand;
  }
}
