/** Messages that take the place of those of a run: of their name and length, which is all that decides anything. */
import type { Json } from "../../platform/sync/index.js";

/** A message whose JSON has so many bytes, if the name leaves room for it, and otherwise as few as can be. */
export function placeholderMessage(name: string, bytes: number): Json {
  const bare = Buffer.byteLength(JSON.stringify({ update_id: name, rest: "" }));
  return bytes < bare ? { update_id: name } : { update_id: name, rest: " ".repeat(bytes - bare) };
}
