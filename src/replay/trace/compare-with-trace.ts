/** Compares a replayed run with the trace of the first run, event by event, while it runs. */
import { createEncoder, type Encoder, type TraceEnd } from "./encoder.js";
import { decodeBlock, Dictionary } from "./decoder.js";
import type { TraceEvent } from "./trace-event.js";
import { readBlocks, requireSameEnd, type TraceHeader } from "./trace-file.js";

/** The first difference between two runs. */
export interface Divergence {
  /** The number of equal events before it. */
  readonly same: number;
  /** The last few of these. */
  readonly before: readonly TraceEvent[];
  /** The event of the trace; undefined: the trace ends. */
  readonly recorded: TraceEvent | undefined;
  /** The event of the replay; undefined: the replay ends. */
  readonly replayed: TraceEvent | undefined;
  /**
   * Whether the trace ends here without its end, so that its run did not finish or the file is incomplete: no
   * difference then.
   */
  readonly isIncomplete: boolean;
}

/** Ends a replay at the first event that differs, or soon after: nothing later is comparable. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";

  constructor(readonly divergence: Divergence) {
    super(`the replay differs from the trace at event ${divergence.same}`);
  }
}

export interface TraceComparison extends Encoder {
  readonly header: TraceHeader;
}

const EVENTS_BEFORE = 8;

/**
 * Compares the written events with the trace at `path`. Equal events have equal bytes, so only blocks that differ are
 * decoded.
 * @throws TraceError, here or in a method, when the trace cannot be read; `write` and `end` throw {@link
 * DivergenceError}
 */
export function compareWithTrace(path: string): TraceComparison {
  const { header, blocks } = readBlocks(path);
  const recorded = blocks();
  let compared = 0;
  let found: DivergenceError | undefined;

  const compare = (records: Uint8Array): void => {
    // The code that the error was thrown into may have caught it and continued.
    if (found !== undefined) throw found;
    const next = recorded.next();
    if (next.done !== true && next.value.equals(records)) {
      compared++;
      return;
    }
    recorded.return(undefined);
    found = new DivergenceError(findDivergence(path, compared, records));
    throw found;
  };
  const encoder = createEncoder(compare);
  return {
    header,
    write: (event) => encoder.write(event),
    get events() {
      return encoder.events;
    },
    end() {
      const end = encoder.end();
      if (found !== undefined) throw found;
      const last = recorded.next();
      if (!last.done || last.value === undefined) {
        recorded.return(undefined);
        throw new DivergenceError(findDivergence(path, compared, new Uint8Array()));
      }
      requireSameEnd(last.value, end, path);
      return end;
    },
  };
}

/** Reads the trace again up to block `number`, for the dictionary. That block differs from `replayed`. */
function findDivergence(path: string, number: number, replayed: Uint8Array): Divergence {
  const dictionary = new Dictionary();
  let same = 0;
  let before: TraceEvent[] = [];
  const blocks = readBlocks(path).blocks();
  for (let at = 0; ; at++) {
    const next = blocks.next();
    if (next.done)
      return {
        ...compareEvents([], eventsOf(replayed, dictionary, path), same, before),
        isIncomplete: next.value === undefined,
      };
    if (at === number) {
      const found = compareEvents(
        eventsOf(next.value, dictionary, path),
        eventsOf(replayed, dictionary, path),
        same,
        before,
      );
      // The last block of an incomplete trace is shorter than the replay's block.
      const isIncomplete = found.recorded === undefined && isEndMissing(blocks);
      blocks.return(undefined);
      return { ...found, isIncomplete };
    }
    const events = [...decodeBlock(next.value, dictionary, path)];
    same += events.length;
    before = events.slice(-EVENTS_BEFORE);
  }
}

/** Whether the trace ends after the last block without its end. */
function isEndMissing(blocks: Iterator<Buffer, TraceEnd | undefined>): boolean {
  const next = blocks.next();
  return next.done === true && next.value === undefined;
}

function eventsOf(block: Uint8Array, dictionary: Dictionary, path: string): TraceEvent[] {
  return [...decodeBlock(Buffer.from(block), dictionary.copy(), path)];
}

function compareEvents(
  recorded: readonly TraceEvent[],
  replayed: readonly TraceEvent[],
  sameBefore: number,
  before: readonly TraceEvent[],
): Omit<Divergence, "isIncomplete"> {
  let at = 0;
  while (at < recorded.length && at < replayed.length && JSON.stringify(recorded[at]) === JSON.stringify(replayed[at]))
    at++;
  return {
    same: sameBefore + at,
    before: [...before, ...recorded.slice(0, at)].slice(-EVENTS_BEFORE),
    recorded: recorded[at],
    replayed: replayed[at],
  };
}
