/**
 * A program's states, as what has been learned of its threads ({@link OperationTrees}) says they follow from each other: the cells, what
 * the threads' tickets stand for, and where each thread stands. A path of states is kept, a row each; nothing is executed.
 */
import { ATTACHED, MAX_EPOCHS, UNKNOWN, type OperationTree, type OperationTrees } from "./operation-tree.js";
import { afterOperation } from "../kernel/control-block.js";
import { distinguishingBits, type NodeEquivalence } from "./equivalence.js";
import { dependent, FLAG, KIND, RECORD, word } from "../kernel/operation-records.js";
import { mix } from "./state-set.js";

/** The most words of shared memory that a program can touch. */
const MAX_CELLS = 512;
/** Stands for a ticket of a counter that has moved on. */
const PASSED = 1 << 30;
const LOW_SEED = 1;
const HIGH_SEED = 77;

export interface StateModel {
  /** Begins a pass: puts the first state into row 0. Two states are one as these classes of nodes, one of each thread, say. */
  begin(equivalences: readonly NodeEquivalence[]): void;
  /** Bit mask of the threads that can make a step in the state of the row; none of them: -1 if all are done. */
  enabled(row: number): number;
  /** What the step of `thread` would tell it. */
  observed(row: number, thread: number): number;
  /** Whether it is known what the step of `thread` does there. */
  isKnown(row: number, thread: number): boolean;
  /** Makes the step of `thread`; the state that follows goes into the next row. False when what follows is not known. */
  step(row: number, thread: number): boolean;
  /** Whether the steps of two threads in the state of the row depend on each other; both must be known. */
  depend(row: number, one: number, other: number): boolean;
  /** The class of the node at which a thread stands. */
  classOf(row: number, thread: number): number;
  /** The two halves of the state's hash, until the next is asked for. */
  hashOf(row: number): { readonly low: number; readonly high: number };
}

