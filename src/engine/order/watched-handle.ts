/**
 * A handle that tells of the calls of its methods. Handles are of the classes of their crowd providers, so between a handle and its class
 * comes a prototype with methods that tell, which is made once a class: a run makes two or three handles an agent, and each is
 * looked at when its memory is out of the cache. What a method does inside, with the handle's other methods, is part of its call and
 * not told of.
 */
import type { AgentStatus } from "../../db/index.js";
import { Agent, type LiveUpdate, type OnboardingAgent } from "../../model/index.js";
import type { Event, Json, Mailbox, Slot, Steps } from "../../sync/index.js";
import { nameOfError, type Call, type Calls, type WatchedHandle } from "./calls.js";
import { METHODS, type Method, type Scalar } from "./format.js";
import { TellingSteps, type TellingMethod } from "./telling-steps.js";

export type Handle = Agent | OnboardingAgent;

/** On a handle, its mailbox and its event: what is known of the handle. */
const WATCHED = Symbol("what is known of a handle that is watched");
interface Watched {
  [WATCHED]: WatchedHandle;
}
/** On a mailbox that is watched: its own way to append. */
const APPENDING = Symbol("how the mailbox itself appends");
interface WatchedMailbox extends Mailbox, Watched {
  [APPENDING]: Mailbox["append"];
}

const nothing = (): null => null;
const itself = <T extends Scalar>(value: T): T => value;
const orNull = (timeoutMs: number | null | undefined): Scalar => timeoutMs ?? null;

/** By what an update is known. */
export function nameOfUpdate(update: Json | LiveUpdate | undefined): string {
  const id = typeof update === "object" && update !== null && "update_id" in update ? update.update_id : undefined;
  return typeof id === "string" ? id : "";
}

function nameOfTaken(update: LiveUpdate | undefined): string | null {
  return update === undefined ? null : nameOfUpdate(update);
}

/** Has the handle tell of its calls; `number` is that of its making, in the order of the slot. */
export function watchHandle(handle: Handle, calls: Calls, slot: Slot, number: number): void {
  // In this order: objects that are given properties after a prototype have nothing in common for the engine.
  (handle as Handle & Watched)[WATCHED] = { calls, slot, number, mailbox: undefined, didSubmit: undefined };
  Object.setPrototypeOf(handle, tellingPrototypeOf(Object.getPrototypeOf(handle) as Handle));
}

/** By the prototypes of the handles' classes. */
const tellingPrototypes = new Map<Handle, Handle>();

function tellingPrototypeOf(methods: Handle): Handle {
  let telling = tellingPrototypes.get(methods);
  if (telling === undefined) tellingPrototypes.set(methods, (telling = tellingPrototype(methods)));
  return telling;
}

function tellingPrototype(methods: Handle): Handle {
  const telling = Object.create(methods) as Handle;
  telling.getStatus = tellingMethod(methods, "getStatus", itself<AgentStatus>);
  telling.shutdown = tellingMethod(methods, "shutdown", nothing);
  telling.updateStatusSteps = tellingSteps(methods, "updateStatusSteps", itself<AgentStatus>, nothing);
  telling.getLiveUpdateSteps = tellingSteps(methods, "getLiveUpdateSteps", orNull, nameOfTaken);
  telling.awaitSubmitSteps = tellingSteps(methods, "awaitSubmitSteps", orNull, itself<boolean>);
  telling.handleSubmitSteps = tellingSteps(methods, "handleSubmitSteps", nothing, nothing);
  if (telling instanceof Agent) {
    telling.markDoneSteps = tellingSteps(methods, "markDoneSteps", nothing, nothing);
    telling.approveWorkSteps = tellingSteps(methods, "approveWorkSteps", nothing, nothing);
    telling.softRejectWorkSteps = tellingSteps(methods, "softRejectWorkSteps", nothing, nothing);
    telling.rejectWorkSteps = tellingSteps(methods, "rejectWorkSteps", nothing, nothing);
  }
  return Object.defineProperties(telling, {
    mailbox: {
      get(this: Handle & Watched): Mailbox {
        const known = this[WATCHED];
        return (known.mailbox ??= watchMailbox(Reflect.get(methods, "mailbox", this), known));
      },
    },
    didSubmit: {
      get(this: Handle & Watched): Event {
        const known = this[WATCHED];
        return (known.didSubmit ??= watchEvent(Reflect.get(methods, "didSubmit", this), known));
      },
    },
  });
}

/** The handle's own view of the mailbox: its consumer's calls are the handle's. */
function watchMailbox(mailbox: Mailbox, known: WatchedHandle): Mailbox {
  return Object.assign(mailbox, {
    [WATCHED]: known,
    [APPENDING]: Reflect.get(mailbox, "append"),
    append: appendAndTell,
  });
}

/** The event by which who awaits a submit is told, of which the live run uses these two besides looking and waiting. */
function watchEvent(event: Event, known: WatchedHandle): Event {
  return Object.assign(event, { [WATCHED]: known, set: setAndTell, clear: clearAndTell });
}

const APPEND = METHODS.indexOf("mailbox.append");
const SET = METHODS.indexOf("didSubmit.set");
const CLEAR = METHODS.indexOf("didSubmit.clear");

function appendAndTell(this: WatchedMailbox, value: Json): void {
  tell(this[WATCHED], APPEND, nameOfUpdate(value), append, this, value);
}

function append(mailbox: WatchedMailbox, value: Json): void {
  mailbox[APPENDING](value);
}

function setAndTell(this: Event & Watched): void {
  tell(this[WATCHED], SET, null, set, this, undefined);
}

function set(event: Event): void {
  (Object.getPrototypeOf(event) as Event).set.call(event);
}

function clearAndTell(this: Event & Watched): void {
  tell(this[WATCHED], CLEAR, null, clear, this, undefined);
}

function clear(event: Event): void {
  (Object.getPrototypeOf(event) as Event).clear.call(event);
}

/** Does something that gives nothing, and tells of it as of a method of the handle with that argument. */
function tell<What, Given>(
  known: WatchedHandle,
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

function begin(known: WatchedHandle, method: number, argument: Scalar): Call {
  const call = { slot: known.slot, number: known.calls.begin(known, method, argument) };
  known.calls.current = call;
  return call;
}

/** A method that ends at once, and tells: of its value what `gist` gives. */
function tellingMethod<T>(methods: Handle, name: Method, gist: (value: T) => Scalar) {
  const place = METHODS.indexOf(name);
  const method = Reflect.get(methods, name) as (this: Handle) => T;
  return function (this: Handle): T {
    const known = (this as Handle & Watched)[WATCHED];
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
    calls.end(call, false, gist(value));
    return value;
  };
}

/** One that may wait; it tells of its argument what `argumentOf` gives. */
function tellingSteps<A, T>(
  methods: Handle,
  name: Method,
  argumentOf: (given: A) => Scalar,
  gist: (value: T) => Scalar,
) {
  const what: TellingMethod<Handle, A, T> = {
    place: METHODS.indexOf(name),
    method: Reflect.get(methods, name) as (this: Handle, given: A) => Steps<T>,
    argumentOf,
    gist,
  };
  return function (this: Handle, given?: A): Steps<T> {
    return new TellingSteps(what, this, given as A, (this as Handle & Watched)[WATCHED]);
  };
}
