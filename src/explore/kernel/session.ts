/**
 * A program ready to be executed any number of times: its worker threads, its memory, and the image from which the memory
 * is reset before each execution. Executing is synchronous: the caller waits for the baton like any participant.
 */
import { Worker } from "node:worker_threads";
import { assert } from "../../vocabulary/index.js";
import {
  Arena,
  awaitBaton,
  passBaton,
  systemClock,
  type MailboxKind,
  type WordDescription,
} from "../../platform/sync/index.js";
import {
  CONTROL,
  createControlBlock,
  END,
  EXPLORER,
  MAX_CHANGE_POINTS,
  OUTCOME_BYTES,
  pendingOf,
  PENDING,
  POLICY,
  type ControlBlock,
} from "./control-block.js";
import { mapCells } from "./cells.js";
import { describeCells } from "./describe-cells.js";
import { choose } from "./choose.js";
import { handOver } from "./thread-control.js";
import { createEnv, type Shared } from "./env.js";
import { loadProgram, type ProgramSource } from "./load-program.js";
import { KIND, RECORD, word } from "./operation-records.js";
import type { Env, Program } from "./program.js";
import type { ThreadData, ProgramThreadReport } from "./program-thread.js";
import { INITIAL_STATUS, ROW, writeStatus } from "./row-database.js";

/**
 * How long a thread may run without a scheduling point (ms of real time) before it counts as an endless loop. Counted in
 * polls, so that a process that was stopped for longer continues.
 */
const STUCK_TIMEOUT_MS = 20_000;
const POLL_MS = 1000;

/** A program behaves differently when it is executed in the same order again, or never comes to a scheduling point. */
export class UncontrolledProgramError extends Error {
  override readonly name = "UncontrolledProgramError";
}

/** How the next execution is to be scheduled. */
export interface Schedule {
  /** Threads of the first steps. */
  readonly prefix: ArrayLike<number>;
  /** What decides after the prefix. Default: the thread that ran last goes on. */
  readonly policy?: keyof typeof POLICY;
  /** Threads (bit mask) that need not be tried from the last step of the prefix on. Default: none. */
  readonly sleeping?: number;
  /** State of the random policies, not 0. */
  readonly random?: number;
  /** For `pct`: one a thread and one a thread's timeout, all different, above 0; and the steps at which to fall back. */
  readonly priorities?: readonly number[];
  readonly changeAt?: readonly number[];
  /** Whether the threads note their named calls. */
  readonly recording?: boolean;
}

export interface Stuck {
  readonly thread: number;
  readonly kind: number;
  readonly cell: number;
  /** Whether it waits with a timeout. */
  readonly timed: boolean;
}

export interface SessionOptions {
  readonly mailbox?: MailboxKind;
  /** Steps after which an execution counts as endless. Default: 5,000. */
  readonly maxSteps?: number;
}

/** What a session is made of. */
interface SessionParts {
  readonly program: Program;
  readonly arena: Arena;
  readonly rows: Int32Array;
  readonly shared: Shared;
  readonly controlBlock: ControlBlock;
  readonly threads: readonly Worker[];
}

