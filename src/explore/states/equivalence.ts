/**
 * What makes two states one: nodes of a thread's tree from which the same is known to follow, tickets that make no difference any
 * more, and counters of which nothing is ever seen but whether they have moved.
 */
import { ATTACHED, MAX_EPOCHS, UNKNOWN, type OperationTree, type OperationTrees } from "./operation-tree.js";
import { KIND } from "../kernel/operation-records.js";

/** A ticket that a thread may still use: how many tickets ago it was taken, and of which cell. */
export interface LiveEpoch {
  readonly age: number;
  /** -1: that is not known. */
  readonly cell: number;
}

export interface NodeEquivalence {
  /**
   * The number of a node: two have the same exactly if all that is known to follow from them is the same, so that what a thread was
   * told and makes no difference any more does not tell states apart. Nodes that were found since have numbers of their own.
   */
  of(node: number): number;
  /** A node of each class; a class has a greater number than those that follow it. */
  readonly nodes: readonly number[];
  /** The tickets that can be used from a class on. */
  live(number: number): readonly LiveEpoch[];
}

const ALL_LIVE: readonly LiveEpoch[] = Array.from({ length: MAX_EPOCHS }, (_, place) => ({
  age: place + 1,
  cell: -1,
}));

export function computeEquivalence(tree: OperationTree): NodeEquivalence {
  const { kind, cell, operand, extra, timed, outcome, observed, after, next } = tree;
  const equivalences: number[] = new Array<number>(kind.length).fill(-1);
  const numbers = new Map<string, number>();
  const nodes: number[] = [];
  const live: (readonly LiveEpoch[])[] = [];

  const classOf = (node: number): number => {
    const found = equivalences[node] ?? -1;
    if (found >= 0) return found;
    const follow = (next[node] ?? []).map(classOf);
    const edges = follow.map((number, edge) => `${observed[node]?.[edge] ?? 0}:${after[node]?.[edge] ?? 0}:${number}`);
    const text =
      kind[node] === UNKNOWN
        ? `? ${node}`
        : [kind[node], cell[node], operand[node], extra[node], timed[node], outcome[node], ...edges.sort()].join(",");
    let number = numbers.get(text);
    if (number === undefined) {
      number = nodes.push(node) - 1;
      numbers.set(text, number);
      live.push(
        kind[node] === UNKNOWN
          ? ALL_LIVE
          : liveAt(
              tree,
              node,
              follow.flatMap((each) => live[each] ?? ALL_LIVE),
            ),
      );
    }
    equivalences[node] = number;
    return number;
  };
  for (let node = kind.length - 1; node >= 0; node--) classOf(node);

  let count = nodes.length;
  return {
    of: (node) => {
      while (equivalences.length <= node) equivalences.push(count++);
      return equivalences[node] ?? 0;
    },
    nodes,
    live: (number) => live[number] ?? ALL_LIVE,
  };
}

/** The tickets that matter at a node, from those that matter after it. */
function liveAt({ kind, cell, extra }: OperationTree, node: number, later: readonly LiveEpoch[]): readonly LiveEpoch[] {
  const what = kind[node];
  const uses = what === KIND.changedSince || what === KIND.clearBitsIfUnchanged || what === KIND.waitWhileUnchanged;
  const here =
    what === KIND.epoch
      ? later.filter(({ age }) => age > 1).map((epoch) => ({ ...epoch, age: epoch.age - 1 }))
      : [...later, ...(uses ? [{ age: extra[node] ?? 1, cell: cell[node] ?? -1 }] : [])];
  const different = new Map(here.map((epoch) => [`${epoch.age} ${epoch.cell}`, epoch]));
  return [...different.values()].sort((a, b) => a.age - b.age || a.cell - b.cell);
}

/** The most that a counter may be moved by at once, so that it comes nowhere near its end in one execution. */
const MAX_DELTA = 1 << 16;

/**
 * Of each cell the bits that tell states apart: all (-1) but for a counter. That is a cell whose upper bits are only ever added to, and
 * compared, all of them, with tickets: then a state in which it and all tickets of it are higher by the same goes on in the same
 * way, and so does one in which a ticket is passed by more.
 */
export function distinguishingBits({ threads, cells }: Pick<OperationTrees, "threads" | "cells">): number[] {
  const moves = cells.map(() => 0);
  const each = (look: (kind: number, cell: number, operand: number, extra: number) => void): void => {
    for (const { kind, cell, operand, extra } of threads) {
      kind.forEach((what, node) => {
        const place = cell[node] ?? -1;
        if (what !== UNKNOWN && place >= 0) look(what, place, operand[node] ?? 0, extra[node] ?? 0);
      });
    }
  };
  each((kind, cell, operand) => {
    if (kind === KIND.bump || kind === KIND.raise) moves[cell] = (moves[cell] ?? 0) | operand;
  });
  const bits = moves.map((changedSince) =>
    changedSince > 0 && changedSince < MAX_DELTA ? (changedSince & -changedSince) - 1 : -1,
  );
  each((kind, cell, operand, extra) => {
    const low = bits[cell] ?? -1;
    if (low !== -1 && !leavesCounter(kind, low, operand, extra)) bits[cell] = -1;
  });
  return bits;
}

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
