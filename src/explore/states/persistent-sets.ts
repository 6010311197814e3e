/**
 * Persistent sets of one thread (Godefroid, LNCS 1032, 1996, chapter 4): a step need not be tried in another order if
 * nothing depends on it that the other threads can still do while its thread makes no step.
 *
 * What they can still do is what is known to follow from their nodes. While a pass still learns, that may be
 * incomplete. When a pass ends without learning anything, it was enough: consider the operations of the other threads
 * before the step, up to the first unknown one. All of them are independent of the step, so the threads observe the
 * same after the step, and the pass has continued from there. No state occurs twice on a path, because each step takes
 * a thread further, so no step is postponed indefinitely.
 */
import { at } from "../../vocabulary/index.js";
import {
  UNKNOWN,
  type CellOperation,
  type OperationNode,
  type OperationTree,
  type OperationTrees,
} from "./operation-tree.js";
import { distinguishingBits, type NodeEquivalence } from "./equivalence.js";
import { addsCommute, KIND, word } from "../kernel/operation-records.js";

/** Operations that differ only in the value of the cell and in what is observed. */
interface Operation extends CellOperation {
  /** Whether its cell is a counter ({@link distinguishingBits}). */
  readonly isCounter: boolean;
  /** Of an update: its known effects on the bits of its mask. */
  readonly changes: { readonly from: number; readonly to: number }[];
}

/** The kinds of a sleep, and the kinds that can change their cell. */
const SLEEPS: ReadonlySet<number> = new Set([KIND.wait, KIND.waitWhileUnchanged, KIND.wake]);
const CHANGES: ReadonlySet<number> = new Set([
  KIND.store,
  KIND.add,
  KIND.or,
  KIND.and,
  KIND.exchange,
  KIND.compareExchange,
  KIND.update,
  KIND.bump,
  KIND.raise,
  KIND.clearBitsIfUnchanged,
]);
/** The number of the unknown operation, and of the set that has only it. */
const ANYTHING = 0;
const UNKNOWN_OPERATION: CellOperation = { kind: UNKNOWN, cell: -1, operand: 0, extra: 0 };

export class PersistentSets {
  /** The operations by their numbers: those of the trees after {@link ANYTHING}. */
  readonly #operations: readonly Operation[];
  /**
   * Of each thread and class: the operation, and the number of the set of all operations that can follow, itself
   * included.
   */
  readonly #operationAt: number[][] = [];
  readonly #setAt: number[][] = [];
  readonly #sets: (readonly number[])[] = [[ANYTHING]];
  readonly #setNumbers = new Map<string, number>([[String(ANYTHING), ANYTHING]]);
  /** By operation and observation, and by set: whether the operation depends on one of the set; -1: not computed. */
  readonly #answers = new Map<number, Int8Array>();

