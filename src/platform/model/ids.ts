/**
 * The source of the ids that the model makes (`update_id`, `message_id`). It is an option, so that a replay gets the
 * same ids.
 */

// eslint-disable-next-line no-restricted-imports -- the one default source; a run that can be replayed uses another
import { randomUUID } from "node:crypto";
import { kindOf } from "../../vocabulary/index.js";

/** Makes unique ids. */
export interface IdSource {
  next(): string;
}

/** Random version 4 UUIDs, as the original's `uuid4()`. */
export const uuidSource: IdSource = { next: () => randomUUID() };

/** `source`, with every id checked: throws a TypeError for an id that is not a string, such as a promise. */
export function checkedIds(source: IdSource): IdSource {
  return {
    next: () => {
      const id: unknown = source.next();
      if (typeof id !== "string") throw new TypeError(`ids.next() must return text, not ${kindOf(id)}`);
      return id;
    },
  };
}
