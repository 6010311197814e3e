/** Calls the functions of a dialect, which may be a module of a user's, and checks what they return. */
import { isPlainObject, kindOf, messageOf } from "../../../vocabulary/index.js";
import { DialectError } from "./define-dialect.js";
import type { Dialect, DialectData, PlannedUpdate, ReplyContext, ReplyTo } from "./dialect.js";

/** @throws {DialectError} when it throws, or returns no plain object */
export function callUpdate(dialect: Dialect, update: PlannedUpdate): DialectData {
  const data = call(dialect, "update", () => dialect.update(update));
  if (typeof data === "object" && data !== null && isPlainObject(data)) return data as DialectData;
  throw new DialectError(`dialect ${dialect.name}: update must return an object, not ${kindOf(data)}`);
}

/** @throws {DialectError} when it throws, or returns neither a number nor a text nor undefined */
export function callReply(dialect: Dialect, data: DialectData, context: ReplyContext): ReplyTo {
  const to = call(dialect, "reply", () => dialect.reply(data, context));
  if (typeof to === "number" || typeof to === "string" || to === undefined) return to;
  const expected = 'the number or the id of an update, "none" or undefined';
  throw new DialectError(`dialect ${dialect.name}: reply must return ${expected}, not ${kindOf(to)}`);
}

/** False for a dialect without the function. @throws {DialectError} when it throws, or returns no boolean */
export function callEnd(dialect: Dialect, data: DialectData): boolean {
  if (dialect.end === undefined) return false;
  const ends = call(dialect, "end", () => dialect.end?.(data));
  if (typeof ends === "boolean") return ends;
  throw new DialectError(`dialect ${dialect.name}: end must return true or false, not ${kindOf(ends)}`);
}

function call({ name }: Dialect, what: "update" | "reply" | "end", run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    throw new DialectError(`dialect ${name}: ${what} threw: ${messageOf(error)}`, { cause: error });
  }
}
