/**
 * A conversation, as Mephisto's bootstrap-chat has it. Its messages do not name what they answer. A reply is matched
 * where it says so by itself (`in_reply_to`), or where it can answer one message only: one message waits for a reply,
 * and no other worker writes.
 */
import type { Dialect, DialectData, ReplyContext, ReplyTo } from "./dialect.js";

export const chat: Dialect = {
  name: "chat",
  update: ({ id, number, text, last, agentId }) => ({ id: agentId, message_id: id, number, text, episode_done: last }),
  reply: replyTo,
  end: ({ task_data }) =>
    typeof task_data === "object" && task_data !== null && "task_done" in task_data && task_data["task_done"] === true,
};

function replyTo(data: DialectData, { pending, hasPartners }: ReplyContext): ReplyTo {
  const { in_reply_to, text } = data;
  if (typeof in_reply_to === "number" || typeof in_reply_to === "string") return in_reply_to;
  // Without a text it is a notice about the task, such as whose turn it is.
  if (typeof text !== "string" || hasPartners) return "none";
  const [oldest, another] = pending;
  if (oldest === undefined) return "none";
  return another === undefined ? oldest.number : undefined;
}
