/** The code of a recorded call, for its replay. recorded-handle.ts records the calls. */
import type { AgentStatus } from "../../vocabulary/index.js";
import { OnboardingAgent, type Agent } from "../../platform/model/index.js";
import type { Json, Steps } from "../../platform/sync/index.js";
import type { Scalar } from "./history-format.js";
import type { StartedEntry } from "./history-reader.js";
import { updateIdOf } from "./recorded-handle.js";

/**
 * The code of a call. It returns the value by which calls are compared. `messageFor` makes the message of an append,
 * for a mailbox with that payload limit.
 */
export function* callBody(
  { method, argument }: StartedEntry,
  handle: Agent | OnboardingAgent,
  messageFor: (payloadLimit: number) => Json,
): Steps<Scalar> {
  const timeoutMs = typeof argument === "number" ? argument : undefined;
  switch (method) {
    case "getStatus":
      return handle.getStatus();
    case "updateStatusSteps":
      yield* handle.updateStatusSteps(argument as AgentStatus);
      return null;
    case "getLiveUpdateSteps": {
      const update = yield* handle.getLiveUpdateSteps(timeoutMs);
      return update === undefined ? null : updateIdOf(update);
    }
    case "awaitSubmitSteps":
      return yield* handle.awaitSubmitSteps(timeoutMs);
    case "handleSubmitSteps":
      yield* handle.handleSubmitSteps({});
      return null;
    case "shutdown":
      handle.shutdown();
      return null;
    case "mailbox.append":
      handle.mailbox.append(messageFor(handle.mailbox.payloadLimit));
      return null;
    case "didSubmit.set":
      handle.didSubmit.set();
      return null;
    case "didSubmit.clear":
      handle.didSubmit.clear();
      return null;
    case "markDoneSteps":
    case "approveWorkSteps":
    case "softRejectWorkSteps":
    case "rejectWorkSteps":
      if (handle instanceof OnboardingAgent) throw new TypeError(`an onboarding agent has no ${method}`);
      yield* handle[method]("");
      return null;
  }
}
