/**
 * The equivalence of states. It ignores three things: which of several nodes of a thread's tree was reached, if the
 * same is known to follow from them; epochs that can no longer be used; and the values of counters of which the program
 * observes only whether they have changed.
 */
import { assert, at } from "../../vocabulary/index.js";
import { KIND } from "../kernel/operation-records.js";
import {
  ATTACHED,
  MAX_EPOCHS,
  UNKNOWN,
  usesEpoch,
  type OperationNode,
  type OperationTree,
  type OperationTrees,
} from "./operation-tree.js";

/** An epoch that a thread may still use: how many epochs ago it was read, and from which cell. */
export interface LiveEpoch {
  readonly age: number;
  /** -1: not known. */
  readonly cell: number;
}

export interface NodeEquivalence {
  /**
   * The number of a node's class. Two nodes are in one class exactly if the same is known to follow from them, so that
   * an observation without consequences does not distinguish states. A node that was found later is in a class of its
   * own.
   */
  of(node: number): number;
  /** A node of each class. A class has a greater number than the classes that follow it. */
  readonly nodes: readonly number[];
  /** The epochs that can still be used after a node of a class. */
  live(number: number): readonly LiveEpoch[];
}

const ALL_LIVE: readonly LiveEpoch[] = Array.from({ length: MAX_EPOCHS }, (_, place) => ({
  age: place + 1,
  cell: -1,
}));

export function computeEquivalence(tree: OperationTree): NodeEquivalence {
  const equivalences: number[] = new Array<number>(tree.nodes.length).fill(-1);
  const numbers = new Map<string, number>();
  const nodes: number[] = [];
  const live: (readonly LiveEpoch[])[] = [];

  const classOf = (index: number): number => {
    const found = at(equivalences, index);
    if (found >= 0) return found;
    const node = at(tree.nodes, index);
    const follow = node.next.map(classOf);
    const text = node.kind === UNKNOWN ? `? ${index}` : textOf(node, follow);
    let number = numbers.get(text);
    if (number === undefined) {
      number = nodes.push(index) - 1;
      numbers.set(text, number);
      const later = follow.flatMap((each) => at(live, each));
      live.push(node.kind === UNKNOWN ? ALL_LIVE : liveAt(node, later));
    }
    equivalences[index] = number;
    return number;
  };
  for (let node = tree.nodes.length - 1; node >= 0; node--) classOf(node);

  let count = nodes.length;
  return {
    of: (node) => {
      while (equivalences.length <= node) equivalences.push(count++);
      const number = equivalences[node];
      assert(number !== undefined, "a node has no class");
      return number;
    },
    nodes,
    // Any epoch may be used after a node that was found later.
    live: (number) => live[number] ?? ALL_LIVE,
  };
}

/** A text that is equal for nodes of one class: the operation, and its edges with the classes that follow. */
function textOf({ operation, timed, outcome, observed, after }: OperationNode, follow: number[]): string {
  const edges = follow.map((number, edge) => `${at(observed, edge)}:${at(after, edge)}:${number}`);
  return [operation, timed, outcome, ...edges.sort()].join(",");
}

/** The epochs that can still be used at a node, from those that can be used after it. */
function liveAt({ kind, cell, extra }: OperationNode, later: readonly LiveEpoch[]): readonly LiveEpoch[] {
  const here =
    kind === KIND.epoch
      ? later.filter(({ age }) => age > 1).map((epoch) => ({ ...epoch, age: epoch.age - 1 }))
      : [...later, ...(usesEpoch(kind) ? [{ age: extra, cell }] : [])];
  const different = new Map(here.map((epoch) => [`${epoch.age} ${epoch.cell}`, epoch]));
  return [...different.values()].sort((a, b) => a.age - b.age || a.cell - b.cell);
}

/** The largest increment of a counter, so that it cannot overflow in one execution. */
const MAX_DELTA = 1 << 16;

/**
 * Of each cell, the bits that distinguish states: all (-1) except for a counter. A counter is a cell whose upper bits
 * are only incremented, and compared, all of them, with epochs. Then a state in which the counter and all its epochs
 * are greater by the same amount continues in the same way, and so does a state in which the counter is further ahead
 * of an epoch.
 */
export function distinguishingBits({ operations, cells }: Pick<OperationTrees, "operations" | "cells">): number[] {
  const deltas = cells.map(() => 0);
  for (const { kind, cell, operand } of operations) {
    if (cell >= 0 && (kind === KIND.bump || kind === KIND.raise)) deltas[cell] = at(deltas, cell) | operand;
  }
  const bits = deltas.map((delta) => (delta > 0 && delta < MAX_DELTA ? (delta & -delta) - 1 : -1));
  for (const { kind, cell, operand, extra } of operations) {
    const low = cell < 0 ? -1 : at(bits, cell);
    if (low !== -1 && !leavesCounter(kind, low, operand, extra)) bits[cell] = -1;
  }
  return bits;
}

/** Whether an operation treats its cell as a counter above the bits `low`. */
function leavesCounter(kind: number, low: number, operand: number, extra: number): boolean {
  switch (kind) {
    case KIND.bump:
    case KIND.notify:
    case KIND.wake:
      return true;
    case KIND.raise:
      return (extra & ~low) === 0;
    case KIND.test:
    case KIND.epoch:
    case KIND.clearBitsIfUnchanged:
      return (operand & ~low) === 0;
    case KIND.changedSince:
    case KIND.waitWhileUnchanged:
      return (operand & ~low) === ~low;
    default:
      return kind >= ATTACHED.stage;
  }
}
