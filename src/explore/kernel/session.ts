/**
 * A program that can be executed any number of times: its worker threads, its memory, and the image to which the memory
 * is reset before each execution. `execute` is synchronous: the caller waits for the baton as the threads do.
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
 * How long a thread may run without a scheduling point, ms of real time. After that it counts as an endless loop. The
 * time is counted in polls, so that a process that was stopped for longer continues.
 */
const STUCK_TIMEOUT_MS = 20_000;
const POLL_MS = 1000;

/** A program behaves differently when it is executed in the same order again, or does not reach a scheduling point. */
export class UncontrolledProgramError extends Error {
  override readonly name = "UncontrolledProgramError";
}

/** How the next execution is to be scheduled. */
export interface Schedule {
  /** Threads of the first steps. */
  readonly prefix: ArrayLike<number>;
  /** What decides after the prefix. Default: the thread that ran last continues. */
  readonly policy?: keyof typeof POLICY;
  /** Bit mask: the sleep set before the last step of the prefix. Default: empty. */
  readonly sleeping?: number;
  /** The initial state of the random numbers, not 0. */
  readonly random?: number;
  /**
   * For `pct`: a priority for each thread and each thread's timeout, all different and above 0; and the change points.
   */
  readonly priorities?: readonly number[];
  readonly changeAt?: readonly number[];
  /** Whether the threads record their named calls. */
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

/** The parts of a session. */
interface SessionParts {
  readonly program: Program;
  readonly arena: Arena;
  readonly rows: Int32Array;
  readonly shared: Shared;
  readonly controlBlock: ControlBlock;
  readonly threads: readonly Worker[];
}

/** Starts the threads of a program. Rejects with the error of loading the program. */
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
  // The session copies the initial memory before any thread can change it.
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
  /** For reading the memory after the last execution. */
  readonly env: Env;
  /** Describes a cell by its number. */
  readonly describe: (cell: number) => WordDescription;
  /** The value of a cell before an execution. */
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

  /** Executes the program once. Returns how it ended ({@link END}). @throws UncontrolledProgramError */
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

  /** The threads that the last execution left unfinished, each with its pending operation. */
  get stuck(): readonly Stuck[] {
    return this.#stuck;
  }

  /** Steps of the last execution. */
  get steps(): number {
    return word(this.#words, CONTROL.step);
  }

  /** Bit mask of the threads that could have made step `step` of the last execution. */
  enabledAt(step: number): number {
    assert(step < this.steps, `step ${step} of an execution of ${this.steps} steps`);
    return word(this.#words, this.controlBlock.log + step * RECORD.words + RECORD.enabled);
  }

  /**
   * The reports of the threads about the last execution; undefined for a thread that has not begun, empty for an
   * aborted one.
   */
  reports(): (ProgramThreadReport | undefined)[] {
    return this.outcomeTexts().map((text) => (text === "" ? undefined : (JSON.parse(text) as ProgramThreadReport)));
  }

  /** The reports as text, for comparing. */
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
    assert(word(words, CONTROL.quit) === 0, "a closed session executes a schedule");
    const { prefix } = this.controlBlock;
    const { changeAt = [], priorities = [] } = schedule;
    if (changeAt.length > MAX_CHANGE_POINTS)
      throw new RangeError(`invalid number of change points ${changeAt.length}: expected at most ${MAX_CHANGE_POINTS}`);
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
          `program ${this.program.name} has run for ${STUCK_TIMEOUT_MS} ms without a scheduling point`,
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
    // The listener stays: an "error" event without a listener ends the process.
    thread.on("error", reject);
    thread.once("exit", () => reject(new Error("a thread of the program ended before the first execution")));
  });
}
