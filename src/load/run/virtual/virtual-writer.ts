/**
 * The writer thread of the simulated machine (src/platform/db/writer-thread.ts is the real one): takes what has arrived as one group, is busy
 * with it for a time that is drawn, and then all of the group is in the database at once, and its writers are told soon after.
 * Until then nobody sees any of it.
 */
import type { Database, LocalDatabase, WriteArgs, WriteName } from "../../../platform/db/index.js";
import type { Random } from "../../scenario/index.js";
import type { Reactor, Wait, Waiter } from "../../../platform/sync/index.js";
import type { Note, TraceValue } from "../../../replay/trace/index.js";
import { keyOf, rowSummary } from "./tracing.js";

/** From the arrival of a write to its being taken up by a writer that has nothing to do, ms. */
const PICK_UP_MS = { least: 0.005, most: 0.03 };
/** A group's execution and commit, ms, and for each write of it. */
const COMMIT_MS = { least: 0.02, most: 0.15 };
const WRITE_MS = 0.01;
/** From the commit to a client's learning of it, ms. */
const ANSWER_MS = { least: 0.01, most: 0.06 };

export interface WriterOptions {
  readonly reactor: Reactor;
  /** Where the writes are executed. */
  readonly database: LocalDatabase;
  readonly random: Random;
  /** Takes down what comes into the database. */
  readonly note: Note;
  /** By how much longer the next group takes, ms; for faults. */
  readonly delay: () => number;
  /** Told of a write that failed though nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

export interface VirtualWriter {
  /** The database as a client sees it, which takes down with `note` what it asks for and what it learns. */
  connect(note: Note): Database;
}

interface WriterClient {
  readonly note: Note;
  /** The last group of which it is told. */
  answered: readonly Write[] | undefined;
}

/** A write on its way, and the wait for it. A class, because there are very many: a closure for each thing to be done with one takes more. */
class Write implements Wait<unknown> {
  /** What tells it from others of its name. */
  readonly key: TraceValue;
  /** What it gave, or why it failed, once it was executed. */
  result: unknown = undefined;
  failed = false;
  #answered = false;

  constructor(
    readonly client: WriterClient,
    readonly name: WriteName,
    readonly args: WriteArgs<WriteName>,
    private waiter: Waiter<unknown> | undefined,
  ) {
    this.key = keyOf(args);
  }

  block(): never {
    throw new Error("under simulated time there is one thread: nobody could answer it while it is blocked");
  }

  start(waiter: Waiter<unknown>): void {
    if (this.#answered) this.#settle(waiter);
    else this.waiter = waiter;
  }

  /** The client learns of it. */
  answer(): void {
    this.#answered = true;
    this.client.note("answer", this.name, this.key, null);
    if (this.waiter !== undefined) this.#settle(this.waiter);
  }

  #settle(waiter: Waiter<unknown>): void {
    if (this.failed) waiter.fail(this.result);
    else waiter.resume(this.result);
  }
}

export function createVirtualWriter(options: WriterOptions): VirtualWriter {
  const { reactor, database, random, note, delay, onError } = options;
  const { clock } = reactor;
  let arrived: Write[] | undefined;
  let busy = false;
  const drawn = ({ least, most }: { least: number; most: number }): number => least + (most - least) * random();
  const after = (ms: number, then: () => void): void => void reactor.at(clock.now() + ms, then);

  const takeUp = (): void => {
    const group = arrived ?? [];
    arrived = undefined;
    after(drawn(COMMIT_MS) + WRITE_MS * group.length + delay(), () => {
      for (const write of group) execute(write);
      for (const { client } of group) {
        if (client.answered === group) continue;
        client.answered = group;
        after(drawn(ANSWER_MS), () => {
          for (const write of group) if (write.client === client) write.answer();
        });
      }
      if (arrived === undefined) busy = false;
      else takeUp();
    });
  };

  const execute = (write: Write): void => {
    const { name, args, key } = write;
    try {
      write.result = database.execute(name, args);
    } catch (error) {
      write.failed = true;
      write.result = error;
    }
    note(
      "commit",
      name,
      key,
      write.failed ? { error: messageOf(write.result, database.path) } : rowSummary(write.result),
    );
  };

  const enqueue = (
    client: WriterClient,
    name: WriteName,
    args: WriteArgs<WriteName>,
    waiter: Waiter<unknown> | undefined,
  ): Write => {
    const write = new Write(client, name, args, waiter);
    client.note("write", name, args, null);
    if (arrived === undefined) arrived = [write];
    else arrived.push(write);
    if (!busy) {
      busy = true;
      after(drawn(PICK_UP_MS), takeUp);
    }
    return write;
  };

  const unwaited = { resume: () => undefined, fail: onError };

  return {
    connect(noteOfClient) {
      const client: WriterClient = { note: noteOfClient, answered: undefined };
      return {
        ...database,
        write: <K extends WriteName>(name: K, ...args: WriteArgs<K>) => enqueue(client, name, args, undefined),
        send: (name, ...args) => void enqueue(client, name, args, unwaited),
        close: () => undefined,
      };
    },
  };
}

/** An error's message without the name of the file, which is not the same in every run. */
function messageOf(error: unknown, path: string): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(path, "run.db");
}
