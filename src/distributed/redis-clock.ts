/**
 * The clock of this process against that of Redis. All machines of a job know Redis' time, so it is the time that they
 * agree on.
 */
import { assert } from "../vocabulary/index.js";

/**
 * The offset of Redis' clock: Redis' time is {@link localNow} + `offsetMs`, with an error of at most `uncertaintyMs`.
 */
export interface ClockOffset {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
}

/** One request for Redis' time. All times are in ms since 1970, `sentAt` and `receivedAt` by {@link localNow}. */
export interface ClockSample {
  readonly sentAt: number;
  readonly redisAt: number;
  readonly receivedAt: number;
}

/** Redis' `TIME` has microseconds, rounded down. */
const RESOLUTION_MS = 0.001;
const SAMPLES = 16;

/**
 * The time in ms since 1970 by the monotonic clock of this process: a step of the machine's clock does not change it.
 */
export function localNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Redis' time now, in ms since 1970, by the clock of this process. */
export function redisNow({ offsetMs }: ClockOffset): number {
  return localNow() + offsetMs;
}

/**
 * The offset that fits all samples. Redis answered between `sentAt` and `receivedAt`, so each sample bounds the offset
 * from both sides. The samples must be so close together that the clocks do not drift apart between them; when they
 * contradict each other, as after a step of Redis' clock, the fastest one decides.
 */
export function offsetFrom(samples: readonly ClockSample[]): ClockOffset {
  assert(samples.length > 0, "there is a sample of the clock");
  const bounds = samples.map(({ sentAt, redisAt, receivedAt }) => ({
    least: redisAt - receivedAt,
    most: redisAt + RESOLUTION_MS - sentAt,
  }));
  const least = Math.max(...bounds.map((bound) => bound.least));
  const most = Math.min(...bounds.map((bound) => bound.most));
  const [first] = bounds.sort((a, b) => a.most - a.least - (b.most - b.least));
  assert(first !== undefined, "there is a fastest sample");
  const bound = least <= most ? { least, most } : first;
  return { offsetMs: (bound.least + bound.most) / 2, uncertaintyMs: (bound.most - bound.least) / 2 };
}

/** What is needed of a client of Redis. */
export interface TimeSource {
  /** Redis' `TIME`: seconds and microseconds, as text. */
  time(): Promise<readonly (string | number)[]>;
}

/** Measures the offset by a few requests in a row. Takes as long as these. */
export async function measureClock(client: TimeSource): Promise<ClockOffset> {
  const samples: ClockSample[] = [];
  while (samples.length < SAMPLES) {
    const sentAt = localNow();
    const [seconds, microseconds] = await client.time();
    samples.push({ sentAt, redisAt: Number(seconds) * 1000 + Number(microseconds) / 1000, receivedAt: localNow() });
  }
  return offsetFrom(samples);
}