export function createStateModel(
  { threads, cells }: OperationTrees,
  initialValue: (cell: number) => number,
  maxRows: number,
): StateModel {
  const count = threads.length;
  /** Words of a row: the nodes, who was notified, the tickets, the hash of the cells, and the cells. */
  const NOTIFIED = count;
  const EPOCHS = NOTIFIED + 1;
  const HASH = EPOCHS + count * MAX_EPOCHS;
  const CELLS = HASH + 2;
  const width = CELLS + MAX_CELLS;
  const rows = new Int32Array((maxRows + 1) * width);
  const sketches = new Int32Array(2 * RECORD.words);
  const initial: number[] = [];
  let equivalences: readonly NodeEquivalence[] = [];
  /** Of each cell, the bits that tell states apart. */
  let distinguishing: number[] = [];

  /** Takes in cells that were found since: in all states so far they hold what they held in the beginning. */
  const grow = (): void => {
    while (initial.length < cells.length) {
      const value = initialValue(cells[initial.length] ?? 0);
      if (initial.length >= MAX_CELLS)
        throw new RangeError(`a program that is covered by states can touch ${MAX_CELLS} words of shared memory`);
      const place = CELLS + initial.length;
      for (let row = 0; row <= maxRows; row++) rows[row * width + place] = value;
      initial.push(value);
    }
  };
  const treeOf = (thread: number): OperationTree => threads[thread] as OperationTree;
  const nodeOf = (row: number, thread: number): number => word(rows, row * width + thread);
  const notified = (row: number): number => word(rows, row * width + NOTIFIED);
  const valueAt = (row: number, cell: number): number => (cell < 0 ? 0 : word(rows, row * width + CELLS + cell));
  /** A cell's part of the hash, by the bits that tell; none if it is as in the beginning. */
  const part = (cell: number, value: number, seed: number): number => {
    const bits = distinguishing[cell] ?? -1;
    return (value & bits) === ((initial[cell] ?? 0) & bits) ? 0 : mix(100 + cell, value & bits, seed);
  };
  const setValue = (row: number, cell: number, value: number): void => {
    if (cell < 0) return;
    const at = row * width;
    const before = word(rows, at + CELLS + cell);
    if (before === value) return;
    rows[at + HASH] = word(rows, at + HASH) ^ part(cell, before, LOW_SEED) ^ part(cell, value, LOW_SEED);
    rows[at + HASH + 1] = word(rows, at + HASH + 1) ^ part(cell, before, HIGH_SEED) ^ part(cell, value, HIGH_SEED);
    rows[at + CELLS + cell] = value;
  };
  const epochOf = (row: number, thread: number, age: number): number =>
    word(rows, row * width + EPOCHS + thread * MAX_EPOCHS + age - 1);
  const pushEpoch = (row: number, thread: number, value: number): void => {
    const at = row * width + EPOCHS + thread * MAX_EPOCHS;
    rows.copyWithin(at + 1, at, at + MAX_EPOCHS - 1);
    rows[at] = value;
  };
  const sleepersOn = (row: number, cell: number): number => {
    let sleepers = 0;
    for (let thread = 0; thread < count; thread++) {
      const tree = treeOf(thread);
      const node = nodeOf(row, thread);
      if (tree.kind[node] === KIND.wake && tree.cell[node] === cell) sleepers |= 1 << thread;
    }
    return sleepers & ~notified(row);
  };
  const observed = (row: number, thread: number): number => {
    const { kind, cell, operand, extra } = treeOf(thread);
    const node = nodeOf(row, thread);
    const value = valueAt(row, cell[node] ?? -1);
    const mask = operand[node] ?? 0;
    switch (kind[node]) {
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
        return ((value ^ epochOf(row, thread, extra[node] ?? 1)) & mask) === 0 ? 0 : 1;
      case KIND.clearBitsIfUnchanged:
        return value === epochOf(row, thread, extra[node] ?? 1) ? 1 : 0;
      case KIND.wait:
        return value === mask ? FLAG.slept : 0;
      case KIND.waitWhileUnchanged:
        return ((value ^ epochOf(row, thread, extra[node] ?? 1)) & mask) === 0 ? FLAG.slept : 0;
      case KIND.wake:
        return (notified(row) & (1 << thread)) === 0 ? FLAG.expired : 0;
      default:
        return value;
    }
  };
  const edgeOf = (row: number, thread: number): number =>
    treeOf(thread).observed[nodeOf(row, thread)]?.indexOf(observed(row, thread)) ?? -1;
  /** What the cell of the operation holds after it. */
  const valueAfter = (row: number, thread: number, edge: number): number => {
    const { kind, cell, operand, extra, after } = treeOf(thread);
    const node = nodeOf(row, thread);
    const what = kind[node] ?? 0;
    const value = valueAt(row, cell[node] ?? -1);
    switch (what) {
      case KIND.store:
      case KIND.bump:
      case KIND.raise:
        return afterOperation(what, value, operand[node] ?? 0, extra[node] ?? 0);
      case KIND.clearBitsIfUnchanged:
        return afterOperation(what, value, epochOf(row, thread, extra[node] ?? 1), operand[node] ?? 0);
      case KIND.update:
        return (value & ~(operand[node] ?? 0)) | (after[node]?.[edge] ?? 0);
      case KIND.load:
      case KIND.add:
      case KIND.or:
      case KIND.and:
      case KIND.exchange:
      case KIND.compareExchange:
        return after[node]?.[edge] ?? 0;
      default:
        return value;
    }
  };
  const sketch = (at: number, row: number, thread: number): void => {
    const { kind, cell, operand, extra } = treeOf(thread);
    const node = nodeOf(row, thread);
    const what = kind[node] ?? 0;
    const place = cell[node] ?? -1;
    sketches[at + RECORD.thread] = thread;
    sketches[at + RECORD.kind] = what;
    sketches[at + RECORD.cell] = place;
    sketches[at + RECORD.before] = valueAt(row, place);
    sketches[at + RECORD.after] = valueAfter(row, thread, edgeOf(row, thread));
    sketches[at + RECORD.detail] =
      what === KIND.notify ? sleepersOn(row, place) : what === KIND.raise ? (extra[node] ?? 0) : (operand[node] ?? 0);
    sketches[at + RECORD.flags] =
      what === KIND.wait || what === KIND.waitWhileUnchanged || what === KIND.wake ? observed(row, thread) : 0;
    sketches[at + RECORD.since] = usesEpoch(what) ? epochOf(row, thread, extra[node] ?? 1) : (operand[node] ?? 0);
  };
  const classOf = (row: number, thread: number): number => equivalences[thread]?.of(nodeOf(row, thread)) ?? 0;
  const hash = { low: 0, high: 0 };
  const add = (place: number, value: number): void => {
    hash.low ^= mix(place, value, LOW_SEED);
    hash.high ^= mix(place, value, HIGH_SEED);
  };
  const hashOf = (row: number): { readonly low: number; readonly high: number } => {
    hash.low = word(rows, row * width + HASH);
    hash.high = word(rows, row * width + HASH + 1);
    add(0, notified(row));
    for (let thread = 0; thread < count; thread++) {
      const number = classOf(row, thread);
      add(1 + thread, number);
      for (const { age, cell } of equivalences[thread]?.live(number) ?? []) {
        const bits = distinguishing[cell] ?? -1;
        const epoch = epochOf(row, thread, age);
        add(50 + thread * MAX_EPOCHS + age, ((epoch ^ valueAt(row, cell)) & ~bits) === 0 ? epoch & bits : PASSED);
      }
    }
    return hash;
  };

  return {
    begin: (of) => {
      grow();
      equivalences = of;
      distinguishing = distinguishingBits({ threads, cells });
      rows.fill(0, 0, CELLS);
      rows.set(initial, CELLS);
    },
    enabled: (row) => {
      let enabled = 0;
      let left = false;
      for (let thread = 0; thread < count; thread++) {
        const tree = treeOf(thread);
        const node = nodeOf(row, thread);
        if (tree.kind[node] === KIND.done) continue;
        left = true;
        const sleeps = tree.kind[node] === KIND.wake && (notified(row) & (1 << thread)) === 0;
        if (!sleeps || tree.timed[node] === true) enabled |= 1 << thread;
      }
      return left ? enabled : -1;
    },
    observed,
    isKnown: (row, thread) => edgeOf(row, thread) >= 0,
    step: (row, thread) => {
      grow();
      const tree = treeOf(thread);
      const { kind, cell, operand, next } = tree;
      const into = row + 1;
      rows.copyWithin(into * width, row * width, row * width + CELLS + initial.length);
      let node = nodeOf(row, thread);
      const edge = edgeOf(row, thread);
      if (edge < 0) return false;
      const place = cell[node] ?? -1;
      setValue(into, place, valueAfter(row, thread, edge));
      if (kind[node] === KIND.notify) rows[into * width + NOTIFIED] = notified(row) | sleepersOn(row, place);
      if (kind[node] === KIND.wake) rows[into * width + NOTIFIED] = notified(row) & ~(1 << thread);
      if (kind[node] === KIND.epoch) pushEpoch(into, thread, valueAt(row, place));
      node = next[node]?.[edge] ?? 0;
      while ((kind[node] ?? UNKNOWN) >= ATTACHED.read) {
        const beside = cell[node] ?? -1;
        if (kind[node] === ATTACHED.written) setValue(into, beside, operand[node] ?? 0);
        const read = kind[node] === ATTACHED.read ? valueAt(into, beside) : 0;
        const followed = next[node]?.[tree.observed[node]?.indexOf(read) ?? -1];
        if (followed === undefined) return false;
        node = followed;
      }
      rows[into * width + thread] = node;
      return kind[node] !== UNKNOWN;
    },
    depend: (row, one, other) => {
      if (treeOf(one).cell[nodeOf(row, one)] !== treeOf(other).cell[nodeOf(row, other)]) return false;
      sketch(0, row, one);
      sketch(RECORD.words, row, other);
      return dependent(sketches, 0, RECORD.words);
    },
    classOf,
    hashOf,
  };
}

function usesEpoch(kind: number): boolean {
  return kind === KIND.changedSince || kind === KIND.clearBitsIfUnchanged || kind === KIND.waitWhileUnchanged;
}
