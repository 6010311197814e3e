/**
 * All operations on a slot by which the agent's observers affect each other, as values: so they can be recorded, and
 * executed again in the same order on another slot (slot-interceptor.ts, src/replay/history).
 */
import { EVENT_NAMES, type EventName } from "./layout.js";
import type { Slot } from "./slot.js";

/** The argument of an operation besides the slot: an encoded message, an epoch of the event, or nothing. */
export interface OperationArguments {
  readonly message: string;
  readonly epoch: number;
  readonly nothing: undefined;
}
export type ArgumentKind = keyof OperationArguments;

export interface SlotOperation<Kind extends ArgumentKind, Outcome> {
  /** Its index in {@link SLOT_OPERATIONS}. */
  readonly code: number;
  /** Such as `push`, `hasLiveUpdate.set`. */
  readonly name: string;
  readonly takes: Kind;
  /** The event that it operates on, if any. */
  readonly event: EventName | undefined;
  /** Whether its outcome is an epoch. */
  readonly returnsEpoch: boolean;
  /** Whether it determines the result of a wait. */
  readonly endsWait: boolean;
  /** Whether it is recorded with its time. */
  readonly isTimed: boolean;
  execute(slot: Slot, argument: OperationArguments[Kind]): Outcome;
  /**
   * The part of the outcome that can be compared between two slots. Of an epoch only the flag: its count includes
   * earlier agents.
   */
  isPositive(outcome: Outcome): boolean;
}

/** Any operation. Its argument has to be of the kind that it takes. */
export type AnySlotOperation = SlotOperation<ArgumentKind, unknown>;

const operations: AnySlotOperation[] = [];

function define<Kind extends ArgumentKind, Outcome>(
  name: string,
  takes: Kind,
  execute: (slot: Slot, argument: OperationArguments[Kind]) => Outcome,
  isPositive: (outcome: Outcome) => boolean,
  {
    event,
    returnsEpoch = false,
    endsWait = false,
    isTimed = endsWait,
  }: { event?: EventName; returnsEpoch?: boolean; endsWait?: boolean; isTimed?: boolean } = {},
): SlotOperation<Kind, Outcome> {
  const operation = {
    code: operations.length,
    name,
    takes,
    event,
    returnsEpoch,
    endsWait,
    isTimed,
    execute,
    isPositive,
  };
  operations.push(operation);
  return operation;
}

const itself = (outcome: boolean): boolean => outcome;
const never = (): boolean => false;

/** Operations on the slot and its queue. */
export const slotOperations = {
  push: define(
    "push",
    "message",
    (slot, message) => slot.ring.push(message, slot.thread),
    (pending) => pending >= 0,
  ),
  shift: define(
    "shift",
    "nothing",
    (slot) => slot.ring.shift(),
    (taken) => taken !== undefined,
  ),
  isEmpty: define("isEmpty", "nothing", (slot) => slot.ring.isEmpty, itself),
  count: define(
    "count",
    "nothing",
    (slot) => slot.ring.count,
    (count) => count > 0,
  ),
  isShutdown: define("isShutdown", "nothing", (slot) => slot.isShutdown, itself),
  markShutdown: define("markShutdown", "nothing", (slot) => slot.markShutdown(), never),
  isReleased: define("isReleased", "nothing", (slot) => slot.isReleased, itself),
  markReleased: define("markReleased", "nothing", (slot) => slot.markReleased(), never),
  markCount: define(
    "markCount",
    "nothing",
    (slot) => slot.markCount,
    (markCount) => markCount > 0,
  ),
  wakeAll: define("wakeAll", "nothing", (slot) => slot.wakeAll(), never, { isTimed: true }),
} as const;

/** Operations on one of the slot's events. */
export interface EventOperations {
  readonly isSet: SlotOperation<"nothing", boolean>;
  readonly raise: SlotOperation<"nothing", void>;
  readonly advanceEpoch: SlotOperation<"nothing", void>;
  readonly clear: SlotOperation<"nothing", void>;
  readonly epoch: SlotOperation<"nothing", number>;
  readonly clearIfUnchanged: SlotOperation<"epoch", boolean>;
  /** The result of a wait: true if the event was set since the epoch, false after the timeout. */
  readonly wake: SlotOperation<"epoch", boolean>;
}

function operationsOn(event: EventName): EventOperations {
  return {
    isSet: define(`${event}.isSet`, "nothing", (slot) => slot.event(event).isSet(), itself, { event }),
    raise: define(`${event}.set`, "nothing", (slot) => slot.event(event).raise(), never, { event }),
    advanceEpoch: define(`${event}.notifyAll`, "nothing", (slot) => slot.event(event).advanceEpoch(), never, { event }),
    clear: define(`${event}.clear`, "nothing", (slot) => slot.event(event).clear(), never, { event }),
    epoch: define(
      `${event}.epoch`,
      "nothing",
      (slot) => slot.event(event).epoch(),
      (epoch) => (epoch & 1) === 1,
      { event, returnsEpoch: true },
    ),
    clearIfUnchanged: define(
      `${event}.clearIfUnchanged`,
      "epoch",
      (slot, epoch) => slot.event(event).clearIfUnchanged(epoch),
      itself,
      {
        event,
      },
    ),
    wake: define(`${event}.wake`, "epoch", (slot, epoch) => slot.event(event).changedSince(epoch), itself, {
      event,
      endsWait: true,
    }),
  };
}

export const eventOperations: Readonly<Record<EventName, EventOperations>> = {
  hasLiveUpdate: operationsOn(EVENT_NAMES[0]),
  didSubmit: operationsOn(EVENT_NAMES[1]),
  wantsAction: operationsOn(EVENT_NAMES[2]),
  hasUpdatedStatus: operationsOn(EVENT_NAMES[3]),
};

/** All operations, by their codes. */
export const SLOT_OPERATIONS: readonly AnySlotOperation[] = operations;
