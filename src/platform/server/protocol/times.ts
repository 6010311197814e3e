/**
 * Times on the wire and inside. On the wire: seconds since the epoch, with a fraction. Inside: ms since the epoch. Both
 * are on whole microseconds, so that a time survives the way there and back; after 2041, 2^51 us since the epoch,
 * perhaps one beside it.
 */

const US_PER_MS = 1000;
const US_PER_SECOND = 1e6;

/**
 * The last time that is accepted, s since the epoch: in the year 5138. A client that sends ms instead of seconds is
 * beyond it.
 */
const LATEST_S = 1e11;

/** Seconds as the wire has them, for `ms`. */
export function secondsOf(ms: number): number {
  return Math.round(ms * US_PER_MS) / US_PER_SECOND;
}

/** The ms of `seconds` from the wire. */
export function msOf(seconds: number): number {
  return Math.round(seconds * US_PER_SECOND) / US_PER_MS;
}

/** Whether `seconds` is a time since the epoch. */
export function isWireTime(seconds: unknown): seconds is number {
  return typeof seconds === "number" && seconds >= 0 && seconds <= LATEST_S;
}
