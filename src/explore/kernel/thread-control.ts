/**
 * A program's thread under the explorer's control: before every operation on shared memory it announces what it is about to
 * do, the next thread is chosen, and it goes on when that is itself. Waiting is logical and takes no time.
 */
import { createHash } from "node:crypto";
import {
  awaitBaton,
  passBaton,
  type AtomicOperation,
  type Clock,
  type Control,
  type Update,
  type WaitResult,
} from "../../platform/sync/index.js";
import {
  afterOperation,
  CONTROL,
  enabledThreads,
  EXPLORER,
  pendingOf,
  PENDING,
  NOTE,
  NOTED,
  sketchPending,
  sleepersOn,
  type ControlBlock,
} from "./control-block.js";
import { PRIVATE_CELL, type CellMap } from "./cells.js";
import { choose, lowest } from "./choose.js";
import { dependent, FLAG, KIND, RECORD, word } from "./operation-records.js";

/** A ticket is this times its number, and the bits that it tells. */
const EPOCH = 2 ** 32;

/** Unwinds a thread whose execution was given up. */
export const ABORTED = new Error("the explorer gave this execution up");

export interface ThreadControl extends Control {
  /** This thread's own time (ms): it passes only in waits that time out, and then exactly as long as they were to last. */
  readonly clock: Clock;
  /** Begins an execution; the thread was chosen for its first step. */
  start(): void;
  /** Notes that a stage begins: from here on the thread remembers `memory` and nothing else. */
  stage(memory: string): void;
  /** Ends this thread's part of the execution and hands over. */
  finish(): void;
}

