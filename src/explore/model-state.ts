/**
 * A program's states, as what has been learned of its threads ({@link Behaviours}) says they follow from each other: the cells,
 * and where each thread stands. A path of states is kept, a row each; nothing is executed.
 */
import { ASIDE, UNKNOWN, type Behaviour, type Behaviours } from "./behaviour.js";
import { lowest } from "./choose.js";
import { dependent, FLAG, KIND, RECORD, word } from "./operations.js";

/** The most words of shared memory that a program can touch. */
const MOST_CELLS = 512;

export interface States {
  /** Puts the first state into row 0. */
  begin(): void;
  /** Bit mask of the threads that can make a step in the state of the row; none of them: -1 if all are done. */
  enabled(row: number): number;
  /** Whether it is known what the step of `thread` does there. */
  isKnown(row: number, thread: number): boolean;
  /** Makes the step of `thread`; the state that follows goes into the next row. False when what follows is not known. */
  step(row: number, thread: number): boolean;
  /** Whether the steps of two threads in the state of the row depend on each other; both must be known. */
  depend(row: number, one: number, other: number): boolean;
  /** Place of the cell that the next operation of `thread` is about; negative if there is none that others know. */
  cellOf(row: number, thread: number): number;
  /** The node at which a thread stands. */
  nodeOf(row: number, thread: number): number;
  /** Bit mask of the sleeping threads that were notified. */
  notified(row: number): number;
  /** How many cells there are; whether one has another value than in the beginning; and the value. */
  readonly cells: number;
  changed(row: number, cell: number): boolean;
  value(row: number, cell: number): number;
}

