/**
 * A handle that tells of the calls of its methods. Handles are of the classes of their crowd providers, so the methods are replaced in
 * the handle itself. What a method does inside, with the handle's other methods, is part of its call and not told of: who is told
 * (recorder.ts) knows that a call is under way.
 */
import type { AgentStatus } from "../../db/index.js";
import { Agent, type LiveUpdate, type OnboardingAgent } from "../../model/index.js";
import { wrapMailbox, type Event, type Json, type Steps } from "../../sync/index.js";
import type { Method, Scalar } from "./format.js";

/** Told of calls as they are made: carries out `body`, whose value comes to `gist` as far as it can be compared. */
export interface Calls {
  now<T>(method: Method, argument: Scalar, body: () => T, gist: (value: T) => Scalar): T;
  steps<T>(method: Method, argument: Scalar, body: () => Steps<T>, gist: (value: T) => Scalar): Steps<T>;
}

const nothing = (): null => null;
const itself = <T extends Scalar>(value: T): T => value;

/** By what an update is known. */
export function nameOfUpdate(update: Json | LiveUpdate | undefined): string {
  const id = typeof update === "object" && update !== null && "update_id" in update ? update.update_id : undefined;
  return typeof id === "string" ? id : "";
}

function nameOfTaken(update: LiveUpdate | undefined): string | null {
  return update === undefined ? null : nameOfUpdate(update);
}

/** Has the handle tell of its calls. */
export function watchHandle(handle: Agent | OnboardingAgent, calls: Calls): void {
  const methods = Object.getPrototypeOf(handle) as typeof handle;
  const { mailbox, didSubmit } = handle;
  handle.getStatus = () => calls.now("getStatus", null, () => methods.getStatus.call(handle), itself);
  handle.shutdown = () => calls.now("shutdown", null, () => methods.shutdown.call(handle), nothing);
  handle.updateStatusSteps = (status: AgentStatus) => calls.steps("updateStatusSteps", status, () => methods.updateStatusSteps.call(handle, status), nothing);
  handle.getLiveUpdateSteps = (timeoutMs) => calls.steps("getLiveUpdateSteps", timeoutMs ?? null, () => methods.getLiveUpdateSteps.call(handle, timeoutMs), nameOfTaken);
  handle.awaitSubmitSteps = (timeoutMs) => calls.steps("awaitSubmitSteps", timeoutMs ?? null, () => methods.awaitSubmitSteps.call(handle, timeoutMs), itself);
  handle.handleSubmitSteps = (data) => calls.steps("handleSubmitSteps", null, () => methods.handleSubmitSteps.call(handle, data), nothing);
  if (handle instanceof Agent) watchProviderMethods(handle, calls);
  const append = (value: Json): void => calls.now("mailbox.append", nameOfUpdate(value), () => mailbox.append(value), nothing);
  Object.defineProperty(handle, "mailbox", { value: wrapMailbox(mailbox, { append }) });
  watchEvent(didSubmit, calls);
}

/** What only agents on units have. */
function watchProviderMethods(agent: Agent, calls: Calls): void {
  const methods = Object.getPrototypeOf(agent) as Agent;
  agent.markDoneSteps = () => calls.steps("markDoneSteps", null, () => methods.markDoneSteps.call(agent), nothing);
  agent.approveWorkSteps = () => calls.steps("approveWorkSteps", null, () => methods.approveWorkSteps.call(agent), nothing);
  agent.softRejectWorkSteps = () => calls.steps("softRejectWorkSteps", null, () => methods.softRejectWorkSteps.call(agent), nothing);
  agent.rejectWorkSteps = (reason) => calls.steps("rejectWorkSteps", null, () => methods.rejectWorkSteps.call(agent, reason), nothing);
}

/** The event by which who awaits a submit is told, of which the live run uses these two besides looking and waiting. */
function watchEvent(event: Event, calls: Calls): void {
  const methods = Object.getPrototypeOf(event) as Event;
  event.set = () => calls.now("didSubmit.set", null, () => methods.set.call(event), nothing);
  event.clear = () => calls.now("didSubmit.clear", null, () => methods.clear.call(event), nothing);
}
