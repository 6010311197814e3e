/**
 * What a thread of a program does, as far as executions have shown it: a tree of its operations, branching by what each
 * operation told the thread. Threads are deterministic, so what a thread does next is a function of what it was told before,
 * and an execution need not be repeated to know what it would do.
 *
 * An execution that contradicts what was learned shows that a program is not deterministic, or that shared memory was read
 * without an atomic operation and without telling the control (`notePlain`).
 */
import { CONTROL, NOTE, NOTED } from "../kernel/control-block.js";
import { FLAG, KIND, RECORD, word } from "../kernel/operation-records.js";
import { UncontrolledProgramError, type Session } from "../kernel/session.js";

/** Kinds of node beside those of operations ({@link KIND}): what belongs to the operation before and happens with it. */
export const ATTACHED = { read: 100, written: 101, stage: 102 } as const;
/** The kind of a node of which it is not known yet what the thread does there. */
export const UNKNOWN = -1;

/** How many of its last tickets a thread can use. */
export const MAX_EPOCHS = 4;

/** A thread's tree. Nodes are numbers; the root is 0. */
export interface OperationTree {
  readonly kind: number[];
  /** Place of the cell among the {@link OperationTrees.cells}; -1: none that others know. */
  readonly cell: number[];
  /**
   * Of a test, update, or whatever uses a ticket: its mask. Of a ticket: what it tells. Of a wait: what it expects. Of a store, bump,
   * raise or plain write: its value.
   */
  readonly operand: number[];
  /** Of whatever uses a ticket: how many tickets ago that was. Of a raise: its mask. */
  readonly extra: number[];
  /** Of a wake: whether it has a timeout. */
  readonly timed: boolean[];
  /** Of a thread that is done: what it returned. */
  readonly outcome: string[];
  /** What the operation can tell the thread, how it then leaves the cell, and the node that follows. */
  readonly observed: number[][];
  readonly after: number[][];
  readonly next: number[][];
  /** The nodes at which stages begin, by what the thread remembers. */
  readonly stages: Map<string, number>;
}

export interface OperationTrees {
  readonly threads: readonly OperationTree[];
  /** The cells that were touched, in the order in which they were found. */
  readonly cells: readonly number[];
  /** How many edges are known: grows with whatever is learned. */
  readonly known: number;
  /** Learns from the session's last execution. Throws an {@link UncontrolledProgramError}. */
  learn(): void;
}

