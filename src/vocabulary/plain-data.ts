/** Plain data: null, booleans, finite numbers, text, and lists and mappings of them, as in JSON and YAML. */
import { types } from "node:util";
import { isPlainObject, kindOf } from "./foreign.js";

export type PlainData = null | boolean | number | string | readonly PlainData[] | { readonly [key: string]: PlainData };

/** The maximum nesting of plain data, and the maximum number of its values. A shared value counts at each place. */
export const MAX_LEVELS = 100;
export const MAX_VALUES = 2_000_000;

/** A value is not plain data. The message is one clause, which does not name the place. */
export class NotPlainError extends Error {
  override readonly name = "NotPlainError";

  constructor(
    message: string,
    /** The keys and indices of the invalid value. */
    readonly path: readonly PropertyKey[],
  ) {
    super(message);
  }
}

/**
 * A deep copy of `value` without the properties that are undefined. Throws also the errors of getters.
 * @throws {NotPlainError} when `value` has anything that is not plain data, contains itself, or is too large
 */
export function plainCopy(value: unknown): PlainData {
  let values = 0;
  const copy = (part: unknown, path: PropertyKey[]): PlainData => {
    if (++values > MAX_VALUES) throw new NotPlainError(`has more than ${MAX_VALUES} values`, []);
    if (part === null || typeof part === "boolean" || typeof part === "string") return part;
    if (typeof part === "number" && Number.isFinite(part)) return part;
    const isList = !types.isProxy(part) && Array.isArray(part);
    if (!isList && (typeof part !== "object" || types.isProxy(part) || !isPlainObject(part)))
      throw new NotPlainError(`must be plain data, not ${kindOf(part)}`, [...path]);
    if (path.length === MAX_LEVELS)
      throw new NotPlainError(`contains itself, or has more than ${MAX_LEVELS} levels`, path.slice(0, 1));
    const inside = (key: PropertyKey, item: unknown): PlainData => {
      path.push(key);
      const copied = copy(item, path);
      path.pop();
      return copied;
    };
    if (isList) return Array.from(part as readonly unknown[], (item, index) => inside(index, item));
    const entries: [string, PlainData][] = [];
    for (const [key, item] of Object.entries(part)) {
      if (key === "__proto__") throw new NotPlainError('no key can be called "__proto__"', [...path]);
      if (item !== undefined) entries.push([key, inside(key, item)]);
    }
    return Object.fromEntries(entries);
  };
  return copy(value, []);
}
