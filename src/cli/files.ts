/** Reading and writing the files that a command names. */
import { readFileSync, writeFileSync } from "node:fs";
import { whyFileFailed } from "../report/index.js";
import { UsageError } from "./errors.js";

/** @throws {UsageError} when it cannot be read */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UsageError(`${named(path)} cannot be read: ${whyFileFailed(error)}`, { cause: error });
  }
}

/** @throws {UsageError} when it cannot be read */
export function readText(path: string): string {
  return readBytes(path).toString("utf8");
}

/** @throws {UsageError} when it cannot be written */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${named(path)} cannot be written: ${whyFileFailed(error)}`, { cause: error });
  }
}

/** @throws {UsageError} when nothing can be written to `path`; what is there stays as it is */
export function checkWritable(path: string): void {
  try {
    writeFileSync(path, "", { flag: "a" });
  } catch (error) {
    throw new UsageError(`${named(path)} cannot be written: ${whyFileFailed(error)}`, { cause: error });
  }
}

function named(path: string): string {
  return path === "" ? '""' : path;
}
