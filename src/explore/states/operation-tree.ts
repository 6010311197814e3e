/**
 * The known behaviour of a program's thread: a tree of its operations that branches by the thread's observations.
 * Threads are deterministic, so the next operation of a thread is a function of what it has observed. So no execution
 * is needed where the observations are known.
 *
 * An execution that contradicts the tree shows that the program is not deterministic, or that it reads shared memory
 * without an atomic operation and without `notePlain`.
 */
import { at } from "../../vocabulary/index.js";
import { CONTROL, NOTE, NOTED } from "../kernel/control-block.js";
import { FLAG, KIND, RECORD, word } from "../kernel/operation-records.js";
import { UncontrolledProgramError, type Session } from "../kernel/session.js";

/**
 * Kinds of node besides those of operations ({@link KIND}). They take place together with the operation before them.
 */
export const ATTACHED = { read: 100, written: 101, stage: 102 } as const;
/** The kind of a node whose operation is unknown. */
export const UNKNOWN = -1;

/** A thread can use so many of its latest epochs. */
export const MAX_EPOCHS = 4;

/** A point in a thread's behaviour, and the operation there. */
export interface OperationNode {
  kind: number;
  /** Index of the cell in {@link OperationTrees.cells}; -1: no cell that other threads share. */
  cell: number;
  /**
   * Of a test, an update or an operation that uses an epoch: its mask. Of an epoch: its observable bits. Of a wait: the
   * value that it expects. Of a store, bump, raise or plain write: its value.
   */
  operand: number;
  /** Of an operation that uses an epoch: how many epochs ago it was read. Of a raise: its mask. */
  extra: number;
  /** Index of the operation in {@link OperationTrees.operations}; -1: unknown. */
  operation: number;
  /** Of a wake: whether it has a timeout. */
  timed: boolean;
  /** Of a thread that has ended: its report. */
  outcome: string;
  /** Of each edge: what the thread observes, the value of the cell afterwards, and the number of the next node. */
  readonly observed: number[];
  readonly after: number[];
  readonly next: number[];
}

/** A thread's tree. A node's number is its index; the root is node 0. */
export interface OperationTree {
  readonly nodes: OperationNode[];
  /** The first nodes of stages, by what the thread remembers. */
  readonly stages: Map<string, number>;
}

/** The operation at a node. */
type Operation = Pick<OperationNode, "kind" | "cell" | "operand"> & Partial<Pick<OperationNode, "extra" | "timed">>;

/** The part of an operation that does not depend on its thread. */
export type CellOperation = Readonly<Pick<OperationNode, "kind" | "cell" | "operand" | "extra">>;

/** What an operation let its thread observe, and the value of the cell afterwards, as far as the tree keeps it. */
interface Effect {
  readonly observed: number;
  readonly after: number;
}

/** The trees of all threads of a session's program. */
export class OperationTrees {
  readonly threads: readonly OperationTree[];
  /** The cells that were accessed, in the order in which they were found. */
  readonly cells: number[] = [];
  /** The different operations of all nodes. */
  readonly operations: CellOperation[] = [];
  readonly #operationNumbers = new Map<string, number>();
  readonly #session: Session;
  readonly #places = new Map<number, number>();
  #known = 0;

  constructor(session: Session) {
    this.#session = session;
    this.threads = session.threadNames.map(createOperationTree);
  }

  /** The number of known edges: it grows with everything that is learned. */
  get known(): number {
    return this.#known;
  }

  /** Learns from the session's last execution. @throws UncontrolledProgramError */
  learn(): void {
    const { steps, program, controlBlock } = this.#session;
    const { words, log, notes, maxNotes } = controlBlock;
    const noted = word(words, CONTROL.notes);
    if (noted > maxNotes)
      throw new UncontrolledProgramError(
        `program ${program.name} cannot be covered by states: it makes ${noted} plain accesses to shared memory, ` +
          `expected at most ${maxNotes}`,
      );
    const nodes = this.threads.map(() => 0);
    let note = 0;
    for (let step = 0; step < steps; step++) {
      const thread = word(words, log + step * RECORD.words + RECORD.thread);
      let node = this.#learnStep(log + step * RECORD.words, thread, at(nodes, thread));
      for (; note < noted && word(words, notes + note * NOTE.words + NOTE.step) === step + 1; note++) {
        node = this.#learnNote(notes + note * NOTE.words, thread, node);
      }
      nodes[thread] = node;
    }
    this.#learnEnds(nodes);
  }

