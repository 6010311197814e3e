/** Mephisto's remote procedures: a request has an id, and its answer names it. */
import type { Dialect } from "./dialect.js";

export const remoteProcedure: Dialect = {
  name: "remote-procedure",
  answersEach: true,
  update: ({ id, text }) => ({ request_id: id, target: "crowdstorm", args: JSON.stringify({ text }) }),
  reply: ({ handles }) => (typeof handles === "string" ? handles : "none"),
};
