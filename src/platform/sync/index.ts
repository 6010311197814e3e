/**
 * Threads that wait for each other: events, mailboxes and the arena they lie in. The only folder of the platform
 * that touches Atomics.
 */
export { Arena, ArenaFullError, sharedMemory, type ArenaOptions } from "./arena.js";
export * as atomics from "./atomics.js";
export {
  takeControl,
  type AtomicOperation,
  type Control,
  type EpochTable,
  type Update,
  type WaitResult,
} from "./atomics.js";
export { awaitBaton, passBaton } from "./baton.js";
export { newClockOffset, shiftClock, shiftedClock, systemClock, type Clock } from "./clock.js";
export { describeWords, type WordDescription } from "./describe-words.js";
export { Event, type Signal } from "./event.js";
export type { Json } from "./json.js";
export { EVENT_NAMES, MAX_THREADS, type ArenaSizes, type EventName } from "./layout.js";
export { MAILBOX_KINDS, neverAbsent, type Absence, type Mailbox, type MailboxKind, type Message } from "./mailbox.js";
export { MailboxFullError, PayloadTooLargeError } from "./mailbox-errors.js";
export { openMailbox, waitForChange, waitForChangeAsync } from "./open-mailbox.js";
export { manualDriver, park, type ParkOptions } from "./park.js";
export { Reactor, type Driver } from "./reactor.js";
export { Slot } from "./slot.js";
export {
  SLOT_OPERATIONS,
  type AnySlotOperation,
  type ArgumentKind,
  type OperationArguments,
  type SlotOperation,
} from "./slot-operations.js";
export type { SlotRecorder } from "./slot-recorder.js";
export {
  block,
  failed,
  ready,
  spawn,
  suspend,
  suspendedWait,
  suspendOn,
  untilSettled,
  wait,
  type Steps,
  type Wait,
  type Waiter,
} from "./steps.js";
export { TimerQueue, type Timeout, type TimeoutRow, type Timer } from "./timer-queue.js";
export type { SlotInterceptor } from "./slot-interceptor.js";
export { WrappedMailbox, wrapMailbox } from "./wrap-mailbox.js";
