/**
 * The planted fault of the demonstration (`simulate sweep --demo`): code of a task, not of the platform, which is under
 * test as it is. The task is the chat with one more line, which looks like a sensible shortcut: the task ends as soon
 * as the worker has submitted, since a worker who has submitted sends nothing more.
 *
 * It is a race. While the task is busy with one update, the next updates and the submit can arrive. The submit is then
 * known, and the updates are pending still: the task ends without them, and the agent completes. Few orders of events
 * show it, so few seeds do.
 */
import { blueprintOf, type Blueprint } from "../../platform/live/index.js";

export const plantedRace: Blueprint = {
  ...blueprintOf("chat"),
  type: "planted-race",
  *runUnit(agent, _partners, context) {
    for (;;) {
      const update = yield* context.nextUpdate(agent);
      context.reply(agent, update, { text: "I see. Go on." });
      if (update["last"] === true) return;
      const { raised } = yield* context.awaitSubmit(agent, 0);
      if (raised) return; // The fault: updates that were sent before the submit can be pending.
    }
  },
};