  constructor(trees: OperationTrees, equivalences: readonly NodeEquivalence[]) {
    const bits = distinguishingBits(trees);
    this.#operations = [UNKNOWN_OPERATION, ...trees.operations].map((operation) => ({
      ...operation,
      isCounter: operation.cell >= 0 && at(bits, operation.cell) !== -1,
      changes: [],
    }));
    trees.threads.forEach((tree, thread) => this.#addThread(tree, at(equivalences, thread)));
  }

  /**
   * Whether nothing that the other threads can still do depends on the step of `thread`. `classes`: the class of each
   * thread; `observed`: what the thread would observe.
   */
  isPersistent(thread: number, classes: Int32Array, observed: number): boolean {
    // A class that was found later has no operation yet.
    const number = this.#operationAt[thread]?.[word(classes, thread)] ?? ANYTHING;
    const { kind, cell } = at(this.#operations, number);
    if (kind === UNKNOWN) return false;
    if (cell < 0) return true;
    // Another notify has no effect on a thread that was notified.
    if (kind === KIND.wake && observed === 0) return true;
    const onlyCompares = kind === KIND.test || kind === KIND.changedSince || kind === KIND.waitWhileUnchanged;
    for (let other = 0; other < this.#setAt.length; other++) {
      // A class that was found later has no set yet.
      const set = this.#setAt[other]?.[word(classes, other)] ?? ANYTHING;
      if (other !== thread && this.#conflicts(number, onlyCompares ? observed : 0, set)) return false;
    }
    return true;
  }

  #addThread(tree: OperationTree, equivalence: NodeEquivalence): void {
    const operations: number[] = [];
    const follows: number[] = [];
    // A class has a greater number than the classes that follow it.
    for (const index of equivalence.nodes) {
      const node = at(tree.nodes, index);
      const operation = this.#operationOf(node);
      const all = new Set<number>();
      if (operation === ANYTHING || at(this.#operations, operation).cell >= 0) all.add(operation);
      for (const next of node.next) {
        for (const later of at(this.#sets, at(follows, equivalence.of(next)))) all.add(later);
      }
      operations.push(operation);
      follows.push(this.#addSet([...all].sort((a, b) => a - b)));
    }
    this.#operationAt.push(operations);
    this.#setAt.push(follows);
  }

  /** The number of a node's operation. Adds the effects of an update. */
  #operationOf({ kind, operation, observed, after }: OperationNode): number {
    if (kind === KIND.update) {
      const { changes } = at(this.#operations, operation + 1);
      observed.forEach((from, edge) => {
        const to = at(after, edge);
        if (!changes.some((change) => change.from === from && change.to === to)) changes.push({ from, to });
      });
    }
    return operation + 1;
  }

  #addSet(set: readonly number[]): number {
    const key = set.join();
    let number = this.#setNumbers.get(key);
    if (number === undefined) {
      number = this.#sets.push(set) - 1;
      this.#setNumbers.set(key, number);
    }
    return number;
  }

  #conflicts(operation: number, observed: number, set: number): boolean {
    const key = operation * 2 + observed;
    let known = this.#answers.get(key);
    if (known === undefined) {
      known = new Int8Array(this.#sets.length).fill(-1);
      this.#answers.set(key, known);
    }
    if (known[set] === -1) {
      const one = at(this.#operations, operation);
      const others = at(this.#sets, set);
      known[set] = others.every((other) => isIndependent(one, observed, at(this.#operations, other))) ? 0 : 1;
    }
    return known[set] === 1;
  }
}

/** Whether `one`, which would observe `observed`, and `other`, at any time, are independent. */
function isIndependent(one: Operation, observed: number, other: Operation): boolean {
  if (other.kind === UNKNOWN) return false;
  if (other.cell !== one.cell || other.kind === KIND.notify)
    return other.cell !== one.cell || !isWokenByNotify(one, observed);
  if (!CHANGES.has(one.kind) && !CHANGES.has(other.kind)) return one.kind !== KIND.notify || !SLEEPS.has(other.kind);
  switch (one.kind) {
    case KIND.notify:
      return true;
    case KIND.test:
      return preservesTest(one.operand, observed, other);
    case KIND.changedSince:
      return observed === 1 && preservesChange(one, other);
    case KIND.waitWhileUnchanged:
      return observed === 0 && preservesChange(one, other);
    case KIND.bump:
    case KIND.raise:
      return other.kind === KIND.test ? (other.operand & changedBy(one)) === 0 : adds(other) && commute(one, other);
    case KIND.update:
      return (other.kind === KIND.update || other.kind === KIND.test) && (other.operand & one.operand) === 0;
    default:
      return false;
  }
}

/** Whether a notify has an effect on the operation. */
function isWokenByNotify(one: Operation, observed: number): boolean {
  // Two notifies depend on each other only through a third thread that sleeps, and its operation is compared
  // separately.
  return one.kind === KIND.wait || one.kind === KIND.wake || (one.kind === KIND.waitWhileUnchanged && observed !== 0);
}

/** Whether a test of `mask` that would observe `observed` before `other` observes the same after it. */
function preservesTest(mask: number, observed: number, other: Operation): boolean {
  switch (other.kind) {
    case KIND.update:
      return other.changes.every(
        ({ from, to }) => ((from & mask) === 0) !== (observed === 0) || ((to & mask) === 0) === (observed === 0),
      );
    case KIND.bump:
      return (mask & changedBy(other)) === 0;
    case KIND.raise:
      return (mask & changedBy(other) & ~other.extra) === 0 && (observed !== 0 || (mask & other.extra) === 0);
    case KIND.clearBitsIfUnchanged:
      return observed === 0 || (mask & other.operand) === 0;
    default:
      return false;
  }
}

/** Whether a cell that has changed since an epoch still counts as changed after `other`. */
function preservesChange(one: Operation, other: Operation): boolean {
  return (
    one.isCounter && (adds(other) || (other.kind === KIND.clearBitsIfUnchanged && (other.operand & one.operand) === 0))
  );
}

function adds({ kind }: Operation): boolean {
  return kind === KIND.bump || kind === KIND.raise;
}

/** The bits that a bump or raise can change. */
function changedBy({ kind, operand, extra }: Operation): number {
  return ~((operand & -operand) - 1) | (kind === KIND.raise ? extra : 0);
}

function commute(one: Operation, other: Operation): boolean {
  const maskOf = (each: Operation): number => (each.kind === KIND.raise ? each.extra : 0);
  return addsCommute(one.operand, maskOf(one), other.operand, maskOf(other));
}
