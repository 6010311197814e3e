/** Messages that replace those of a run. Only the name and the length of a message have an effect. */
import type { Json } from "../../platform/sync/index.js";

/** A message whose JSON has `bytes` bytes, or as few as possible if the name takes more. */
export function placeholderMessage(name: string, bytes: number): Json {
  const bare = Buffer.byteLength(JSON.stringify({ update_id: name, rest: "" }));
  return bytes < bare ? { update_id: name } : { update_id: name, rest: " ".repeat(bytes - bare) };
}
