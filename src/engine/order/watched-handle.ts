/**
 * A handle that tells of the calls of its methods. Handles are of the classes of their crowd providers, so that what takes the place
 * of one can only be a Proxy. What a method does inside, it does with the handle itself: only calls from outside are told of.
 */
import type { AgentStatus } from "../../db/index.js";
import type { Agent, LiveUpdate, OnboardingAgent } from "../../model/index.js";
import { wrapMailbox, type Event, type Json, type Steps } from "../../sync/index.js";
import type { Method, Scalar } from "./format.js";

/** Told of calls as they are made: carries out `body`, whose value comes to `gist` as far as it can be compared. */
export interface Calls {
  now<T>(method: Method, argument: Scalar, body: () => T, gist: (value: T) => Scalar): T;
  steps<T>(method: Method, argument: Scalar, body: () => Steps<T>, gist: (value: T) => Scalar): Steps<T>;
}

const nothing = (): null => null;

/** By what an update is known. */
export function nameOfUpdate(update: Json | LiveUpdate | undefined): string {
  const id = typeof update === "object" && update !== null && "update_id" in update ? update.update_id : undefined;
  return typeof id === "string" ? id : "";
}

export function watchHandle<Handle extends Agent | OnboardingAgent>(handle: Handle, calls: Calls): Handle {
  const watched = watchedMembers(handle, calls);
  return new Proxy(handle, {
    get(target, key) {
      if (Object.hasOwn(watched, key)) return (watched as Record<PropertyKey, unknown>)[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

function watchedMembers(handle: Agent | OnboardingAgent, calls: Calls) {
  const { mailbox } = handle;
  const steps = <T>(method: Method, argument: Scalar, body: () => Steps<T>): Steps<T> => calls.steps(method, argument, body, nothing);
  return {
    getStatus: () => calls.now("getStatus", null, () => handle.getStatus(), (status) => status),
    shutdown: () => calls.now("shutdown", null, () => handle.shutdown(), nothing),
    updateStatusSteps: (status: AgentStatus) => steps("updateStatusSteps", status, () => handle.updateStatusSteps(status)),
    getLiveUpdateSteps: (timeoutMs?: number | null) =>
      calls.steps("getLiveUpdateSteps", timeoutMs ?? null, () => handle.getLiveUpdateSteps(timeoutMs), (update) => (update === undefined ? null : nameOfUpdate(update))),
    awaitSubmitSteps: (timeoutMs?: number | null) =>
      calls.steps("awaitSubmitSteps", timeoutMs ?? null, () => handle.awaitSubmitSteps(timeoutMs), (raised) => raised),
    handleSubmitSteps: (data: Json) => steps("handleSubmitSteps", null, () => handle.handleSubmitSteps(data)),
    ...("approveWorkSteps" in handle && {
      markDoneSteps: () => steps("markDoneSteps", null, () => handle.markDoneSteps()),
      approveWorkSteps: () => steps("approveWorkSteps", null, () => handle.approveWorkSteps()),
      softRejectWorkSteps: () => steps("softRejectWorkSteps", null, () => handle.softRejectWorkSteps()),
      rejectWorkSteps: (reason: string) => steps("rejectWorkSteps", null, () => handle.rejectWorkSteps(reason)),
    }),
    mailbox: wrapMailbox(mailbox, {
      append: (value) => calls.now("mailbox.append", nameOfUpdate(value), () => mailbox.append(value), nothing),
    }),
    didSubmit: watchEvent(handle.didSubmit, calls),
  };
}

/** The event by which who awaits a submit is told, of which the live run uses these two besides looking and waiting. */
function watchEvent(event: Event, calls: Calls): Event {
  return new Proxy(event, {
    get(target, key) {
      if (key === "set") return () => calls.now("didSubmit.set", null, () => target.set(), nothing);
      if (key === "clear") return () => calls.now("didSubmit.clear", null, () => target.clear(), nothing);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
