/** A conversation: the task answers every message of the worker, and shows it to the partners. */
import type { LiveAgent } from "../../model/index.js";
import type { Blueprint } from "./blueprint.js";
import { question } from "./question.js";

export const chat: Blueprint = {
  type: "chat",
  onboarding: question,
  *runUnit(agent: LiveAgent, partners, context) {
    for (;;) {
      const update = yield* context.nextUpdate(agent);
      for (const partner of partners) partner.observe({ text: update["text"], from: agent.getAgentId() });
      context.reply(agent, update, { text: "I see. Go on." });
      if (update["last"] === true) return;
    }
  },
};
