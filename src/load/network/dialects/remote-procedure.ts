/** Mephisto's remote procedures: a request has an id, and its answer names it. */
import type { Dialect, DialectData } from "./dialect.js";

/** What updates call. */
export interface RemoteCall {
  /** The name of the function. Left out: `crowdstorm`. */
  readonly procedure?: string | undefined;
  /** What each call passes beside the text. */
  readonly arguments?: DialectData | undefined;
}

export function remoteProcedure({ procedure = "crowdstorm", arguments: args = {} }: RemoteCall = {}): Dialect {
  return {
    name: "remote-procedure",
    answersEach: true,
    update: ({ id, text }) => ({ request_id: id, target: procedure, args: JSON.stringify({ ...args, text }) }),
    reply: ({ handles }) => (typeof handles === "string" ? handles : "none"),
  };
}
