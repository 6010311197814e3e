/** The part of a file's or directory's name that nobody can foresee. */
import { randomBytes } from "node:crypto";

/** Eight hexadecimal digits, drawn anew each time: process numbers are the same in every container. */
export function uniquePart(): string {
  return randomBytes(4).toString("hex");
}

/** The second of `now` (UTC), such as 20260102T030405: names that begin with it are in the order of time. */
export function timeStamp(now: Date): string {
  return now.toISOString().replace(/[-:]|\..*/g, "");
}

/** The name of a directory that nothing else has, of this process or another, on this machine or in a container. */
export function uniqueName(what: string, now: Date): string {
  return `${what}-${timeStamp(now)}-${uniquePart()}`;
}
