/** Remote calls: the worker's client requests a computation, and gets the result in a reply to its request. */
import type { Blueprint } from "./blueprint.js";
import { question } from "./question.js";

export const remoteProcedure: Blueprint = {
  type: "remote-procedure",
  onboarding: question,
  *runUnit(agent, _partners, context) {
    for (;;) {
      const request = yield* context.nextUpdate(agent);
      const text = request["text"];
      context.reply(agent, request, { response: typeof text === "string" ? text.length : 0 });
      if (request["last"] === true) return;
    }
  },
};
