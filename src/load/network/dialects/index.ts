/** How the live updates of a task and their replies look. */
import { chat } from "./chat.js";
import type { TargetDialect } from "../../scenario/index.js";
import type { Dialect } from "./dialect.js";
import { echo } from "./echo.js";
import { remoteProcedure, type RemoteCall } from "./remote-procedure.js";
import { staticTask } from "./static-task.js";

export { callEnd, callReply, callUpdate } from "./call-dialect.js";
export { DialectError, defineDialect, loadDialect } from "./define-dialect.js";
export type { RemoteCall } from "./remote-procedure.js";
export type { Dialect, DialectData, PendingUpdate, PlannedUpdate, ReplyContext, ReplyTo } from "./dialect.js";

const DIALECTS: Readonly<Record<Exclude<TargetDialect, "remote-procedure">, Dialect>> = {
  chat,
  echo,
  static: staticTask,
};

/** The program's dialect of this name; `call` is for remote procedures. */
export function dialectOf(name: TargetDialect, call?: RemoteCall): Dialect {
  return name === "remote-procedure" ? remoteProcedure(call) : DIALECTS[name];
}
