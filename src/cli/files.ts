/** Reading and writing the files that a command names. */
import { existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cannotWrite, ResultsError, whyFileFailed } from "../report/index.js";
import { UsageError } from "./errors.js";

/** @throws {UsageError} when it cannot be read */
export function readBytes(path: string): Buffer {
  return explained(path, "read", () => readFileSync(path));
}

/** @throws {UsageError} when it cannot be read */
export function readText(path: string): string {
  return readBytes(path).toString("utf8");
}

/** @throws {UsageError} when it cannot be written, {@link ResultsError} when there is no room for it: nothing is there then */
export function writeText(path: string, text: string): void {
  explained(path, "written", () => {
    try {
      writeFileSync(path, text);
    } catch (error) {
      if (!isForLackOfRoom(error)) throw error;
      if (isFile(path)) rmSync(path);
      throw cannotWrite(path, error);
    }
  });
}

/** Takes away what an earlier command left at `path`. @throws {UsageError} when nothing can be written there */
export function clearFile(path: string): void {
  checkWritable(path);
  if (!isFile(path)) return;
  try {
    rmSync(path);
  } catch {
    // In a directory that is not the user's, a file can be written that cannot be removed.
    writeText(path, "");
  }
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isForLackOfRoom(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
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
    if (error instanceof ResultsError) throw error;
    throw new UsageError(`${path === "" ? '""' : path} cannot be ${what}: ${whyFileFailed(error)}`, { cause: error });
  }
}
