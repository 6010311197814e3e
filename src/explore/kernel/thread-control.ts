/**
 * Controls one thread of a program: before every operation on shared memory the thread announces the operation, chooses
 * the next thread, and continues when it is chosen itself. Waits are logical and take no real time.
 */
import { createHash } from "node:crypto";
import { assert } from "../../vocabulary/index.js";
import {
  awaitBaton,
  passBaton,
  type AtomicOperation,
  type Clock,
  type Control,
  type EpochTable,
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
  predictRecord,
  sleepersOn,
  type ControlBlock,
} from "./control-block.js";
import { PRIVATE_CELL, type CellMap } from "./cells.js";
import { choose, lowest } from "./choose.js";
import { dependent, FLAG, KIND, RECORD, word } from "./operation-records.js";

/** The factor of an epoch's number: an epoch is this times its number, plus its observable bits. */
const EPOCH = 2 ** 32;

/** Unwinds a thread whose execution is aborted. */
export const ABORTED = new Error("the explorer aborted this execution");

export class ThreadControl implements Control {
  readonly #controlBlock: ControlBlock;
  readonly #words: Int32Array;
  readonly #thread: number;
  readonly #cellMap: CellMap;
  /** Index of this thread's pending operation. */
  readonly #pending: number;
  #now = 0;
  /** Of each epoch of this thread: the value of its cell then, and the cell. */
  readonly #taken: { readonly value: number; readonly cell: number }[] = [];
  /** The age of the epoch that the next operation uses, in epochs; 0: it uses none. */
  #age = 0;

