/** A form: the worker sends nothing but the submit. */
import { AgentDisconnectedError, AgentReturnedError, type LiveAgent } from "../../model/index.js";
import type { Blueprint } from "./blueprint.js";
import { question } from "./question.js";

export const staticTask: Blueprint = {
  type: "static",
  onboarding: question,
  *runUnit(agent: LiveAgent, _partners, context) {
    // The wait also ends when the worker is gone.
    const { status } = yield* context.awaitSubmit(agent, context.liveUpdateTimeoutMs);
    if (status === "disconnect") throw new AgentDisconnectedError(agent.dbId);
    if (status === "returned") throw new AgentReturnedError(agent.dbId);
  },
};
