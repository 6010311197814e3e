/**
 * The writer thread of the simulated machine (src/db/writer-thread.ts is the real one): takes what has arrived as one group, is busy
 * with it for a time that is drawn, and then all of the group is in the database at once, and its writers are told soon after.
 * Until then nobody sees any of it.
 */
import type { Database, WriteArgs, WriteName, WriteResult } from "../../db/index.js";
import type { Random } from "../../scenario/index.js";
import type { Reactor, Wait, Waiter } from "../../sync/index.js";

/** From the arrival of a write to its being taken up by a writer that has nothing to do, ms. */
const PICK_UP_MS = { least: 0.005, most: 0.03 };
/** A group's execution and commit, ms, and for each write of it. */
const COMMIT_MS = { least: 0.02, most: 0.15 };
const WRITE_MS = 0.01;
/** From the commit to a station's learning of it, ms. */
const ANSWER_MS = { least: 0.01, most: 0.06 };

/** What happens to writes, as others may want to know it. */
export interface WriterEvents {
  asked(station: string, name: WriteName, args: readonly unknown[]): void;
  /** It is in the database, or failed. */
  executed(name: WriteName, args: readonly unknown[], outcome: WriteOutcome): void;
  /** The station learns of it. */
  answered(station: string, name: WriteName, args: readonly unknown[]): void;
}

export type WriteOutcome = { readonly value: unknown } | { readonly error: unknown };

export interface WriterOptions {
  readonly reactor: Reactor;
  /** Where the writes are executed. */
  readonly database: Database;
  readonly random: Random;
  readonly events: WriterEvents;
  /** By how much longer the next group takes, ms; for faults. */
  readonly delay: () => number;
  /** Told of a write that failed though nobody waits for it. */
  readonly onError: (error: unknown) => void;
}

interface Entry {
  readonly station: string;
  readonly name: WriteName;
  readonly args: readonly unknown[];
  outcome: WriteOutcome | undefined;
  answered: boolean;
  waiter: Waiter<unknown> | undefined;
}

export interface VirtualWriter {
  /** The database as a station sees it. */
  connect(station: string): Database;
}

export function createVirtualWriter(options: WriterOptions): VirtualWriter {
  const { reactor, database, random, events, delay, onError } = options;
  const { clock } = reactor;
  let arrived: Entry[] = [];
  let busy = false;
  const drawn = ({ least, most }: { least: number; most: number }): number => least + (most - least) * random();
  const after = (ms: number, then: () => void): void => void reactor.at(clock.now() + ms, then);

  const takeUp = (): void => {
    const group = arrived;
    arrived = [];
    after(drawn(COMMIT_MS) + WRITE_MS * group.length + delay(), () => {
      const stations: string[] = [];
      for (const entry of group) {
        execute(entry);
        if (!stations.includes(entry.station)) stations.push(entry.station);
      }
      for (const station of stations) {
        after(drawn(ANSWER_MS), () => {
          for (const entry of group) if (entry.station === station) answer(entry);
        });
      }
      if (arrived.length > 0) takeUp();
      else busy = false;
    });
  };

  const execute = (entry: Entry): void => {
    const { name, args } = entry;
    database.write(name, ...(args as WriteArgs<WriteName>)).start({
      resume: (value) => (entry.outcome = { value }),
      fail: (error) => (entry.outcome = { error }),
    });
    if (entry.outcome !== undefined) events.executed(name, args, entry.outcome);
  };

  const answer = (entry: Entry): void => {
    entry.answered = true;
    events.answered(entry.station, entry.name, entry.args);
    if (entry.waiter !== undefined) settle(entry, entry.waiter);
  };

  const settle = ({ outcome }: Entry, waiter: Waiter<unknown>): void => {
    if (outcome === undefined) throw new Error("a write was answered before it was executed");
    if ("error" in outcome) waiter.fail(outcome.error);
    else waiter.resume(outcome.value);
  };

  const enqueue = (station: string, name: WriteName, args: readonly unknown[], waiter: Entry["waiter"]): Entry => {
    const entry: Entry = { station, name, args, outcome: undefined, answered: false, waiter };
    events.asked(station, name, args);
    arrived.push(entry);
    if (!busy) {
      busy = true;
      after(drawn(PICK_UP_MS), takeUp);
    }
    return entry;
  };

  const unwaited = { resume: () => undefined, fail: onError };

  return {
    connect: (station) => ({
      ...database,
      write<K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>> {
        const entry = enqueue(station, name, args, undefined);
        return {
          block() {
            throw new Error("under simulated time there is one thread: nobody could answer it while it is blocked");
          },
          start(waiter) {
            // The outcome of a write of this name is what it gives.
            if (entry.answered) settle(entry, waiter);
            else entry.waiter = waiter;
          },
        };
      },
      send: (name, ...args) => void enqueue(station, name, args, unwaited),
      close: () => undefined,
    }),
  };
}
