/**
 * A handle that tells of the calls of its methods. Handles are of the classes of their crowd providers, so the methods are replaced in
 * the handle itself, by functions that are made once a class: a run makes two or three handles an agent. What a method does inside,
 * with the handle's other methods, is part of its call and not told of.
 */
import type { AgentStatus } from "../../db/index.js";
import { Agent, type LiveUpdate, type OnboardingAgent } from "../../model/index.js";
import type { Event, Json, Mailbox, Slot, Steps, Wait, Waiter } from "../../sync/index.js";
import { METHODS, type Method, type Scalar } from "./format.js";

export type Handle = Agent | OnboardingAgent;

/** A call that is under way. */
export interface Call {
  readonly slot: Slot;
  /** Of its start, in the order of the slot. */
  readonly number: number;
}

/** Told of calls as they are made. */
export interface Calls {
  /** The call whose code runs now. */
  current: Call | undefined;
  /** A call of the method of this place in {@link METHODS} begins, on a handle; it is the current one. */
  begin(handle: WatchedHandle, method: number, argument: Scalar): Call;
  /** The current call ends, with a value or by throwing the error of a name; none is current then. */
  end(call: Call, threw: boolean, value: Scalar): void;
}

/** What is known of a handle that is watched. */
export interface WatchedHandle {
  readonly calls: Calls;
  readonly slot: Slot;
  /** Of its making, in the order of the slot. */
  readonly number: number;
}