export function learnOperationTrees(session: Session): OperationTrees {
  const { controlBlock, threadNames, program } = session;
  const { words, log, notes } = controlBlock;
  const threads = threadNames.map(createOperationTree);
  const cells: number[] = [];
  const places = new Map<number, number>();
  let known = 0;

  const placeOf = (cell: number): number => {
    if (cell < 0) return -1;
    let place = places.get(cell);
    if (place === undefined) {
      place = cells.push(cell) - 1;
      places.set(cell, place);
    }
    return place;
  };

  const contradict = (thread: number): never => {
    throw new UncontrolledProgramError(
      `program ${program.name} is not deterministic: told the same, thread ${threadNames[thread] ?? "?"} did something else`,
    );
  };

  const settle = (
    thread: number,
    node: number,
    kind: number,
    cell: number,
    operand: number,
    { timed = false, extra = 0 } = {},
  ): void => {
    const tree = threads[thread] ?? contradict(thread);
    if (tree.kind[node] === UNKNOWN) {
      tree.kind[node] = kind;
      tree.cell[node] = cell;
      tree.operand[node] = operand;
      tree.extra[node] = extra;
      tree.timed[node] = timed;
    } else if (
      tree.kind[node] !== kind ||
      tree.cell[node] !== cell ||
      tree.operand[node] !== operand ||
      tree.extra[node] !== extra ||
      tree.timed[node] !== timed
    ) {
      contradict(thread);
    }
  };

  const follow = (thread: number, node: number, observed: number, after: number, stage?: string): number => {
    const tree = threads[thread] ?? contradict(thread);
    const edge = tree.observed[node]?.indexOf(observed) ?? -1;
    const expected = stage === undefined ? undefined : stageOf(tree, stage);
    if (edge >= 0) {
      const next = tree.next[node]?.[edge] ?? 0;
      return tree.after[node]?.[edge] !== after || (expected ?? next) !== next ? contradict(thread) : next;
    }
    known++;
    const next = expected ?? addNode(tree);
    tree.observed[node]?.push(observed);
    tree.after[node]?.push(after);
    tree.next[node]?.push(next);
    return next;
  };

  const learnStep = (step: number, thread: number, node: number): number => {
    const at = log + step * RECORD.words;
    const kind = word(words, at + RECORD.kind);
    const cell = placeOf(word(words, at + RECORD.cell));
    const before = word(words, at + RECORD.before);
    const after = word(words, at + RECORD.after);
    const detail = word(words, at + RECORD.detail);
    const flags = word(words, at + RECORD.flags);
    const since = word(words, at + RECORD.since);
    const age = word(words, at + RECORD.age);
    if (age > MAX_EPOCHS)
      throw new UncontrolledProgramError(`program ${program.name} keeps too many epochs to be covered by states`);
    switch (kind) {
      case KIND.start:
      case KIND.notify:
        settle(thread, node, kind, cell, 0);
        return follow(thread, node, 0, 0);
      case KIND.test:
        settle(thread, node, kind, cell, detail);
        return follow(thread, node, (before & detail) === 0 ? 0 : 1, 0);
      case KIND.store:
        settle(thread, node, kind, cell, after);
        return follow(thread, node, 0, 0);
      case KIND.bump:
        settle(thread, node, kind, cell, (after - before) | 0);
        return follow(thread, node, 0, 0);
      case KIND.raise:
        settle(thread, node, kind, cell, since, { extra: detail });
        return follow(thread, node, 0, 0);
      case KIND.epoch:
        settle(thread, node, kind, cell, detail);
        return follow(thread, node, before & detail, 0);
      case KIND.changedSince:
        settle(thread, node, kind, cell, detail, { extra: age });
        return follow(thread, node, ((before ^ since) & detail) === 0 ? 0 : 1, 0);
      case KIND.clearBitsIfUnchanged:
        settle(thread, node, kind, cell, detail, { extra: age });
        return follow(thread, node, before === since ? 1 : 0, 0);
      case KIND.waitWhileUnchanged:
        settle(thread, node, kind, cell, detail, { extra: age });
        return follow(thread, node, flags & FLAG.slept, 0);
      case KIND.update:
        settle(thread, node, kind, cell, detail);
        return follow(thread, node, before & detail, after & detail);
      case KIND.wait:
        settle(thread, node, kind, cell, detail);
        return follow(thread, node, flags & FLAG.slept, 0);
      case KIND.wake:
        settle(thread, node, kind, cell, 0, { timed: (flags & FLAG.timed) !== 0 });
        return follow(thread, node, flags & FLAG.expired, 0);
      default:
        settle(thread, node, kind, cell, -1);
        return follow(thread, node, before, after);
    }
  };

  const learnNote = (at: number, thread: number, node: number): number => {
    const value = word(words, at + NOTE.value);
    switch (word(words, at + NOTE.what)) {
      case NOTED.stage:
        settle(thread, node, ATTACHED.stage, -1, 0);
        return follow(thread, node, 0, 0, `${word(words, at + NOTE.cell)} ${value}`);
      case NOTED.written:
        settle(thread, node, ATTACHED.written, placeOf(word(words, at + NOTE.cell)), value);
        return follow(thread, node, 0, 0);
      default:
        settle(thread, node, ATTACHED.read, placeOf(word(words, at + NOTE.cell)), 0);
        return follow(thread, node, value, 0);
    }
  };

  return {
    threads,
    cells,
    get known() {
      return known;
    },
    learn: () => {
      const noted = word(words, CONTROL.notes);
      if (noted > controlBlock.maxNotes)
        throw new UncontrolledProgramError(`program ${program.name} has too much plain memory to be covered by states`);
      const nodes = threads.map(() => 0);
      let note = 0;
      for (let step = 0; step < session.steps; step++) {
        const thread = word(words, log + step * RECORD.words + RECORD.thread);
        let node = learnStep(step, thread, nodes[thread] ?? 0);
        for (; note < noted && word(words, notes + note * NOTE.words + NOTE.step) === step + 1; note++) {
          node = learnNote(notes + note * NOTE.words, thread, node);
        }
        nodes[thread] = node;
      }
      const texts = session.outcomeTexts();
      const stuck = new Map(session.stuck.map((each) => [each.thread, each]));
      threads.forEach((tree, thread) => {
        const node = nodes[thread] ?? 0;
        const left = stuck.get(thread);
        if (left === undefined) {
          settle(thread, node, KIND.done, -1, 0);
          const outcome = texts[thread] ?? "";
          if (tree.outcome[node] === "") tree.outcome[node] = outcome;
          else if (tree.outcome[node] !== outcome) contradict(thread);
        } else if (left.kind === KIND.wake) {
          settle(thread, node, KIND.wake, placeOf(left.cell), 0, { timed: left.timed });
        }
      });
    },
  };
}

function createOperationTree(): OperationTree {
  const tree: OperationTree = {
    kind: [],
    cell: [],
    operand: [],
    extra: [],
    timed: [],
    outcome: [],
    observed: [],
    after: [],
    next: [],
    stages: new Map(),
  };
  addNode(tree);
  return tree;
}

function addNode(tree: OperationTree): number {
  tree.cell.push(-1);
  tree.operand.push(0);
  tree.extra.push(0);
  tree.timed.push(false);
  tree.outcome.push("");
  tree.observed.push([]);
  tree.after.push([]);
  tree.next.push([]);
  return tree.kind.push(UNKNOWN) - 1;
}

function stageOf(tree: OperationTree, stage: string): number {
  let node = tree.stages.get(stage);
  if (node === undefined) {
    node = addNode(tree);
    tree.stages.set(stage, node);
  }
  return node;
}