/** Starts the threads of a program. Rejects with what loading the program throws. */
export async function openSession(source: ProgramSource, options: SessionOptions = {}): Promise<Session> {
  const { mailbox: mailboxKind = "sound", maxSteps = 5000 } = options;
  const program = await loadProgram(source);
  const arena = Arena.create({ slots: 1, ringBytes: program.ringBytes });
  arena.allocate();
  const rows = new Int32Array(new SharedArrayBuffer(ROW.words * 4));
  writeStatus(rows, INITIAL_STATUS);
  const shared: Shared = { arena: arena.shared, rows, mailboxKind };
  const controlBlock = createControlBlock(maxSteps);
  const threads = Object.keys(program.threads).map((_name, thread) => {
    const data: ThreadData = { source, shared, controlBlock: controlBlock.buffer, maxSteps, thread };
    return new Worker(new URL("./program-thread.js", import.meta.url), { workerData: data });
  });
  // The session takes the image of the memory before any thread can change it.
  const session = new Session({ program, arena, rows, shared, controlBlock, threads });
  try {
    await Promise.all(threads.map(isReady));
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

/** A program whose threads are ready. Obtained from {@link openSession}. */
export class Session {
  readonly program: Program;
  readonly mailboxKind: MailboxKind;
  readonly threadNames: readonly string[];
  readonly controlBlock: ControlBlock;
  /** For reading the memory that the last execution left. */
  readonly env: Env;
  /** What a cell is, by its number. */
  readonly describe: (cell: number) => WordDescription;
  /** What a cell holds before an execution. */
  readonly initialValue: (cell: number) => number;
  readonly #words: Int32Array;
  readonly #threads: readonly Worker[];
  readonly #arena: Arena;
  readonly #rows: Int32Array;
  readonly #initialArena: Int32Array;
  readonly #initialRows: Int32Array;
  #stuck: readonly Stuck[] = [];

  constructor({ program, arena, rows, shared, controlBlock, threads }: SessionParts) {
    this.program = program;
    this.mailboxKind = shared.mailboxKind;
    this.threadNames = Object.keys(program.threads);
    this.controlBlock = controlBlock;
    this.env = createEnv(shared, {
      thread: this.threadNames.length,
      clock: systemClock,
      finalStatuses: program.finalStatuses,
      onCall: () => undefined,
    });
    this.describe = describeCells(arena.sizes);
    this.#words = controlBlock.words;
    this.#words[CONTROL.threads] = this.threadNames.length;
    this.#threads = threads;
    this.#arena = arena;
    this.#rows = rows;
    this.#initialArena = arena.cells.slice();
    this.#initialRows = rows.slice();
    const initialCells = mapCells([this.#initialArena, this.#initialRows]);
    this.initialValue = (cell) => initialCells.valueOf(cell);
  }

  /** Executes the program once; returns how it ended ({@link END}). @throws UncontrolledProgramError */
  execute(schedule: Schedule): number {
    this.#prepare(schedule);
    handOver(this.controlBlock, choose(this.controlBlock));
    this.#awaitEnd();
    const end = word(this.#words, CONTROL.end);
    assert(end !== END.running, "an execution has ended and is marked as running");
    this.#stuck = [];
    if (end !== END.completed) {
      this.#stuck = this.#findStuck();
      this.#abort();
    }
    return end;
  }

  /** The threads that the last execution left unfinished, and the next operation of each (kind and cell). */
  get stuck(): readonly Stuck[] {
    return this.#stuck;
  }

  /** Steps of the last execution. */
  get steps(): number {
    return word(this.#words, CONTROL.step);
  }

  /** Threads (bit mask) that could have made step `step` of the last execution. */
  enabledAt(step: number): number {
    assert(step < this.steps, `step ${step} of an execution of ${this.steps} steps`);
    return word(this.#words, this.controlBlock.log + step * RECORD.words + RECORD.enabled);
  }

  /** What the threads reported of the last execution; undefined for a thread that has not finished. */
  reports(): (ProgramThreadReport | undefined)[] {
    return this.outcomeTexts().map((text) => (text === "" ? undefined : (JSON.parse(text) as ProgramThreadReport)));
  }

  /** The reports as text, to be compared. */
  outcomeTexts(): string[] {
    return this.threadNames.map((_name, thread) => {
      const start = thread * OUTCOME_BYTES;
      const bytes = word(this.#words, pendingOf(thread) + PENDING.outcomeBytes);
      return this.controlBlock.outcomes.toString("utf8", start, start + bytes);
    });
  }

  async close(): Promise<void> {
    this.#words[CONTROL.quit] = 1;
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #prepare(schedule: Schedule): void {
    const words = this.#words;
    const { prefix } = this.controlBlock;
    const { changeAt = [], priorities = [] } = schedule;
    if (changeAt.length > MAX_CHANGE_POINTS)
      throw new RangeError(`${changeAt.length} change points: expected at most ${MAX_CHANGE_POINTS}`);
    this.#arena.cells.set(this.#initialArena);
    this.#rows.set(this.#initialRows);
    words.fill(0, CONTROL.pending, prefix);
    words.set(schedule.prefix, prefix);
    words[CONTROL.end] = END.running;
    words[CONTROL.step] = 0;
    words[CONTROL.last] = 0;
    words[CONTROL.notes] = 0;
    words[CONTROL.prefixLength] = schedule.prefix.length;
    words[CONTROL.policy] = POLICY[schedule.policy ?? "first"];
    words[CONTROL.sleeping] = schedule.sleeping ?? 0;
    words[CONTROL.random] = schedule.random ?? 1;
    words[CONTROL.recording] = schedule.recording === true ? 1 : 0;
    words[CONTROL.nextLowPriority] = 0;
    words[CONTROL.changePoints] = changeAt.length;
    words.set(changeAt, CONTROL.changeAt);
    priorities.forEach((priority, place) => {
      const part = (place & 1) === 0 ? PENDING.priority : PENDING.timeoutPriority;
      words[pendingOf(place >> 1) + part] = priority;
    });
  }

  #awaitEnd(): void {
    for (let waitedMs = 0; !awaitBaton(this.#words, EXPLORER, POLL_MS); ) {
      waitedMs += POLL_MS;
      if (waitedMs >= STUCK_TIMEOUT_MS)
        throw new UncontrolledProgramError(
          `program ${this.program.name} has come to no scheduling point in ${STUCK_TIMEOUT_MS} ms`,
        );
    }
  }

  #findStuck(): Stuck[] {
    return this.threadNames.flatMap((_name, thread) => {
      const pending = pendingOf(thread);
      const kind = word(this.#words, pending + PENDING.kind);
      if (kind === KIND.done) return [];
      const cell = word(this.#words, pending + PENDING.cell);
      return [{ thread, kind, cell, timed: word(this.#words, pending + PENDING.timed) !== 0 }];
    });
  }

  /** Unwinds the threads that an execution left unfinished. */
  #abort(): void {
    this.#words[CONTROL.aborting] = 1;
    for (let thread = 0; thread < this.threadNames.length; thread++) {
      const kind = word(this.#words, pendingOf(thread) + PENDING.kind);
      if (kind === KIND.start || kind === KIND.done) continue;
      passBaton(this.#words, thread);
      this.#awaitEnd();
    }
    this.#words[CONTROL.aborting] = 0;
  }
}

function isReady(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.once("message", () => resolve());
    // Stays for the life of the thread: an "error" event without a listener ends the process.
    thread.on("error", reject);
    thread.once("exit", () => reject(new Error("a thread of the program ended before the program began")));
  });
}
