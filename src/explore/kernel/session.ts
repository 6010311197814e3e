/**
 * A program ready to be executed any number of times: its worker threads, its memory and the image to which the memory is
 * put back before each execution. Executing is synchronous: the caller waits for the baton like any participant.
 */
import { Worker } from "node:worker_threads";
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
 * How long a thread may go without a scheduling point (ms of real time) before it is taken to be stuck in itself; in parts, so that a
 * process that was stopped for longer goes on.
 */
const STUCK_TIMEOUT_MS = 20_000;
const POLL_MS = 1000;

/** A program does not do the same when it is executed in the same order again, or never comes to a scheduling point. */
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

export interface Session {
  readonly program: Program;
  readonly mailboxKind: MailboxKind;
  readonly threadNames: readonly string[];
  readonly controlBlock: ControlBlock;
  /** For looking at the memory that the last execution left. */
  readonly env: Env;
  /** What a cell is, by its number. */
  readonly describe: (cell: number) => WordDescription;
  /** What a cell holds before an execution. */
  readonly initialValue: (cell: number) => number;
  /** Executes the program once; returns how it ended ({@link END}). Throws {@link UncontrolledProgramError}. */
  execute(schedule: Schedule): number;
  /** The threads that the last execution left undone, and what each was about to do (kind of operation, cell). */
  readonly stuck: readonly Stuck[];
  /** Steps of the last execution. */
  readonly steps: number;
  /** Threads (bit mask) that could have made step `step` of the last execution. */
  enabledAt(step: number): number;
  /** What the threads told of the last execution; of those that finished. */
  reports(): (ProgramThreadReport | undefined)[];
  /** Their outcomes as text, to be compared. */
  outcomeTexts(): string[];
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly mailbox?: MailboxKind;
  /** Steps after which an execution is taken to go on for ever. Default: 5,000. */
  readonly maxSteps?: number;
}

/** Starts the threads of a program. Rejects with what loading it throws. */
export async function openSession(source: ProgramSource, options: SessionOptions = {}): Promise<Session> {
  const { mailbox: mailboxKind = "sound", maxSteps = 5000 } = options;
  const program = await loadProgram(source);
  const threadNames = Object.keys(program.threads);
  const arena = Arena.create({ slots: 1, ringBytes: program.ringBytes });
  arena.allocate();
  const rows = new Int32Array(new SharedArrayBuffer(ROW.words * 4));
  writeStatus(rows, INITIAL_STATUS);
  const shared: Shared = { arena: arena.shared, rows, mailboxKind };
  const image = arena.cells.slice();
  const rowsImage = rows.slice();
  const controlBlock = createControlBlock(maxSteps);
  const { words, outcomes } = controlBlock;
  words[CONTROL.threads] = threadNames.length;
  const env = createEnv(shared, {
    thread: threadNames.length,
    clock: systemClock,
    finalStatuses: program.finalStatuses,
    onCall: () => undefined,
  });

  const threads = threadNames.map((_name, thread) => {
    const data: ThreadData = { source, shared, controlBlock: controlBlock.buffer, maxSteps, thread };
    return new Worker(new URL("./program-thread.js", import.meta.url), { workerData: data });
  });
  try {
    await Promise.all(threads.map(isReady));
  } catch (error) {
    await Promise.all(threads.map((thread) => thread.terminate()));
    throw error;
  }

  const awaitEnd = (): void => {
    for (let waitedMs = 0; !awaitBaton(words, EXPLORER, POLL_MS); ) {
      waitedMs += POLL_MS;
      if (waitedMs >= STUCK_TIMEOUT_MS)
        throw new UncontrolledProgramError(
          `program ${program.name} has come to no scheduling point in ${STUCK_TIMEOUT_MS} ms`,
        );
    }
  };

  const prepare = (schedule: Schedule): void => {
    arena.cells.set(image);
    rows.set(rowsImage);
    words.fill(0, CONTROL.pending, controlBlock.prefix);
    words.set(schedule.prefix, controlBlock.prefix);
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
    const changes = schedule.changeAt ?? [];
    if (changes.length > MAX_CHANGE_POINTS)
      throw new RangeError(`at most ${MAX_CHANGE_POINTS} change points, not ${changes.length}`);
    words[CONTROL.changePoints] = changes.length;
    words.set(changes, CONTROL.changeAt);
    schedule.priorities?.forEach((priority, place) => {
      const thread = place >> 1;
      words[pendingOf(thread) + ((place & 1) === 0 ? PENDING.priority : PENDING.timeoutPriority)] = priority;
    });
  };

  const findStuck = (): Stuck[] =>
    threadNames.flatMap((_name, thread) => {
      const at = pendingOf(thread);
      const kind = word(words, at + PENDING.kind);
      return kind === KIND.done
        ? []
        : [{ thread, kind, cell: word(words, at + PENDING.cell), timed: word(words, at + PENDING.timed) !== 0 }];
    });

  /** Unwinds the threads that an execution left half-way. */
  const abort = (): void => {
    words[CONTROL.aborting] = 1;
    for (let thread = 0; thread < threadNames.length; thread++) {
      const kind = word(words, pendingOf(thread) + PENDING.kind);
      if (kind === KIND.start || kind === KIND.done) continue;
      passBaton(words, thread);
      awaitEnd();
    }
    words[CONTROL.aborting] = 0;
  };

  const outcomeText = (thread: number): string => {
    const start = thread * OUTCOME_BYTES;
    return outcomes.toString("utf8", start, start + word(words, pendingOf(thread) + PENDING.outcomeBytes));
  };

  const initialCells = mapCells([image, rowsImage]);
  let stuck: readonly Stuck[] = [];
  return {
    program,
    mailboxKind,
    threadNames,
    controlBlock,
    env,
    describe: describeCells(arena.sizes),
    initialValue: (cell) => initialCells.valueOf(cell),
    execute: (schedule) => {
      prepare(schedule);
      handOver(controlBlock, choose(controlBlock));
      awaitEnd();
      const end = word(words, CONTROL.end);
      stuck = [];
      if (end !== END.completed) {
        stuck = findStuck();
        abort();
      }
      return end;
    },
    get stuck() {
      return stuck;
    },
    get steps() {
      return word(words, CONTROL.step);
    },
    enabledAt: (step) => word(words, controlBlock.log + step * RECORD.words + RECORD.enabled),
    reports: () =>
      threadNames.map((_name, thread) => {
        const text = outcomeText(thread);
        return text === "" ? undefined : (JSON.parse(text) as ProgramThreadReport);
      }),
    outcomeTexts: () => threadNames.map((_name, thread) => outcomeText(thread)),
    close: async () => {
      words[CONTROL.quit] = 1;
      await Promise.all(threads.map((thread) => thread.terminate()));
    },
  };
}

function isReady(thread: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.once("message", () => resolve());
    // For as long as it lives: an error that nobody listens for ends the process.
    thread.on("error", reject);
    thread.once("exit", () => reject(new Error("a thread of the program ended before the program began")));
  });
}
