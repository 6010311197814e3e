/** Data of a page that is read only when somebody asks for it: packed, as it may be several times as large as all the rest. */
import { deflateRawSync } from "node:zlib";

/** `value` as text that `src/report/page/unpack.ts` reads. */
export function pack(value: unknown): string {
  return deflateRawSync(JSON.stringify(value), { level: 9 }).toString("base64");
}
