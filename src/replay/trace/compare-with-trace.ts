/** Compares a run that is being repeated with the trace of the first, event by event, while it goes on. */
import { createEncoder, type Encoder, type TraceEnd } from "./encoder.js";
import { decodeBlock, Dictionary } from "./decoder.js";
import type { TraceEvent } from "./trace-event.js";
import { readBlocks, type TraceHeader } from "./trace-file.js";

/** Where two runs part. */
export interface Divergence {
  /** How many events are the same. */
  readonly same: number;
  /** The last of them. */
  readonly before: readonly TraceEvent[];
  /** What came then in the trace; undefined: its end. */
  readonly recorded: TraceEvent | undefined;
  /** What came then in the repetition; undefined: its end. */
  readonly repeated: TraceEvent | undefined;
  /** Whether the trace is at its last event there and has no end: its run was cut off, or the file was. Nothing has come out differently then. */
  readonly isIncomplete: boolean;
}

/** Thrown out of the repetition by the event that differs, or one soon after it: nothing that comes later means anything. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";

  constructor(readonly divergence: Divergence) {
    super(`the repetition differs from the trace at event ${divergence.same}`);
  }
}

export interface TraceComparison extends Encoder {
  readonly header: TraceHeader;
}

const EVENTS_BEFORE = 8;

/**
 * Compares what is written with the trace at `path`. `write` and `end` throw {@link DivergenceError}; all throw TraceError when
 * the trace cannot be read. The same events give the same bytes, so that only blocks that differ are looked into.
 */
export function compareWithTrace(path: string): TraceComparison {
  const { header, blocks } = readBlocks(path);
  const recorded = blocks();
  let compared = 0;
  let found: DivergenceError | undefined;

  const compare = (records: Uint8Array): void => {
    // Whatever code the first was thrown into may have taken it for an error of its own and gone on.
    if (found !== undefined) throw found;
    const next = recorded.next();
    const there = next.done ? undefined : next.value;
    if (there !== undefined && there.equals(records)) {
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
      return end;
    },
  };
}

/** Reads the trace anew up to block `number`, which is not `repeated`, to have the words that both refer to. */
function findDivergence(path: string, number: number, repeated: Uint8Array): Divergence {
  const dictionary = new Dictionary();
  let same = 0;
  let before: TraceEvent[] = [];
  const blocks = readBlocks(path).blocks();
  for (let at = 0; ; at++) {
    const next = blocks.next();
    if (next.done)
      return {
        ...compareEvents([], eventsOf(repeated, dictionary, path), same, before),
        isIncomplete: next.value === undefined,
      };
    if (at === number) {
      const found = compareEvents(
        eventsOf(next.value, dictionary, path),
        eventsOf(repeated, dictionary, path),
        same,
        before,
      );
      // Its last block is shorter than it would be where the run was to go on.
      const isIncomplete = found.recorded === undefined && isEndMissing(blocks);
      blocks.return(undefined);
      return { ...found, isIncomplete };
    }
    const events = [...decodeBlock(next.value, dictionary, path)];
    same += events.length;
    before = events.slice(-EVENTS_BEFORE);
  }
}

/** Whether nothing comes after the block that was read last, not even an end. */
function isEndMissing(blocks: Iterator<Buffer, TraceEnd | undefined>): boolean {
  const next = blocks.next();
  return next.done === true && next.value === undefined;
}

function eventsOf(block: Uint8Array, dictionary: Dictionary, path: string): TraceEvent[] {
  return [...decodeBlock(Buffer.from(block), dictionary.copy(), path)];
}

function compareEvents(
  recorded: readonly TraceEvent[],
  repeated: readonly TraceEvent[],
  sameBefore: number,
  before: readonly TraceEvent[],
): Omit<Divergence, "isIncomplete"> {
  let at = 0;
  while (at < recorded.length && at < repeated.length && JSON.stringify(recorded[at]) === JSON.stringify(repeated[at]))
    at++;
  return {
    same: sameBefore + at,
    before: [...before, ...recorded.slice(0, at)].slice(-EVENTS_BEFORE),
    recorded: recorded[at],
    repeated: repeated[at],
  };
}