  /** This thread's own time, ms. It passes only in waits that time out, by exactly their timeout. */
  readonly clock: Clock = { now: () => this.#now };

  readonly epochs: EpochTable = {
    // The thread can observe only the epoch's number and its observable bits.
    conceal: (value, observableBits) => (this.#taken.length - 1) * EPOCH + ((value & observableBits) >>> 0),
    reveal: (epoch) => {
      const number = Math.floor(epoch / EPOCH);
      const taken = this.#taken[number];
      if (taken === undefined) throw new RangeError(`invalid epoch ${epoch}: expected one that this thread has read`);
      this.#age = this.#taken.length - number;
      return taken.value;
    },
    wait: (cells, index, since, mask, timeoutMs) => {
      const cell = this.#cellMap.cellOf(cells, index);
      this.#announce(KIND.waitWhileUnchanged, cell, since, mask);
      this.#takeTurn();
      const value = word(cells, index);
      const unchanged = ((value ^ since) & mask) === 0;
      this.#record(KIND.waitWhileUnchanged, cell, value, value, mask, unchanged ? FLAG.slept : 0);
      this.#age = 0;
      return unchanged ? this.#sleep(cell, timeoutMs) : "not-equal";
    },
  };

  constructor(controlBlock: ControlBlock, thread: number, cellMap: CellMap) {
    this.#controlBlock = controlBlock;
    this.#words = controlBlock.words;
    this.#thread = thread;
    this.#cellMap = cellMap;
    this.#pending = pendingOf(thread);
  }

  /** Begins an execution. The thread was chosen for its first step. */
  start(): void {
    this.#now = 0;
    this.#age = 0;
    this.#taken.length = 0;
    this.#record(KIND.start, -1, 0, 0, 0, 0);
  }

  /** Ends this thread's part of the execution and passes the baton. */
  finish(): void {
    this.#words[this.#pending + PENDING.kind] = KIND.done;
    handOver(this.#controlBlock, word(this.#words, CONTROL.aborting) !== 0 ? -1 : choose(this.#controlBlock));
  }

  before(
    operation: AtomicOperation,
    cells: Int32Array,
    index: number,
    operand: number,
    expected: number,
    next?: Update,
  ): void {
    const kind: number = KIND[operation];
    const cell = this.#cellMap.cellOf(cells, index);
    if (next !== undefined) {
      this.#beforeUpdate(cell, cells, index, operand, expected, next);
      return;
    }
    this.#announce(kind, cell, operand, expected);
    this.#takeTurn();
    const value = word(cells, index);
    const after = afterOperation(kind, value, operand, expected);
    this.#record(kind, cell, value, after, maskOf(kind, operand, expected), 0);
    if (kind === KIND.epoch) this.#taken.push({ value, cell });
    this.#age = 0;
  }

  #beforeUpdate(cell: number, cells: Int32Array, index: number, operand: number, mask: number, next: Update): void {
    const seen = word(cells, index);
    this.#announce(KIND.update, cell, 0, mask);
    this.#words[this.#pending + PENDING.seen] = seen;
    this.#words[this.#pending + PENDING.would] = next(seen & mask, operand);
    this.#takeTurn();
    const value = word(cells, index);
    this.#record(KIND.update, cell, value, (value & ~mask) | (next(value & mask, operand) & mask), mask, 0);
  }

  wait(cells: Int32Array, index: number, expected: number, timeoutMs: number): WaitResult {
    const cell = this.#cellMap.cellOf(cells, index);
    this.#announce(KIND.wait, cell, 0, expected);
    this.#takeTurn();
    const value = word(cells, index);
    this.#record(KIND.wait, cell, value, value, expected, value === expected ? FLAG.slept : 0);
    return value === expected ? this.#sleep(cell, timeoutMs) : "not-equal";
  }

  notify(cells: Int32Array, index: number): void {
    const cell = this.#cellMap.cellOf(cells, index);
    this.#announce(KIND.notify, cell, 0, 0);
    this.#takeTurn();
    const woken = sleepersOn(this.#words, cell);
    this.#record(KIND.notify, cell, 0, 0, woken, 0);
    for (let rest = woken; rest !== 0; rest &= rest - 1) this.#words[pendingOf(lowest(rest)) + PENDING.notified] = 1;
  }

  plain(access: Exclude<keyof typeof NOTED, "stage">, cells: Int32Array, index: number, count: number): void {
    const cell = this.#cellMap.cellOf(cells, index);
    if (cell === PRIVATE_CELL) return;
    for (let offset = 0; offset < count; offset++)
      this.#note(NOTED[access], cell + offset, word(cells, index + offset));
  }

  /** Notes the beginning of a stage: from here on the thread remembers only `memory`. */
  stage(memory: string): void {
    const hash = createHash("sha256").update(`${this.#now} ${memory}`).digest();
    this.#note(NOTED.stage, hash.readInt32LE(0), hash.readInt32LE(4));
  }

  /** Waits until this thread is chosen for the announced operation. */
  #takeTurn(): void {
    if (word(this.#words, CONTROL.aborting) !== 0) throw ABORTED;
    const chosen = choose(this.#controlBlock);
    if (chosen === this.#thread) return;
    handOver(this.#controlBlock, chosen);
    awaitBaton(this.#words, this.#thread);
    if (word(this.#words, CONTROL.aborting) !== 0) throw ABORTED;
  }

  #announce(kind: number, cell: number, operand: number, expected: number): void {
    const words = this.#words;
    const at = this.#pending;
    words[at + PENDING.kind] = kind;
    words[at + PENDING.cell] = cell;
    words[at + PENDING.operand] = operand;
    words[at + PENDING.expected] = expected;
    words[at + PENDING.age] = this.#age;
    if (this.#age > 0 && this.#taken[this.#taken.length - this.#age]?.cell !== cell)
      throw new RangeError("invalid epoch: expected one of the event that it is compared with");
  }

  /** Records the present step of this thread. */
  #record(kind: number, cell: number, before: number, after: number, detail: number, flags: number): void {
    const words = this.#words;
    const { log, prefix } = this.#controlBlock;
    const step = word(words, CONTROL.step);
    const at = log + step * RECORD.words;
    assert(step < log - prefix, `step ${step} is beyond the control block's records`);
    words[at + RECORD.thread] = this.#thread;
    words[at + RECORD.kind] = kind;
    words[at + RECORD.cell] = cell;
    words[at + RECORD.before] = before;
    words[at + RECORD.after] = after;
    words[at + RECORD.detail] = detail;
    words[at + RECORD.flags] = flags;
    words[at + RECORD.since] = word(words, this.#pending + PENDING.operand);
    words[at + RECORD.age] = word(words, this.#pending + PENDING.age);
    words[at + RECORD.enabled] = enabledThreads(words);
    const sleeping = word(words, CONTROL.sleeping);
    words[at + RECORD.sleeping] = sleeping;
    if (sleeping !== 0 && step + 1 >= word(words, CONTROL.prefixLength)) this.#wakeDependent(at, sleeping);
    words[CONTROL.step] = step + 1;
    words[CONTROL.last] = this.#thread;
  }

  /** Removes from the sleep set the threads whose next operation depends on the step recorded at `at`. */
  #wakeDependent(at: number, sleeping: number): void {
    const words = this.#words;
    const cell = word(words, at + RECORD.cell);
    if (cell < 0) return;
    for (let rest = sleeping; rest !== 0; rest &= rest - 1) {
      const other = lowest(rest);
      if (word(words, pendingOf(other) + PENDING.cell) !== cell) continue;
      predictRecord(words, other, this.#cellMap.valueOf(cell));
      if (dependent(words, at, CONTROL.scratch))
        words[CONTROL.sleeping] = word(words, CONTROL.sleeping) & ~(1 << other);
    }
  }

  /** Sleeps, after a wait whose cell had the expected value. */
  #sleep(cell: number, timeoutMs: number): WaitResult {
    if (!(timeoutMs > 0)) return "timed-out";
    this.#announce(KIND.wake, cell, 0, 0);
    const timed = timeoutMs === Infinity ? 0 : 1;
    this.#words[this.#pending + PENDING.timed] = timed;
    this.#words[this.#pending + PENDING.notified] = 0;
    this.#takeTurn();
    const expired = word(this.#words, this.#pending + PENDING.notified) === 0;
    this.#record(KIND.wake, cell, 0, 0, 0, (expired ? FLAG.expired : 0) | (timed === 1 ? FLAG.timed : 0));
    if (!expired) return "ok";
    this.#now += timeoutMs;
    return "timed-out";
  }

  #note(what: number, cell: number, value: number): void {
    const words = this.#words;
    const noted = word(words, CONTROL.notes);
    words[CONTROL.notes] = noted + 1;
    if (noted >= this.#controlBlock.maxNotes) return;
    const at = this.#controlBlock.notes + noted * NOTE.words;
    words[at + NOTE.step] = word(words, CONTROL.step);
    words[at + NOTE.what] = what;
    words[at + NOTE.cell] = cell;
    words[at + NOTE.value] = value;
  }
}

/** The mask of the bits that an operation reads or changes; 0 if it has no mask. */
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
