/**
 * Which step of a state need not be tried in another order: one that nothing the other threads can still do depends on, however
 * far they go while its thread stands still (a persistent set of one thread; Godefroid, LNCS 1032, 1996, chapter 4).
 *
 * What they can still do is what is known to follow from where they stand. That is not all unless the pass goes through without
 * learning anything. But then it is enough: take what the others could do before the step, up to the first thing that is not known.
 * All before it is independent of the step, so the threads are told the same after the step, and the pass has gone on from there. No
 * state is come to twice on a path, as each step takes a thread further in what it has to do, so that nothing is put off for ever.
 */
import { UNKNOWN, type OperationTree, type OperationTrees } from "./operation-tree.js";
import { distinguishingBits, type NodeEquivalence } from "./equivalence.js";
import { addsCommute, KIND } from "../kernel/operation-records.js";

/** Operations that are alike but for what the cell holds and what is told. */
interface Operation {
  readonly kind: number;
  readonly cell: number;
  readonly operand: number;
  readonly extra: number;
  /** Whether its cell is a counter ({@link distinguishingBits}). */
  readonly isCounter: boolean;
  /** What it was seen to do to the bits of its mask, if it is an update. */
  readonly changes: { readonly from: number; readonly to: number }[];
}

export interface PersistentSets {
  /**
   * Whether nothing that the other threads can do, from the classes in which they stand, depends on the step of `thread`, whose class
   * this is and which would be told `told`.
   */
  isPersistent(thread: number, equivalences: ArrayLike<number>, observed: number): boolean;
}

/** Operations that go to sleep or sleep, and those that can change their cell. */
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
/** An operation of which nothing is known. */
const ANYTHING = 0;

export function computePersistentSets(
  { threads, cells }: Pick<OperationTrees, "threads" | "cells">,
  equivalences: readonly NodeEquivalence[],
): PersistentSets {
  const distinguishing = distinguishingBits({ threads, cells });
  const operations: Operation[] = [{ kind: UNKNOWN, cell: -1, operand: 0, extra: 0, isCounter: false, changes: [] }];
  const numbers = new Map<string, number>();
  /** Of each thread and class, the operation there, and the number of the set of all that can follow from it. */
  const operationAt: number[][] = [];
  const setAt: number[][] = [];
  const sets: (readonly number[])[] = [[ANYTHING]];
  const setNumbers = new Map<string, number>([["0", 0]]);

  const operationOf = ({ kind, cell, operand, extra, observed, after }: OperationTree, node: number): number => {
    const what = kind[node] ?? UNKNOWN;
    if (what === UNKNOWN) return ANYTHING;
    const key = [what, cell[node], operand[node], extra[node]].join();
    let number = numbers.get(key);
    if (number === undefined) {
      const place = cell[node] ?? -1;
      const isCounter = (distinguishing[place] ?? -1) !== -1;
      number =
        operations.push({
          kind: what,
          cell: place,
          operand: operand[node] ?? 0,
          extra: extra[node] ?? 0,
          isCounter,
          changes: [],
        }) - 1;
      numbers.set(key, number);
    }
    if (what === KIND.update) {
      const { changes = [] } = operations[number] ?? {};
      observed[node]?.forEach((from, edge) => {
        const to = after[node]?.[edge] ?? 0;
        if (!changes.some((change) => change.from === from && change.to === to)) changes.push({ from, to });
      });
    }
    return number;
  };

  threads.forEach((tree, thread) => {
    const of = equivalences[thread];
    const at: number[] = [];
    const follows: number[] = [];
    // A class has a greater number than those that follow it.
    of?.nodes.forEach((node) => {
      const operation = operationOf(tree, node);
      const all = new Set<number>();
      if (operation === ANYTHING || (operations[operation]?.cell ?? -1) >= 0) all.add(operation);
      for (const next of tree.next[node] ?? []) {
        for (const later of sets[follows[of.of(next)] ?? 0] ?? []) all.add(later);
      }
      const set = [...all].sort((a, b) => a - b);
      const key = set.join();
      let number = setNumbers.get(key);
      if (number === undefined) {
        number = sets.push(set) - 1;
        setNumbers.set(key, number);
      }
      at.push(operation);
      follows.push(number);
    });
    operationAt.push(at);
    setAt.push(follows);
  });

  /** By operation and what it is told, and by set: whether the operation depends on one of the set; once it was asked. */
  const answers = new Map<number, Int8Array>();
  const conflicts = (operation: number, observed: number, set: number): boolean => {
    const key = operation * 2 + observed;
    let known = answers.get(key);
    if (known === undefined) {
      known = new Int8Array(sets.length).fill(-1);
      answers.set(key, known);
    }
    let answer = known[set] ?? -1;
    if (answer < 0) {
      const one = operations[operation];
      answer =
        one !== undefined && (sets[set] ?? []).every((other) => isIndependent(one, observed, operations[other]))
          ? 0
          : 1;
      known[set] = answer;
    }
    return answer === 1;
  };

  return {
    isPersistent: (thread, at, observed) => {
      const operation = operationAt[thread]?.[at[thread] ?? -1] ?? ANYTHING;
      const { kind, cell } = operations[operation] ?? { kind: UNKNOWN, cell: -1 };
      if (kind === UNKNOWN) return false;
      if (cell < 0) return true;
      // Whoever was notified is not concerned by another notify.
      if (kind === KIND.wake && observed === 0) return true;
      const looks = kind === KIND.test || kind === KIND.changedSince || kind === KIND.waitWhileUnchanged;
      for (let other = 0; other < threads.length; other++) {
        if (other !== thread && conflicts(operation, looks ? observed : 0, setAt[other]?.[at[other] ?? -1] ?? 0))
          return false;
      }
      return true;
    },
  };
}

/** Whether `other`, whenever it comes, makes no difference to `one`, which is or would be told `told`, nor `one` to `other`. */
function isIndependent(one: Operation, observed: number, other: Operation | undefined): boolean {
  if (other === undefined || other.kind === UNKNOWN) return false;
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

/** Whether a notify makes a difference to the operation. */
function isWokenByNotify(one: Operation, observed: number): boolean {
  // Two that notify depend on each other only by a third that sleeps, and that is then asked for itself.
  return one.kind === KIND.wait || one.kind === KIND.wake || (one.kind === KIND.waitWhileUnchanged && observed !== 0);
}

/** Whether a test of `mask` tells `told` after `other` if it told that before it. */
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

/** Whether what has moved since a ticket has still moved after `other`. */
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
  const puts = (each: Operation): number => (each.kind === KIND.raise ? each.extra : 0);
  return addsCommute(one.operand, puts(one), other.operand, puts(other));
}
