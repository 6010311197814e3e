/** The names of worker processes. */
import { hostname } from "node:os";
import { uniquePart } from "../../results/index.js";

/** A name that no other worker process has: its host, its process id and random digits. */
export function workerProcessId(): string {
  const host = hostname()
    .replaceAll(/[^\w.-]/g, "-")
    .slice(0, 100);
  return `${host}-${process.pid}-${uniquePart()}`;
}
