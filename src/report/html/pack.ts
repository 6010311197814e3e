/** Compresses data of a page that is read only on demand: it can be several times as large as the rest of the page. */
import { deflateRawSync } from "node:zlib";

/** `value` as text that `src/report/page/unpack.ts` reads. */
export function pack(value: unknown): string {
  return deflateRawSync(JSON.stringify(value), { level: 9 }).toString("base64");
}