  #learnEnds(nodes: readonly number[]): void {
    const texts = this.#session.outcomeTexts();
    const stuck = new Map(this.#session.stuck.map((each) => [each.thread, each]));
    this.threads.forEach((tree, thread) => {
      const number = at(nodes, thread);
      const left = stuck.get(thread);
      if (left === undefined) {
        this.#settle(thread, number, { kind: KIND.done, cell: -1, operand: 0 });
        const node = at(tree.nodes, number);
        const outcome = at(texts, thread);
        if (node.outcome === "") node.outcome = outcome;
        else if (node.outcome !== outcome) this.#contradict(thread);
      } else if (left.kind === KIND.wake) {
        const cell = this.#placeOf(left.cell);
        this.#settle(thread, number, { kind: KIND.wake, cell, operand: 0, timed: left.timed });
      }
    });
  }

  #placeOf(cell: number): number {
    if (cell < 0) return -1;
    let place = this.#places.get(cell);
    if (place === undefined) {
      place = this.cells.push(cell) - 1;
      this.#places.set(cell, place);
    }
    return place;
  }

  #contradict(thread: number): never {
    const { program, threadNames } = this.#session;
    throw new UncontrolledProgramError(
      `program ${program.name} is not deterministic: after the same observations, ` +
        `thread ${at(threadNames, thread)} made another operation`,
    );
  }

  #settle(thread: number, number: number, { kind, cell, operand, extra = 0, timed = false }: Operation): void {
    const node = at(at(this.threads, thread).nodes, number);
    if (node.kind === UNKNOWN) {
      node.kind = kind;
      node.cell = cell;
      node.operand = operand;
      node.extra = extra;
      node.timed = timed;
      node.operation = this.#numberOf({ kind, cell, operand, extra });
    } else if (
      node.kind !== kind ||
      node.cell !== cell ||
      node.operand !== operand ||
      node.extra !== extra ||
      node.timed !== timed
    ) {
      this.#contradict(thread);
    }
  }

  #numberOf(operation: CellOperation): number {
    const { kind, cell, operand, extra } = operation;
    const key = `${kind} ${cell} ${operand} ${extra}`;
    let number = this.#operationNumbers.get(key);
    if (number === undefined) {
      number = this.operations.push(operation) - 1;
      this.#operationNumbers.set(key, number);
    }
    return number;
  }

  #follow(thread: number, number: number, { observed, after }: Effect, stage?: string): number {
    const tree = at(this.threads, thread);
    const node = at(tree.nodes, number);
    const edge = node.observed.indexOf(observed);
    const expected = stage === undefined ? undefined : stageOf(tree, stage);
    if (edge >= 0) {
      const next = at(node.next, edge);
      const agrees = at(node.after, edge) === after && (expected === undefined || expected === next);
      return agrees ? next : this.#contradict(thread);
    }
    this.#known++;
    const next = expected ?? addNode(tree);
    node.observed.push(observed);
    node.after.push(after);
    node.next.push(next);
    return next;
  }

  /** Learns from the record at `record`. Returns the node that follows. */
  #learnStep(record: number, thread: number, node: number): number {
    const { controlBlock, program } = this.#session;
    const { words } = controlBlock;
    if (word(words, record + RECORD.age) > MAX_EPOCHS)
      throw new UncontrolledProgramError(
        `program ${program.name} cannot be covered by states: a thread uses an older epoch than its last ${MAX_EPOCHS}`,
      );
    const cell = this.#placeOf(word(words, record + RECORD.cell));
    this.#settle(thread, node, operationAt(words, record, cell));
    return this.#follow(thread, node, effectAt(words, record));
  }

  #learnNote(note: number, thread: number, node: number): number {
    const { words } = this.#session.controlBlock;
    const cell = word(words, note + NOTE.cell);
    const value = word(words, note + NOTE.value);
    switch (word(words, note + NOTE.what)) {
      case NOTED.stage:
        this.#settle(thread, node, { kind: ATTACHED.stage, cell: -1, operand: 0 });
        return this.#follow(thread, node, { observed: 0, after: 0 }, `${cell} ${value}`);
      case NOTED.written:
        this.#settle(thread, node, { kind: ATTACHED.written, cell: this.#placeOf(cell), operand: value });
        return this.#follow(thread, node, { observed: 0, after: 0 });
      default:
        this.#settle(thread, node, { kind: ATTACHED.read, cell: this.#placeOf(cell), operand: 0 });
        return this.#follow(thread, node, { observed: value, after: 0 });
    }
  }
}