export function openStates({ threads, cells }: Behaviours, initially: (cell: number) => number, mostRows: number): States {
  const count = threads.length;
  const width = count + 1 + MOST_CELLS;
  const rows = new Int32Array((mostRows + 1) * width);
  const sketches = new Int32Array(2 * RECORD.words);
  const initial: number[] = [];

  /** Takes in cells that were found since: in all states so far they hold what they held in the beginning. */
  const grow = (): void => {
    while (initial.length < cells.length) {
      const value = initially(cells[initial.length] ?? 0);
      if (initial.length >= MOST_CELLS) throw new RangeError(`a program that is covered by states can touch ${MOST_CELLS} words of shared memory`);
      const place = count + 1 + initial.length;
      for (let row = 0; row <= mostRows; row++) rows[row * width + place] = value;
      initial.push(value);
    }
  };
  const behaviourOf = (thread: number): Behaviour => {
    const behaviour = threads[thread];
    if (behaviour === undefined) throw new RangeError(`no thread ${thread}`);
    return behaviour;
  };
  const nodeOf = (row: number, thread: number): number => word(rows, row * width + thread);
  const notified = (row: number): number => word(rows, row * width + count);
  const valueAt = (row: number, cell: number): number => (cell < 0 ? 0 : word(rows, row * width + count + 1 + cell));
  const setValue = (row: number, cell: number, value: number): void => {
    if (cell >= 0) rows[row * width + count + 1 + cell] = value;
  };
  const sleepersOn = (row: number, cell: number): number => {
    let sleepers = 0;
    for (let thread = 0; thread < count; thread++) {
      const behaviour = behaviourOf(thread);
      const node = nodeOf(row, thread);
      if (behaviour.kind[node] === KIND.wake && behaviour.cell[node] === cell) sleepers |= 1 << thread;
    }
    return sleepers & ~notified(row);
  };
  /** What the operation of `thread` would tell it. */
  const toldTo = (row: number, thread: number): number => {
    const behaviour = behaviourOf(thread);
    const node = nodeOf(row, thread);
    const value = valueAt(row, behaviour.cell[node] ?? -1);
    const operand = behaviour.operand[node] ?? 0;
    switch (behaviour.kind[node]) {
      case KIND.start:
      case KIND.notify:
      case KIND.store:
      case KIND.bump:
        return 0;
      case KIND.test:
        return (value & operand) === 0 ? 0 : 1;
      case KIND.update:
        return value & operand;
      case KIND.wait:
        return value === operand ? FLAG.slept : 0;
      case KIND.wake:
        return (notified(row) & (1 << thread)) === 0 ? FLAG.expired : 0;
      default:
        return value;
    }
  };
  const edgeOf = (row: number, thread: number): number => behaviourOf(thread).told[nodeOf(row, thread)]?.indexOf(toldTo(row, thread)) ?? -1;
  /** What the cell of the operation holds after it. */
  const valueAfter = (row: number, thread: number, edge: number): number => {
    const behaviour = behaviourOf(thread);
    const node = nodeOf(row, thread);
    const value = valueAt(row, behaviour.cell[node] ?? -1);
    const operand = behaviour.operand[node] ?? 0;
    switch (behaviour.kind[node]) {
      case KIND.start:
      case KIND.notify:
      case KIND.test:
      case KIND.wait:
      case KIND.wake:
        return value;
      case KIND.store:
        return operand;
      case KIND.bump:
        return (value + operand) | 0;
      case KIND.update:
        return (value & ~operand) | (behaviour.after[node]?.[edge] ?? 0);
      default:
        return behaviour.after[node]?.[edge] ?? 0;
    }
  };
  const sketch = (at: number, row: number, thread: number): void => {
    const { kind, cell, operand } = behaviourOf(thread);
    const node = nodeOf(row, thread);
    const place = cell[node] ?? -1;
    const told = toldTo(row, thread);
    sketches[at + RECORD.thread] = thread;
    sketches[at + RECORD.kind] = kind[node] ?? 0;
    sketches[at + RECORD.cell] = place;
    sketches[at + RECORD.before] = valueAt(row, place);
    sketches[at + RECORD.after] = valueAfter(row, thread, edgeOf(row, thread));
    sketches[at + RECORD.detail] = kind[node] === KIND.notify ? sleepersOn(row, place) : (operand[node] ?? 0);
    sketches[at + RECORD.flags] = kind[node] === KIND.wait || kind[node] === KIND.wake ? told : 0;
  };

  return {
    begin: () => {
      grow();
      rows.fill(0, 0, count + 1);
      initial.forEach((value, cell) => setValue(0, cell, value));
    },
    enabled: (row) => {
      let enabled = 0;
      let left = false;
      for (let thread = 0; thread < count; thread++) {
        const behaviour = behaviourOf(thread);
        const node = nodeOf(row, thread);
        if (behaviour.kind[node] === KIND.done) continue;
        left = true;
        const sleeps = behaviour.kind[node] === KIND.wake && (notified(row) & (1 << thread)) === 0;
        if (!sleeps || behaviour.timed[node] === true) enabled |= 1 << thread;
      }
      return left ? enabled : -1;
    },
    isKnown: (row, thread) => edgeOf(row, thread) >= 0,
    step: (row, thread) => {
      grow();
      const behaviour = behaviourOf(thread);
      const { kind, cell, operand, next } = behaviour;
      const into = row + 1;
      rows.copyWithin(into * width, row * width, row * width + count + 1 + initial.length);
      let node = nodeOf(row, thread);
      const edge = edgeOf(row, thread);
      if (edge < 0) return false;
      setValue(into, cell[node] ?? -1, valueAfter(row, thread, edge));
      if (kind[node] === KIND.notify) rows[into * width + count] = notified(row) | sleepersOn(row, cell[node] ?? -1);
      if (kind[node] === KIND.wake) rows[into * width + count] = notified(row) & ~(1 << thread);
      node = next[node]?.[edge] ?? 0;
      while ((kind[node] ?? UNKNOWN) >= ASIDE.read) {
        const place = cell[node] ?? -1;
        if (kind[node] === ASIDE.written) setValue(into, place, operand[node] ?? 0);
        const told = kind[node] === ASIDE.read ? valueAt(into, place) : 0;
        const followed = next[node]?.[behaviour.told[node]?.indexOf(told) ?? -1];
        if (followed === undefined) return false;
        node = followed;
      }
      rows[into * width + thread] = node;
      return kind[node] !== UNKNOWN;
    },
    depend: (row, one, other) => {
      sketch(0, row, one);
      sketch(RECORD.words, row, other);
      return dependent(sketches, 0, RECORD.words);
    },
    cellOf: (row, thread) => behaviourOf(thread).cell[nodeOf(row, thread)] ?? -1,
    nodeOf, notified,
    get cells() {
      return initial.length;
    },
    changed: (row, cell) => valueAt(row, cell) !== initial[cell],
    value: valueAt,
  };
}

/**
 * Bit for bit whether operations on a cell can depend on another thread's: they cannot if one thread alone touches it, or nobody
 * changes or notifies it.
 */
export function privateCells({ threads, cells }: Behaviours): boolean[] {
  const users = cells.map(() => 0);
  const changed = cells.map(() => false);
  threads.forEach(({ kind, cell }, thread) => {
    kind.forEach((what, node) => {
      const place = cell[node] ?? -1;
      if (place < 0 || what === UNKNOWN || what >= ASIDE.read) return;
      users[place] = (users[place] ?? 0) | (1 << thread);
      if (what !== KIND.load && what !== KIND.test && what !== KIND.wait && what !== KIND.wake) changed[place] = true;
    });
  });
  return cells.map((_cell, place) => changed[place] !== true || (users[place] ?? 0) === 1 << lowest(users[place] ?? 1));
}
