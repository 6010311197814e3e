/** Dialects of one's own: a JavaScript module that the command line names. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { importModule, kindOf, messageOf, withLine } from "../../../vocabulary/index.js";
import type { Dialect } from "./dialect.js";

/** A dialect module cannot be used. The message is one line that names the file. */
export class DialectError extends Error {
  override readonly name = "DialectError";
}

/**
 * Has the compiler check a dialect as it is written; returns it as it is. The default export of a dialect module:
 * `export default defineDialect({ … })`. Its functions are called in worker threads, each of which imports the module.
 *
 * @example
 * ```ts
 * import { defineDialect } from "crowdstorm";
 *
 * const quiz = defineDialect({
 *   name: "quiz",
 *   answersEach: true,
 *   update: ({ id, text }) => ({ kind: "answer", question: id, text }),
 *   reply: ({ kind, question }) => (kind === "mark" && typeof question === "string" ? question : "none"),
 *   end: ({ kind }) => kind === "finished",
 * });
 * console.log(quiz.update({ id: "w1/1", number: 1, text: "x", last: false, agentId: "7" })["question"]); // w1/1
 * ```
 */
export function defineDialect(dialect: Dialect): Dialect {
  return dialect;
}

/**
 * The dialect that the module at `path` exports.
 * @throws {DialectError} when it cannot be imported, or its default export is no dialect
 */
export async function loadDialect(path: string): Promise<Dialect> {
  if (!existsSync(path)) throw new DialectError(`${path}: no such file; --dialect takes a JavaScript module`);
  const url = pathToFileURL(resolve(path)).href;
  let exported: unknown;
  try {
    // In an object: a default export that is a promise is not awaited.
    ({ exported } = { exported: (await importModule(url))["default"] });
  } catch (error) {
    throw new DialectError(`${withLine(path, url, error)}: cannot be imported: ${messageOf(error)}`, { cause: error });
  }
  const problem = problemOf(exported);
  if (problem !== undefined)
    throw new DialectError(`${path}: ${problem}; a dialect module has: export default defineDialect({ … })`);
  return exported as Dialect;
}

/** What keeps `value` from being a dialect; undefined when it is one. */
function problemOf(value: unknown): string | undefined {
  if (value === undefined) return "has no default export";
  if (typeof value !== "object" || value === null) return `its default export must be a dialect, not ${kindOf(value)}`;
  const given = value as Readonly<Record<string, unknown>>;
  const isOptional = (key: string, type: string): boolean => given[key] === undefined || typeof given[key] === type;
  if (typeof given["name"] !== "string" || given["name"] === "") return "name must be a text that is not empty";
  for (const key of ["update", "reply"])
    if (typeof given[key] !== "function") return `${key} must be a function, not ${kindOf(given[key])}`;
  if (!isOptional("end", "function")) return `end must be a function, not ${kindOf(given["end"])}`;
  for (const key of ["live", "answersEach"])
    if (!isOptional(key, "boolean")) return `${key} must be true or false, not ${kindOf(given[key])}`;
  return undefined;
}
