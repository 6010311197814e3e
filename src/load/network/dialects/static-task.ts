/** A task without live updates: its page registers and submits, and opens no WebSocket. */
import { AssertionError } from "../../../vocabulary/index.js";
import type { Dialect } from "./dialect.js";

export const staticTask: Dialect = {
  name: "static",
  live: false,
  update() {
    throw new AssertionError("a worker of a static task sends no live updates");
  },
  reply: () => "none",
};
