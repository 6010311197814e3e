/** The part of a file's or directory's name that nobody can foresee. */
import { randomBytes } from "node:crypto";

/** Eight hexadecimal digits, drawn anew each time: process numbers are the same in every container. */
export function uniquePart(): string {
  return randomBytes(4).toString("hex");
}
