/** Where ids come from that the model makes up itself (`update_id`, `message_id`): handed in, so that a replay gets the same. */

// eslint-disable-next-line no-restricted-imports -- the one default source; whoever needs replay hands in another
import { randomUUID } from "node:crypto";

/** Makes up ids; no two alike. */
export interface IdSource {
  next(): string;
}

/** Random version 4 UUIDs, as the seed's `uuid4()`. */
export const uuidSource: IdSource = { next: () => randomUUID() };
