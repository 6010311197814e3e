/**
 * The writer thread of the simulated machine (src/platform/db/writer-thread.ts is the real one). It takes the writes
 * that have arrived as one group, is busy with the group for a drawn time, and commits all of it at once; until then no
 * read sees any of it. Soon after the commit the writers get their answers.
 */
import { assert } from "../../../vocabulary/index.js";
import type { Database, LocalDatabase, WriteArgs, WriteName } from "../../../platform/db/index.js";
import type { Random } from "../../scenario/index.js";
import type { Reactor, Wait, Waiter } from "../../../platform/sync/index.js";
import type { Note, TraceValue } from "../../../replay/trace/index.js";
import { keyOf, rowSummary } from "./tracing.js";

/** From the arrival of a write until an idle writer takes it, ms. */
const PICK_UP_MS = { least: 0.005, most: 0.03 };
/** A group's execution and commit, ms, and for each write of it. */
const COMMIT_MS = { least: 0.02, most: 0.15 };
const WRITE_MS = 0.01;
/** From the commit until a client gets the answer, ms. */
const ANSWER_MS = { least: 0.01, most: 0.06 };

export interface WriterOptions {
  readonly reactor: Reactor;
  /** Where the writes are executed. */
  readonly database: LocalDatabase;
  readonly random: Random;
  /** Records the commits. */
  readonly note: Note;
  /** The extra time of the next group, ms; for faults. */
  readonly delay: () => number;
  /** Called when a write failed that no one waits for. */
  readonly onError: (error: unknown) => void;
}

interface WriterClient {
  readonly note: Note;
  /** The last group for which it has an answer, or will get one. */
  answered: readonly Write[] | undefined;
}

/**
 * A write that was requested, and the wait for its answer. A class, because there are very many: closures take more
 * memory.
 */
class Write implements Wait<unknown> {
  /** Identifies it among the writes of its name. */
  readonly key: TraceValue;
  /** Its result or its error, once it was executed. */
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
    throw new Error("under simulated time there is one thread, and no other thread can answer it while it is blocked");
  }

  start(waiter: Waiter<unknown>): void {
    if (this.#answered) this.#settle(waiter);
    else this.waiter = waiter;
  }

  /** The client gets the answer. */
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

export class VirtualWriter {
  readonly #options: WriterOptions;
  readonly #unwaited: Waiter<unknown>;
  #arrived: Write[] | undefined;
  #isBusy = false;
  #isLocked = false;
  /** The group that waits for the end of the lock. */
  #blocked: readonly Write[] | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#unwaited = { resume: () => undefined, fail: options.onError };
  }

  /** The database as a client sees it. Records the client's writes and their answers with `note`. */
  connect(note: Note): Database {
    const client: WriterClient = { note, answered: undefined };
    return {
      ...this.#options.database,
      write: <K extends WriteName>(name: K, ...args: WriteArgs<K>) => this.#enqueue(client, name, args, undefined),
      send: (name, ...args) => void this.#enqueue(client, name, args, this.#unwaited),
      close: () => undefined,
    };
  }

  /** Keeps the database from committing anything until the result is called. */
  lock(): () => void {
    assert(!this.#isLocked, "the database was locked twice");
    this.#isLocked = true;
    return () => {
      this.#isLocked = false;
      const group = this.#blocked;
      this.#blocked = undefined;
      if (group !== undefined) this.#commit(group);
    };
  }

  #enqueue(
    client: WriterClient,
    name: WriteName,
    args: WriteArgs<WriteName>,
    waiter: Waiter<unknown> | undefined,
  ): Write {
    const write = new Write(client, name, args, waiter);
    client.note("write", name, args, null);
    if (this.#arrived === undefined) this.#arrived = [write];
    else this.#arrived.push(write);
    if (!this.#isBusy) {
      this.#isBusy = true;
      this.#after(this.#drawn(PICK_UP_MS), () => this.#takeGroup());
    }
    return write;
  }

  #takeGroup(): void {
    const group = this.#arrived;
    assert(group !== undefined, "the writer took a group that has no writes");
    this.#arrived = undefined;
    this.#after(this.#drawn(COMMIT_MS) + WRITE_MS * group.length + this.#options.delay(), () => {
      if (this.#isLocked) this.#blocked = group;
      else this.#commit(group);
    });
  }

  #commit(group: readonly Write[]): void {
    for (const write of group) this.#execute(write);
    for (const { client } of group) {
      if (client.answered === group) continue;
      client.answered = group;
      this.#after(this.#drawn(ANSWER_MS), () => {
        for (const write of group) if (write.client === client) write.answer();
      });
    }
    if (this.#arrived === undefined) this.#isBusy = false;
    else this.#takeGroup();
  }

  #execute(write: Write): void {
    const { database, note } = this.#options;
    const { name, args, key } = write;
    try {
      write.result = database.execute(name, args);
    } catch (error) {
      write.failed = true;
      write.result = error;
    }
    const outcome = write.failed ? { error: messageOf(write.result, database.path) } : rowSummary(write.result);
    note("commit", name, key, outcome);
  }

  #drawn({ least, most }: { readonly least: number; readonly most: number }): number {
    return least + (most - least) * this.#options.random();
  }

  #after(ms: number, then: () => void): void {
    const { reactor } = this.#options;
    reactor.at(reactor.clock.now() + ms, then);
  }
}

/** An error's message without the name of the file, which differs between runs. */
function messageOf(error: unknown, path: string): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(path, "run.db");
}
