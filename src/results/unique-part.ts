/** Unique names of files and directories. */
import { randomBytes } from "node:crypto";

/** Eight random hexadecimal digits. A process id would not be unique: containers have the same ids. */
export function uniquePart(): string {
  return randomBytes(4).toString("hex");
}

/** The second of `now` (UTC), such as 20260102T030405. Names that begin with it sort by time. */
export function timeStamp(now: Date): string {
  return now.toISOString().replace(/[-:]|\..*/g, "");
}

/** A unique name for a directory: no other process has it, on this machine or in a container. */
export function uniqueName(what: string, now: Date): string {
  return `${what}-${timeStamp(now)}-${uniquePart()}`;
}
