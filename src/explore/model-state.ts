/**
 * A program's states, as what has been learned of its threads ({@link Behaviours}) says they follow from each other: the cells, what
 * the threads' tickets stand for, and where each thread stands. A path of states is kept, a row each; nothing is executed.
 */
import { ASIDE, MOST_TICKETS, UNKNOWN, type Behaviour, type Behaviours } from "./behaviour.js";
import { afterOperation } from "./board.js";
import { tellingBits, type Classes } from "./classes.js";
import { dependent, FLAG, KIND, RECORD, word } from "./operations.js";
import { mix } from "./state-set.js";

/** The most words of shared memory that a program can touch. */
const MOST_CELLS = 512;
/** Stands for a ticket of a counter that has moved on. */
const PASSED = 1 << 30;
const LOW_SEED = 1;
const HIGH_SEED = 77;

export interface States {
  /** Begins a pass: puts the first state into row 0. Two states are one as these classes of nodes, one of each thread, say. */
  begin(classes: readonly Classes[]): void;
  /** Bit mask of the threads that can make a step in the state of the row; none of them: -1 if all are done. */
  enabled(row: number): number;
  /** What the step of `thread` would tell it. */
  told(row: number, thread: number): number;
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

export function openStates(
  { threads, cells }: Behaviours,
  initially: (cell: number) => number,
  mostRows: number,
): States {
  const count = threads.length;
  /** Words of a row: the nodes, who was notified, the tickets, the hash of the cells, and the cells. */
  const NOTIFIED = count;
  const TICKETS = NOTIFIED + 1;
  const HASH = TICKETS + count * MOST_TICKETS;
  const CELLS = HASH + 2;
  const width = CELLS + MOST_CELLS;
  const rows = new Int32Array((mostRows + 1) * width);
  const sketches = new Int32Array(2 * RECORD.words);
  const initial: number[] = [];
  let classes: readonly Classes[] = [];
  /** Of each cell, the bits that tell states apart. */
  let telling: number[] = [];

  /** Takes in cells that were found since: in all states so far they hold what they held in the beginning. */
  const grow = (): void => {
    while (initial.length < cells.length) {
      const value = initially(cells[initial.length] ?? 0);
      if (initial.length >= MOST_CELLS)
        throw new RangeError(`a program that is covered by states can touch ${MOST_CELLS} words of shared memory`);
      const place = CELLS + initial.length;
      for (let row = 0; row <= mostRows; row++) rows[row * width + place] = value;
      initial.push(value);
    }
  };
  const behaviourOf = (thread: number): Behaviour => threads[thread] as Behaviour;
  const nodeOf = (row: number, thread: number): number => word(rows, row * width + thread);
  const notified = (row: number): number => word(rows, row * width + NOTIFIED);
  const valueAt = (row: number, cell: number): number => (cell < 0 ? 0 : word(rows, row * width + CELLS + cell));
  /** A cell's part of the hash, by the bits that tell; none if it is as in the beginning. */
  const part = (cell: number, value: number, seed: number): number => {
    const bits = telling[cell] ?? -1;
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
  const ticketOf = (row: number, thread: number, age: number): number =>
    word(rows, row * width + TICKETS + thread * MOST_TICKETS + age - 1);
  const takeTicket = (row: number, thread: number, value: number): void => {
    const at = row * width + TICKETS + thread * MOST_TICKETS;
    rows.copyWithin(at + 1, at, at + MOST_TICKETS - 1);
    rows[at] = value;
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
  const told = (row: number, thread: number): number => {
    const { kind, cell, operand, extra } = behaviourOf(thread);
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
      case KIND.ticket:
        return value & mask;
      case KIND.moved:
        return ((value ^ ticketOf(row, thread, extra[node] ?? 1)) & mask) === 0 ? 0 : 1;
      case KIND.lowerIf:
        return value === ticketOf(row, thread, extra[node] ?? 1) ? 1 : 0;
      case KIND.wait:
        return value === mask ? FLAG.slept : 0;
      case KIND.waitUnmoved:
        return ((value ^ ticketOf(row, thread, extra[node] ?? 1)) & mask) === 0 ? FLAG.slept : 0;
      case KIND.wake:
        return (notified(row) & (1 << thread)) === 0 ? FLAG.expired : 0;
      default:
        return value;
    }
  };
  const edgeOf = (row: number, thread: number): number =>
    behaviourOf(thread).told[nodeOf(row, thread)]?.indexOf(told(row, thread)) ?? -1;
  /** What the cell of the operation holds after it. */
  const valueAfter = (row: number, thread: number, edge: number): number => {
    const { kind, cell, operand, extra, after } = behaviourOf(thread);
    const node = nodeOf(row, thread);
    const what = kind[node] ?? 0;
    const value = valueAt(row, cell[node] ?? -1);
    switch (what) {
      case KIND.store:
      case KIND.bump:
      case KIND.raise:
        return afterOperation(what, value, operand[node] ?? 0, extra[node] ?? 0);
      case KIND.lowerIf:
        return afterOperation(what, value, ticketOf(row, thread, extra[node] ?? 1), operand[node] ?? 0);
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
    const { kind, cell, operand, extra } = behaviourOf(thread);
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
      what === KIND.wait || what === KIND.waitUnmoved || what === KIND.wake ? told(row, thread) : 0;
    sketches[at + RECORD.since] = usesTicket(what) ? ticketOf(row, thread, extra[node] ?? 1) : (operand[node] ?? 0);
  };
  const classOf = (row: number, thread: number): number => classes[thread]?.of(nodeOf(row, thread)) ?? 0;
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
      for (const { age, cell } of classes[thread]?.live(number) ?? []) {
        const bits = telling[cell] ?? -1;
        const ticket = ticketOf(row, thread, age);
        add(50 + thread * MOST_TICKETS + age, ((ticket ^ valueAt(row, cell)) & ~bits) === 0 ? ticket & bits : PASSED);
      }
    }
    return hash;
  };

  return {
    begin: (of) => {
      grow();
      classes = of;
      telling = tellingBits({ threads, cells });
      rows.fill(0, 0, CELLS);
      rows.set(initial, CELLS);
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
    told,
    isKnown: (row, thread) => edgeOf(row, thread) >= 0,
    step: (row, thread) => {
      grow();
      const behaviour = behaviourOf(thread);
      const { kind, cell, operand, next } = behaviour;
      const into = row + 1;
      rows.copyWithin(into * width, row * width, row * width + CELLS + initial.length);
      let node = nodeOf(row, thread);
      const edge = edgeOf(row, thread);
      if (edge < 0) return false;
      const place = cell[node] ?? -1;
      setValue(into, place, valueAfter(row, thread, edge));
      if (kind[node] === KIND.notify) rows[into * width + NOTIFIED] = notified(row) | sleepersOn(row, place);
      if (kind[node] === KIND.wake) rows[into * width + NOTIFIED] = notified(row) & ~(1 << thread);
      if (kind[node] === KIND.ticket) takeTicket(into, thread, valueAt(row, place));
      node = next[node]?.[edge] ?? 0;
      while ((kind[node] ?? UNKNOWN) >= ASIDE.read) {
        const beside = cell[node] ?? -1;
        if (kind[node] === ASIDE.written) setValue(into, beside, operand[node] ?? 0);
        const read = kind[node] === ASIDE.read ? valueAt(into, beside) : 0;
        const followed = next[node]?.[behaviour.told[node]?.indexOf(read) ?? -1];
        if (followed === undefined) return false;
        node = followed;
      }
      rows[into * width + thread] = node;
      return kind[node] !== UNKNOWN;
    },
    depend: (row, one, other) => {
      if (behaviourOf(one).cell[nodeOf(row, one)] !== behaviourOf(other).cell[nodeOf(row, other)]) return false;
      sketch(0, row, one);
      sketch(RECORD.words, row, other);
      return dependent(sketches, 0, RECORD.words);
    },
    classOf,
    hashOf,
  };
}

function usesTicket(kind: number): boolean {
  return kind === KIND.moved || kind === KIND.lowerIf || kind === KIND.waitUnmoved;
}