export function createControl(controlBlock: ControlBlock, thread: number, cellMap: CellMap): ThreadControl {
  const { words } = controlBlock;
  const me = pendingOf(thread);
  let now = 0;
  /** What this thread's tickets stand for, and the cells they are of. */
  const epochs: { readonly value: number; readonly cell: number }[] = [];
  /** How many tickets ago the one was taken that the next operation uses; 0: it uses none. */
  let age = 0;

  /** Waits until this thread is chosen for the operation it has announced. */
  const takeTurn = (): void => {
    if (word(words, CONTROL.aborting) !== 0) throw ABORTED;
    const chosen = choose(controlBlock);
    if (chosen === thread) return;
    handOver(controlBlock, chosen);
    awaitBaton(words, thread);
    if (word(words, CONTROL.aborting) !== 0) throw ABORTED;
  };

  const announce = (kind: number, cell: number, operand: number, expected: number): void => {
    words[me + PENDING.kind] = kind;
    words[me + PENDING.cell] = cell;
    words[me + PENDING.operand] = operand;
    words[me + PENDING.expected] = expected;
    words[me + PENDING.age] = age;
    if (age > 0 && epochs[epochs.length - age]?.cell !== cell)
      throw new RangeError("an epoch is compared with another cell than its own");
  };

  /** Records the step that this thread makes now. */
  const record = (kind: number, cell: number, before: number, after: number, detail: number, flags: number): void => {
    const step = word(words, CONTROL.step);
    const at = controlBlock.log + step * RECORD.words;
    words[at + RECORD.thread] = thread;
    words[at + RECORD.kind] = kind;
    words[at + RECORD.cell] = cell;
    words[at + RECORD.before] = before;
    words[at + RECORD.after] = after;
    words[at + RECORD.detail] = detail;
    words[at + RECORD.flags] = flags;
    words[at + RECORD.since] = word(words, me + PENDING.operand);
    words[at + RECORD.age] = word(words, me + PENDING.age);
    words[at + RECORD.enabled] = enabledThreads(words);
    const sleeping = word(words, CONTROL.sleeping);
    words[at + RECORD.sleeping] = sleeping;
    if (sleeping !== 0 && step + 1 >= word(words, CONTROL.prefixLength)) wakeDependent(at, sleeping);
    words[CONTROL.step] = step + 1;
    words[CONTROL.last] = thread;
  };

  /** Takes out of the sleep set whoever's next operation depends on the step recorded at `at`. */
  const wakeDependent = (at: number, sleeping: number): void => {
    const cell = word(words, at + RECORD.cell);
    if (cell < 0) return;
    for (let rest = sleeping; rest !== 0; rest &= rest - 1) {
      const other = lowest(rest);
      if (word(words, pendingOf(other) + PENDING.cell) !== cell) continue;
      sketchPending(words, other, cellMap.valueOf(cell));
      if (dependent(words, at, CONTROL.scratch))
        words[CONTROL.sleeping] = word(words, CONTROL.sleeping) & ~(1 << other);
    }
  };

  /** What follows a wait that found the cell as it was to be. */
  const sleep = (cell: number, timeoutMs: number): WaitResult => {
    if (!(timeoutMs > 0)) return "timed-out";
    announce(KIND.wake, cell, 0, 0);
    const timed = timeoutMs === Infinity ? 0 : 1;
    words[me + PENDING.timed] = timed;
    words[me + PENDING.notified] = 0;
    takeTurn();
    const expired = word(words, me + PENDING.notified) === 0;
    record(KIND.wake, cell, 0, 0, 0, (expired ? FLAG.expired : 0) | (timed === 1 ? FLAG.timed : 0));
    if (!expired) return "ok";
    now += timeoutMs;
    return "timed-out";
  };

  const note = (what: number, cell: number, value: number): void => {
    const noted = word(words, CONTROL.notes);
    words[CONTROL.notes] = noted + 1;
    if (noted >= controlBlock.maxNotes) return;
    const at = controlBlock.notes + noted * NOTE.words;
    words[at + NOTE.step] = word(words, CONTROL.step);
    words[at + NOTE.what] = what;
    words[at + NOTE.cell] = cell;
    words[at + NOTE.value] = value;
  };

  return {
    clock: { now: () => now },

    start: () => {
      now = 0;
      age = 0;
      epochs.length = 0;
      record(KIND.start, -1, 0, 0, 0, 0);
    },

    finish: () => {
      words[me + PENDING.kind] = KIND.done;
      handOver(controlBlock, word(words, CONTROL.aborting) !== 0 ? -1 : choose(controlBlock));
    },

    before: (
      operation: AtomicOperation,
      cells: Int32Array,
      index: number,
      operand: number,
      expected: number,
      next?: Update,
    ) => {
      const kind: number = KIND[operation];
      const cell = cellMap.cellOf(cells, index);
      if (next === undefined) {
        announce(kind, cell, operand, expected);
      } else {
        const seen = word(cells, index);
        announce(kind, cell, 0, expected);
        words[me + PENDING.seen] = seen;
        words[me + PENDING.would] = next(seen & expected, operand);
      }
      takeTurn();
      const value = word(cells, index);
      if (next === undefined) {
        record(kind, cell, value, afterOperation(kind, value, operand, expected), maskOf(kind, operand, expected), 0);
        if (kind === KIND.epoch) epochs.push({ value, cell });
        age = 0;
      } else {
        record(kind, cell, value, (value & ~expected) | (next(value & expected, operand) & expected), expected, 0);
      }
    },

    wait: (cells, index, expected, timeoutMs) => {
      const cell = cellMap.cellOf(cells, index);
      announce(KIND.wait, cell, 0, expected);
      takeTurn();
      const value = word(cells, index);
      record(KIND.wait, cell, value, value, expected, value === expected ? FLAG.slept : 0);
      return value === expected ? sleep(cell, timeoutMs) : "not-equal";
    },

    epochs: {
      // A number that says nothing: which ticket it is, and the bits that are told.
      conceal: (value, observableBits) => (epochs.length - 1) * EPOCH + ((value & observableBits) >>> 0),
      reveal: (epoch) => {
        const number = Math.floor(epoch / EPOCH);
        const taken = epochs[number];
        if (taken === undefined) throw new RangeError(`${epoch} is not an epoch of this thread`);
        age = epochs.length - number;
        return taken.value;
      },
      wait: (cells, index, since, mask, timeoutMs) => {
        const cell = cellMap.cellOf(cells, index);
        announce(KIND.waitWhileUnchanged, cell, since, mask);
        takeTurn();
        const value = word(cells, index);
        const unchanged = ((value ^ since) & mask) === 0;
        record(KIND.waitWhileUnchanged, cell, value, value, mask, unchanged ? FLAG.slept : 0);
        age = 0;
        return unchanged ? sleep(cell, timeoutMs) : "not-equal";
      },
    },

    notify: (cells, index) => {
      const cell = cellMap.cellOf(cells, index);
      announce(KIND.notify, cell, 0, 0);
      takeTurn();
      const woken = sleepersOn(words, cell);
      record(KIND.notify, cell, 0, 0, woken, 0);
      for (let rest = woken; rest !== 0; rest &= rest - 1) words[pendingOf(lowest(rest)) + PENDING.notified] = 1;
    },

    plain: (access, cells, index, count) => {
      const cell = cellMap.cellOf(cells, index);
      if (cell === PRIVATE_CELL) return;
      for (let offset = 0; offset < count; offset++) note(NOTED[access], cell + offset, word(cells, index + offset));
    },

    stage: (memory) => {
      const hash = createHash("sha256").update(`${now} ${memory}`).digest();
      note(NOTED.stage, hash.readInt32LE(0), hash.readInt32LE(4));
    },
  };
}

/** The mask by which an operation looks at its cell or changes it; 0 where that is not known from the mask alone. */
function maskOf(kind: number, operand: number, expected: number): number {
  switch (kind) {
    case KIND.test:
    case KIND.epoch:
      return operand;
    case KIND.raise:
    case KIND.changedSince:
    case KIND.clearBitsIfUnchanged:
      return expected;
    default:
      return 0;
  }
}

/** Gives the baton to the chosen thread, or to the explorer if the execution is over. */
export function handOver(controlBlock: ControlBlock, chosen: number): void {
  if (chosen >= 0) {
    passBaton(controlBlock.words, chosen);
    return;
  }
  controlBlock.words[CONTROL.end] = -1 - chosen;
  passBaton(controlBlock.words, EXPLORER);
}
