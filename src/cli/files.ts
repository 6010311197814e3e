/** Reading and writing the files that a command names. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { whyFileFailed } from "../report/index.js";
import { UsageError } from "./errors.js";

/** @throws {UsageError} when it cannot be read */
export function readBytes(path: string): Buffer {
  return explained(path, "read", () => readFileSync(path));
}

/** @throws {UsageError} when it cannot be read */
export function readText(path: string): string {
  return readBytes(path).toString("utf8");
}

/** @throws {UsageError} when it cannot be written */
export function writeText(path: string, text: string): void {
  explained(path, "written", () => writeFileSync(path, text));
}

/** @throws {UsageError} when nothing can be written to `path`; what is there stays as it is, and what is not does not come to be */
export function checkWritable(path: string): void {
  const there = existsSync(path);
  explained(path, "written", () => writeFileSync(path, "", { flag: "a" }));
  if (!there) rmSync(path);
}

function explained<T>(path: string, what: "read" | "written", work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new UsageError(`${path === "" ? '""' : path} cannot be ${what}: ${whyFileFailed(error)}`, { cause: error });
  }
}
