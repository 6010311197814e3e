/**
 * Records the calls of a handle's methods. Handles are of the classes of their crowd providers. A prototype with
 * recording methods is inserted between a handle and its class. It is made once for each class, because a run makes two
 * or three handles for each agent and uses each when its memory is no longer in the cache. Calls inside a method, of
 * the handle's other methods, are part of its call and are not recorded.
 */
import type { AgentStatus } from "../../vocabulary/index.js";
import { Agent, type LiveUpdate, type OnboardingAgent } from "../../platform/model/index.js";
import type { Event, Json, Mailbox, Slot, Steps } from "../../platform/sync/index.js";
import { nameOfError, type Call, type CallObserver, type RecordedHandle } from "./call-observer.js";
import { METHODS, type Method, type Scalar } from "./history-format.js";
import { RecordedSteps, type RecordedMethod } from "./recorded-steps.js";

export type Handle = Agent | OnboardingAgent;

/** The key of a recorded handle's state on the handle, its mailbox and its event. */
const RECORDED = Symbol("recorded handle");
interface Recorded {
  [RECORDED]: RecordedHandle;
}
/** The key of the original method on a recorded mailbox. */
const APPENDING = Symbol("original append");
interface RecordedMailbox extends Mailbox, Recorded {
  [APPENDING]: Mailbox["append"];
}

const toNull = (): null => null;
const identity = <T extends Scalar>(value: T): T => value;
const orNull = (timeoutMs: number | null | undefined): Scalar => timeoutMs ?? null;

/** The id of an update; empty if it has none. */
export function updateIdOf(update: Json | LiveUpdate | undefined): string {
  const id = typeof update === "object" && update !== null && "update_id" in update ? update.update_id : undefined;
  return typeof id === "string" ? id : "";
}

function takenIdOf(update: LiveUpdate | undefined): string | null {
  return update === undefined ? null : updateIdOf(update);
}

/** Begins to record the calls of a handle. `number`: that of its creation, in the order of the slot. */
export function recordHandle(handle: Handle, calls: CallObserver, slot: Slot, number: number): void {
  // In this order: properties that are added after the change of the prototype give each object a hidden class of its
  // own.
  (handle as Handle & Recorded)[RECORDED] = { calls, slot, number, mailbox: undefined, didSubmit: undefined };
  Object.setPrototypeOf(handle, recordingPrototypeOf(Object.getPrototypeOf(handle) as Handle));
}

/** The recording prototypes, by the prototypes of the handles' classes. */
const recordingPrototypes = new Map<Handle, Handle>();

function recordingPrototypeOf(methods: Handle): Handle {
  let recording = recordingPrototypes.get(methods);
  if (recording === undefined) recordingPrototypes.set(methods, (recording = recordingPrototype(methods)));
  return recording;
}

function recordingPrototype(methods: Handle): Handle {
  const recording = Object.create(methods) as Handle;
  recording.getStatus = recordedMethod(methods, "getStatus", identity<AgentStatus>);
  recording.shutdown = recordedMethod(methods, "shutdown", toNull);
  recording.updateStatusSteps = recordedSteps(methods, "updateStatusSteps", identity<AgentStatus>, toNull);
  recording.getLiveUpdateSteps = recordedSteps(methods, "getLiveUpdateSteps", orNull, takenIdOf);
  recording.awaitSubmitSteps = recordedSteps(methods, "awaitSubmitSteps", orNull, identity<boolean>);
  recording.handleSubmitSteps = recordedSteps(methods, "handleSubmitSteps", toNull, toNull);
  if (recording instanceof Agent) {
    recording.markDoneSteps = recordedSteps(methods, "markDoneSteps", toNull, toNull);
    recording.approveWorkSteps = recordedSteps(methods, "approveWorkSteps", toNull, toNull);
    recording.softRejectWorkSteps = recordedSteps(methods, "softRejectWorkSteps", toNull, toNull);
    recording.rejectWorkSteps = recordedSteps(methods, "rejectWorkSteps", toNull, toNull);
  }
  return Object.defineProperties(recording, {
    mailbox: {
      get(this: Handle & Recorded): Mailbox {
        const known = this[RECORDED];
        return (known.mailbox ??= recordMailbox(Reflect.get(methods, "mailbox", this), known));
      },
    },
    didSubmit: {
      get(this: Handle & Recorded): Event {
        const known = this[RECORDED];
        return (known.didSubmit ??= recordEvent(Reflect.get(methods, "didSubmit", this), known));
      },
    },
  });
}

/**
 * Records appends to the handle's mailbox as calls of the handle. Its consumer's calls are part of the handle's
 * methods.
 */
function recordMailbox(mailbox: Mailbox, known: RecordedHandle): Mailbox {
  return Object.assign(mailbox, {
    [RECORDED]: known,
    [APPENDING]: Reflect.get(mailbox, "append"),
    append: recordedAppend,
  });
}

/** Records the two methods of the submit event that the live run uses, besides reading and waiting. */
function recordEvent(event: Event, known: RecordedHandle): Event {
  return Object.assign(event, { [RECORDED]: known, set: recordedSet, clear: recordedClear });
}

const APPEND = METHODS.indexOf("mailbox.append");
const SET = METHODS.indexOf("didSubmit.set");
const CLEAR = METHODS.indexOf("didSubmit.clear");

function recordedAppend(this: RecordedMailbox, value: Json): void {
  recordCall(this[RECORDED], APPEND, updateIdOf(value), () => this[APPENDING](value), toNull);
}

function recordedSet(this: Event & Recorded): void {
  recordCall(this[RECORDED], SET, null, () => (Object.getPrototypeOf(this) as Event).set.call(this), toNull);
}

function recordedClear(this: Event & Recorded): void {
  recordCall(this[RECORDED], CLEAR, null, () => (Object.getPrototypeOf(this) as Event).clear.call(this), toNull);
}

/** Calls `body` and records it as a call of a method of the handle. `resultOf`: the recorded part of its value. */
function recordCall<T>(
  known: RecordedHandle,
  method: number,
  argument: Scalar,
  body: () => T,
  resultOf: (value: T) => Scalar,
): T {
  const { calls, slot } = known;
  if (calls.current !== undefined) return body();
  const call: Call = { slot, number: calls.begin(known, method, argument) };
  calls.current = call;
  let value: T;
  try {
    value = body();
  } catch (error) {
    calls.end(call, true, nameOfError(error));
    throw error;
  }
  calls.end(call, false, resultOf(value));
  return value;
}

/** A recording method that does not wait. `resultOf`: the recorded part of its value. */
function recordedMethod<T>(methods: Handle, name: Method, resultOf: (value: T) => Scalar) {
  const place = METHODS.indexOf(name);
  const method = Reflect.get(methods, name) as (this: Handle) => T;
  return function (this: Handle): T {
    return recordCall((this as Handle & Recorded)[RECORDED], place, null, () => method.call(this), resultOf);
  };
}

/** A recording method that may wait. `argumentOf`: the recorded part of its argument. */
function recordedSteps<A, T>(
  methods: Handle,
  name: Method,
  argumentOf: (given: A) => Scalar,
  resultOf: (value: T) => Scalar,
) {
  const what: RecordedMethod<Handle, A, T> = {
    place: METHODS.indexOf(name),
    method: Reflect.get(methods, name) as (this: Handle, given: A) => Steps<T>,
    argumentOf,
    resultOf,
  };
  return function (this: Handle, given?: A): Steps<T> {
    return new RecordedSteps(what, this, given as A, (this as Handle & Recorded)[RECORDED]);
  };
}
