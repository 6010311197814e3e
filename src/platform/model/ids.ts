/** Where ids come from that the model makes up itself (`update_id`, `message_id`): handed in, so that a replay gets the same. */

// eslint-disable-next-line no-restricted-imports -- the one default source; whoever needs replay hands in another
import { randomUUID } from "node:crypto";
import { kindOf } from "../../vocabulary/index.js";

/** Makes up ids; no two alike. */
export interface IdSource {
  next(): string;
}

/** Random version 4 UUIDs, as the seed's `uuid4()`. */
export const uuidSource: IdSource = { next: () => randomUUID() };

/** `source`, of which every id is looked at. It throws a TypeError for what is no text, such as a promise. */
export function checkedIds(source: IdSource): IdSource {
  return {
    next: () => {
      const id: unknown = source.next();
      if (typeof id !== "string") throw new TypeError(`ids.next() must return text, not ${kindOf(id)}`);
      return id;
    },
  };
}
