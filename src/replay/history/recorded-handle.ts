/**
 * A handle that tells of the calls of its methods. Handles are of the classes of their crowd providers, so between a handle and its class
 * comes a prototype with methods that tell, which is made once a class: a run makes two or three handles an agent, and each is
 * looked at when its memory is out of the cache. What a method does inside, with the handle's other methods, is part of its call and
 * not told of.
 */
import type { AgentStatus } from "../../vocabulary/index.js";
import { Agent, type LiveUpdate, type OnboardingAgent } from "../../platform/model/index.js";
import type { Event, Json, Mailbox, Slot, Steps } from "../../platform/sync/index.js";
import { nameOfError, type Call, type CallObserver, type RecordedHandle } from "./call-observer.js";
import { METHODS, type Method, type Scalar } from "./history-format.js";
import { RecordedSteps, type RecordedMethod } from "./recorded-steps.js";

export type Handle = Agent | OnboardingAgent;

/** On a handle, its mailbox and its event: what is known of the handle. */
const RECORDED = Symbol("what is known of a handle that is watched");
interface Recorded {
  [RECORDED]: RecordedHandle;
}
/** On a mailbox that is watched: its own way to append. */
const APPENDING = Symbol("how the mailbox itself appends");
interface RecordedMailbox extends Mailbox, Recorded {
  [APPENDING]: Mailbox["append"];
}

const toNull = (): null => null;
const identity = <T extends Scalar>(value: T): T => value;
const orNull = (timeoutMs: number | null | undefined): Scalar => timeoutMs ?? null;

/** By what an update is known. */
export function updateIdOf(update: Json | LiveUpdate | undefined): string {
  const id = typeof update === "object" && update !== null && "update_id" in update ? update.update_id : undefined;
  return typeof id === "string" ? id : "";
}

function takenIdOf(update: LiveUpdate | undefined): string | null {
  return update === undefined ? null : updateIdOf(update);
}

/** Has the handle tell of its calls; `number` is that of its making, in the order of the slot. */
export function recordHandle(handle: Handle, calls: CallObserver, slot: Slot, number: number): void {
  // In this order: objects that are given properties after a prototype have nothing in common for the engine.
  (handle as Handle & Recorded)[RECORDED] = { calls, slot, number, mailbox: undefined, didSubmit: undefined };
  Object.setPrototypeOf(handle, recordingPrototypeOf(Object.getPrototypeOf(handle) as Handle));
}

/** By the prototypes of the handles' classes. */
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

/** The handle's own view of the mailbox: its consumer's calls are the handle's. */
function recordMailbox(mailbox: Mailbox, known: RecordedHandle): Mailbox {
  return Object.assign(mailbox, {
    [RECORDED]: known,
    [APPENDING]: Reflect.get(mailbox, "append"),
    append: recordedAppend,
  });
}

/** The event by which who awaits a submit is told, of which the live run uses these two besides looking and waiting. */
function recordEvent(event: Event, known: RecordedHandle): Event {
  return Object.assign(event, { [RECORDED]: known, set: recordedSet, clear: recordedClear });
}

const APPEND = METHODS.indexOf("mailbox.append");
const SET = METHODS.indexOf("didSubmit.set");
const CLEAR = METHODS.indexOf("didSubmit.clear");

function recordedAppend(this: RecordedMailbox, value: Json): void {
  recordCall(this[RECORDED], APPEND, updateIdOf(value), append, this, value);
}

function append(mailbox: RecordedMailbox, value: Json): void {
  mailbox[APPENDING](value);
}

function recordedSet(this: Event & Recorded): void {
  recordCall(this[RECORDED], SET, null, set, this, undefined);
}

function set(event: Event): void {
  (Object.getPrototypeOf(event) as Event).set.call(event);
}

function recordedClear(this: Event & Recorded): void {
  recordCall(this[RECORDED], CLEAR, null, clear, this, undefined);
}

function clear(event: Event): void {
  (Object.getPrototypeOf(event) as Event).clear.call(event);
}

/** Does something that gives nothing, and tells of it as of a method of the handle with that argument. */
function recordCall<What, Given>(
  known: RecordedHandle,
  method: number,
  argument: Scalar,
  body: (what: What, given: Given) => void,
  what: What,
  given: Given,
): void {
  const { calls } = known;
  if (calls.current !== undefined) {
    body(what, given);
    return;
  }
  const call = begin(known, method, argument);
  try {
    body(what, given);
  } catch (error) {
    calls.end(call, true, nameOfError(error));
    throw error;
  }
  calls.end(call, false, null);
}

function begin(known: RecordedHandle, method: number, argument: Scalar): Call {
  const call = { slot: known.slot, number: known.calls.begin(known, method, argument) };
  known.calls.current = call;
  return call;
}

/** A method that ends at once, and tells: of its value what `gist` gives. */
function recordedMethod<T>(methods: Handle, name: Method, resultOf: (value: T) => Scalar) {
  const place = METHODS.indexOf(name);
  const method = Reflect.get(methods, name) as (this: Handle) => T;
  return function (this: Handle): T {
    const known = (this as Handle & Recorded)[RECORDED];
    const { calls } = known;
    if (calls.current !== undefined) return method.call(this);
    const call = begin(known, place, null);
    let value: T;
    try {
      value = method.call(this);
    } catch (error) {
      calls.end(call, true, nameOfError(error));
      throw error;
    }
    calls.end(call, false, resultOf(value));
    return value;
  };
}

/** One that may wait; it tells of its argument what `argumentOf` gives. */
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
