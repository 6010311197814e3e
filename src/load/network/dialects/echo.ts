/** A task that sends back what it gets: for the cost of the path alone. */
import type { Dialect } from "./dialect.js";

export const echo: Dialect = {
  name: "echo",
  answersEach: true,
  update: ({ id, text }) => ({ echo_id: id, text }),
  reply: ({ echo_id }) => (typeof echo_id === "string" ? echo_id : "none"),
};