/** The operation of a record, as its node keeps it. */
function operationAt(words: Int32Array, record: number, cell: number): Operation {
  const kind = word(words, record + RECORD.kind);
  const after = word(words, record + RECORD.after);
  const detail = word(words, record + RECORD.detail);
  switch (kind) {
    case KIND.start:
    case KIND.notify:
      return { kind, cell, operand: 0 };
    case KIND.wake:
      return { kind, cell, operand: 0, timed: (word(words, record + RECORD.flags) & FLAG.timed) !== 0 };
    case KIND.store:
      return { kind, cell, operand: after };
    case KIND.bump:
      return { kind, cell, operand: (after - word(words, record + RECORD.before)) | 0 };
    case KIND.raise:
      return { kind, cell, operand: word(words, record + RECORD.since), extra: detail };
    case KIND.changedSince:
    case KIND.clearBitsIfUnchanged:
    case KIND.waitWhileUnchanged:
      return { kind, cell, operand: detail, extra: word(words, record + RECORD.age) };
    case KIND.test:
    case KIND.epoch:
    case KIND.update:
    case KIND.wait:
      return { kind, cell, operand: detail };
    default:
      return { kind, cell, operand: -1 };
  }
}

/** The effect of the operation of a record. */
function effectAt(words: Int32Array, record: number): Effect {
  const before = word(words, record + RECORD.before);
  const after = word(words, record + RECORD.after);
  const detail = word(words, record + RECORD.detail);
  const flags = word(words, record + RECORD.flags);
  const since = word(words, record + RECORD.since);
  switch (word(words, record + RECORD.kind)) {
    case KIND.start:
    case KIND.notify:
    case KIND.store:
    case KIND.bump:
    case KIND.raise:
      return { observed: 0, after: 0 };
    case KIND.test:
      return { observed: (before & detail) === 0 ? 0 : 1, after: 0 };
    case KIND.epoch:
      return { observed: before & detail, after: 0 };
    case KIND.changedSince:
      return { observed: ((before ^ since) & detail) === 0 ? 0 : 1, after: 0 };
    case KIND.clearBitsIfUnchanged:
      return { observed: before === since ? 1 : 0, after: 0 };
    case KIND.update:
      return { observed: before & detail, after: after & detail };
    case KIND.wait:
    case KIND.waitWhileUnchanged:
      return { observed: flags & FLAG.slept, after: 0 };
    case KIND.wake:
      return { observed: flags & FLAG.expired, after: 0 };
    default:
      return { observed: before, after };
  }
}

function createOperationTree(): OperationTree {
  const tree: OperationTree = { nodes: [], stages: new Map() };
  addNode(tree);
  return tree;
}

function addNode({ nodes }: OperationTree): number {
  const node = { kind: UNKNOWN, cell: -1, operand: 0, extra: 0, operation: -1, timed: false, outcome: "" };
  return nodes.push({ ...node, observed: [], after: [], next: [] }) - 1;
}

function stageOf(tree: OperationTree, stage: string): number {
  let node = tree.stages.get(stage);
  if (node === undefined) {
    node = addNode(tree);
    tree.stages.set(stage, node);
  }
  return node;
}

/** Whether an operation of this kind compares its cell with an epoch. */
export function usesEpoch(kind: number): boolean {
  return kind === KIND.changedSince || kind === KIND.clearBitsIfUnchanged || kind === KIND.waitWhileUnchanged;
}