/** On a handle, and on its event: what is known of the handle. */
const WATCHED = Symbol("what is known of a handle that is watched");
interface Watched {
  [WATCHED]: WatchedHandle;
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

/** Has the handle tell of its calls. */
export function watchHandle(handle: Handle, known: WatchedHandle): void {
  const telling = tellingMethodsOf(Object.getPrototypeOf(handle) as Handle);
  (handle as Handle & Watched)[WATCHED] = known;
  handle.getStatus = telling.getStatus;
  handle.shutdown = telling.shutdown;
  handle.updateStatusSteps = telling.updateStatusSteps;
  handle.getLiveUpdateSteps = telling.getLiveUpdateSteps;
  handle.awaitSubmitSteps = telling.awaitSubmitSteps;
  handle.handleSubmitSteps = telling.handleSubmitSteps;
  if (handle instanceof Agent) {
    handle.markDoneSteps = telling.markDoneSteps;
    handle.approveWorkSteps = telling.approveWorkSteps;
    handle.softRejectWorkSteps = telling.softRejectWorkSteps;
    handle.rejectWorkSteps = telling.rejectWorkSteps;
  }
  watchMailbox(handle.mailbox, known);
  watchEvent(handle.didSubmit, known);
}

type TellingMethods = ReturnType<typeof tellingMethods>;
const known = new Map<Handle, TellingMethods>();

function tellingMethodsOf(methods: Handle): TellingMethods {
  let telling = known.get(methods);
  if (telling === undefined) known.set(methods, (telling = tellingMethods(methods as Agent & OnboardingAgent)));
  return telling;
}

/** Those of agents on units are of no use to an onboarding agent, which has no such methods. */
function tellingMethods(methods: Agent & OnboardingAgent) {
  return {
    getStatus: telling("getStatus", (handle) => methods.getStatus.call(handle), itself),
    shutdown: telling("shutdown", (handle) => methods.shutdown.call(handle), nothing),
    updateStatusSteps: tellingSteps("updateStatusSteps", (handle, status: AgentStatus) => methods.updateStatusSteps.call(handle, status), itself, nothing),
    getLiveUpdateSteps: tellingSteps("getLiveUpdateSteps", (handle, timeoutMs: number | null | undefined) => methods.getLiveUpdateSteps.call(handle, timeoutMs), orNull, nameOfTaken),
    awaitSubmitSteps: tellingSteps("awaitSubmitSteps", (handle, timeoutMs: number | null | undefined) => methods.awaitSubmitSteps.call(handle, timeoutMs), orNull, itself),
    handleSubmitSteps: tellingSteps("handleSubmitSteps", (handle, data: Json) => methods.handleSubmitSteps.call(handle, data), nothing, nothing),
    markDoneSteps: tellingSteps("markDoneSteps", (agent) => methods.markDoneSteps.call(agent), nothing, nothing),
    approveWorkSteps: tellingSteps("approveWorkSteps", (agent) => methods.approveWorkSteps.call(agent), nothing, nothing),
    softRejectWorkSteps: tellingSteps("softRejectWorkSteps", (agent) => methods.softRejectWorkSteps.call(agent), nothing, nothing),
    rejectWorkSteps: tellingSteps("rejectWorkSteps", (agent, reason: string) => methods.rejectWorkSteps.call(agent, reason), nothing, nothing),
  };
}

/** The handle's own view of the mailbox: its consumer's calls are the handle's. */
function watchMailbox(mailbox: Mailbox, known: WatchedHandle): void {
  const append = mailbox.append.bind(mailbox);
  mailbox.append = (value) => tell(known, APPEND, nameOfUpdate(value), () => append(value));
}

/** The event by which who awaits a submit is told, of which the live run uses these two besides looking and waiting. */
function watchEvent(event: Event, known: WatchedHandle): void {
  (event as Event & Watched)[WATCHED] = known;
  event.set = setAndTell;
  event.clear = clearAndTell;
}

function setAndTell(this: Event): void {
  const { set } = Object.getPrototypeOf(this) as { set: (this: Event) => void };
  tell((this as Event & Watched)[WATCHED], SET, null, () => set.call(this));
}

function clearAndTell(this: Event): void {
  const { clear } = Object.getPrototypeOf(this) as { clear: (this: Event) => void };
  tell((this as Event & Watched)[WATCHED], CLEAR, null, () => clear.call(this));
}

const APPEND = METHODS.indexOf("mailbox.append");
const SET = METHODS.indexOf("didSubmit.set");
const CLEAR = METHODS.indexOf("didSubmit.clear");

function tell(known: WatchedHandle, method: number, argument: Scalar, body: () => void): void {
  const { calls } = known;
  if (calls.current !== undefined) {
    body();
    return;
  }
  const call = calls.begin(known, method, argument);
  try {
    body();
  } catch (error) {
    calls.end(call, true, nameOf(error));
    throw error;
  }
  calls.end(call, false, null);
}

/** A method that ends at once, and tells: of its value what `gist` gives. */
function telling<T>(method: Method, body: (handle: Agent & OnboardingAgent) => T, gist: (value: T) => Scalar) {
  const place = METHODS.indexOf(method);
  return function (this: Handle): T {
    const known = (this as Handle & Watched)[WATCHED];
    const { calls } = known;
    if (calls.current !== undefined) return body(this as Agent & OnboardingAgent);
    const call = calls.begin(known, place, null);
    let value: T;
    try {
      value = body(this as Agent & OnboardingAgent);
    } catch (error) {
      calls.end(call, true, nameOf(error));
      throw error;
    }
    calls.end(call, false, gist(value));
    return value;
  };
}

/** One that may wait; it tells of its argument what `argumentOf` gives. */
function tellingSteps<A, T>(
  method: Method,
  body: (handle: Agent & OnboardingAgent, given: A) => Steps<T>,
  argumentOf: (given: A) => Scalar,
  gist: (value: T) => Scalar,
) {
  const place = METHODS.indexOf(method);
  return function* (this: Handle, given?: A): Steps<T> {
    const known = (this as Handle & Watched)[WATCHED];
    const { calls } = known;
    // Inside another call: part of that.
    if (calls.current !== undefined) return yield* body(this as Agent & OnboardingAgent, given as A);
    const call = calls.begin(known, place, argumentOf(given as A));
    const steps = body(this as Agent & OnboardingAgent, given as A);
    for (let input: unknown, failed = false; ; ) {
      let next: IteratorResult<Wait<unknown>, T>;
      calls.current = call;
      try {
        next = failed ? steps.throw(input) : steps.next(input);
      } catch (error) {
        calls.end(call, true, nameOf(error));
        throw error;
      }
      if (next.done) {
        calls.end(call, false, gist(next.value));
        return next.value;
      }
      calls.current = undefined;
      try {
        input = yield new WaitWithin(calls, call, next.value);
        failed = false;
      } catch (error) {
        input = error;
        failed = true;
      }
    }
  };
}

/** A wait that begins as part of a call. */
class WaitWithin implements Wait<unknown> {
  readonly #calls: Calls;
  readonly #call: Call;
  readonly #wait: Wait<unknown>;

  constructor(calls: Calls, call: Call, wait: Wait<unknown>) {
    this.#calls = calls;
    this.#call = call;
    this.#wait = wait;
  }

  block(): unknown {
    const before = this.#calls.current;
    this.#calls.current = this.#call;
    try {
      return this.#wait.block();
    } finally {
      this.#calls.current = before;
    }
  }

  start(waiter: Waiter<unknown>): void {
    const before = this.#calls.current;
    this.#calls.current = this.#call;
    try {
      this.#wait.start(waiter);
    } finally {
      this.#calls.current = before;
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
