/**
 * The clock of this process against that of Redis. All machines of a job know Redis' time, so it is the time that they
 * agree on.
 */
import type { ClockOffset } from "../load/run/index.js";
import { assert } from "../vocabulary/index.js";

/** One request for Redis' time. All times are in ms since 1970, `sentAt` and `receivedAt` by {@link localNow}. */
export interface ClockSample {
  readonly sentAt: number;
  readonly redisAt: number;
  readonly receivedAt: number;
}

/** Redis' `TIME` has microseconds, rounded down. */
const RESOLUTION_MS = 0.001;
const SAMPLES = 16;
/** The time after which an offset is measured again, ms. */
const MEASURE_AGAIN_MS = 60_000;
/** The clocks of a process that moved apart by this time were not slewed: the machine was suspended, ms. */
const MOVED_MS = 250;

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
 * The offset that fits all samples: Redis' time is {@link localNow} + `offsetMs`. Redis answered between `sentAt` and
 * `receivedAt`, so each sample bounds the offset from both sides. The samples must be so close together that the clocks
 * do not drift apart between them; when they contradict each other, as after a step of Redis' clock, the fastest one
 * decides.
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
export async function measureClock(client: TimeSource, now: () => number = localNow): Promise<ClockOffset> {
  const samples: ClockSample[] = [];
  while (samples.length < SAMPLES) {
    const sentAt = now();
    const [seconds, microseconds] = await client.time();
    samples.push({ sentAt, redisAt: Number(seconds) * 1000 + Number(microseconds) / 1000, receivedAt: now() });
  }
  return offsetFrom(samples);
}

/** The two clocks of a process, both in ms since 1970. */
export interface LocalClocks {
  /** Monotonic. It stands still while the machine is suspended. */
  readonly monotonic: () => number;
  /** That of the machine, which goes on, and which can be set. */
  readonly machine: () => number;
}

const LOCAL_CLOCKS: LocalClocks = { monotonic: localNow, machine: Date.now };

/**
 * Redis' clock for a process that lives long. Its offset does not stay: clocks drift, and the monotonic clock of a
 * process stands still while its machine is suspended. {@link RedisClock.refresh} follows it.
 */
export class RedisClock {
  readonly #client: TimeSource;
  readonly #clocks: LocalClocks;
  #offset: ClockOffset;
  #measuredAt = 0;
  /** How far the machine's clock was ahead of the monotonic one. */
  #aheadMs = 0;

  private constructor(client: TimeSource, clocks: LocalClocks, offset: ClockOffset) {
    this.#client = client;
    this.#clocks = clocks;
    this.#offset = offset;
    this.#noteTime();
  }

  static async start(client: TimeSource, clocks: LocalClocks = LOCAL_CLOCKS): Promise<RedisClock> {
    return new RedisClock(client, clocks, await measureClock(client, clocks.monotonic));
  }

  /** As it was measured last. */
  get offset(): ClockOffset {
    return this.#offset;
  }

  /** Redis' time now, in ms since 1970. */
  now(): number {
    return this.#clocks.monotonic() + this.#offset.offsetMs;
  }

  /**
   * Measures again when the last time is a minute ago, or when the two clocks of this process have moved apart since,
   * as they do while the machine is suspended. Rejects as Redis does.
   */
  async refresh(): Promise<void> {
    const isOld = this.#clocks.monotonic() - this.#measuredAt >= MEASURE_AGAIN_MS;
    if (!isOld && Math.abs(this.#ahead() - this.#aheadMs) < MOVED_MS) return;
    this.#offset = await measureClock(this.#client, this.#clocks.monotonic);
    this.#noteTime();
  }

  #noteTime(): void {
    this.#measuredAt = this.#clocks.monotonic();
    this.#aheadMs = this.#ahead();
  }

  #ahead(): number {
    return this.#clocks.machine() - this.#clocks.monotonic();
  }
}
