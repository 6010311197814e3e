/** Whether SQLite's native module can be loaded, which a run asks before it makes anything. */
import Sqlite from "better-sqlite3";
import { projectFolder } from "../../vocabulary/index.js";
import { DatabaseError } from "./database-errors.js";

/**
 * better-sqlite3 has no native module, or one that this Node.js cannot load. The message is one line with the remedy.
 */
export class NativeModuleError extends DatabaseError {
  override name = "NativeModuleError";
}

/** @throws {NativeModuleError} */
export function requireNativeModule(): void {
  try {
    new Sqlite(":memory:").close();
  } catch (error) {
    throw asNativeModuleError(error) ?? error;
  }
}

/** The error for what loading the native module failed with; undefined for any other error. */
export function asNativeModuleError(error: unknown): NativeModuleError | undefined {
  if (!(error instanceof Error)) return undefined;
  // What the package `bindings` throws when no file is there, and Node.js when it cannot load one.
  const isMissing = error.message.startsWith("Could not locate the bindings file");
  if (!isMissing && (error as NodeJS.ErrnoException).code !== "ERR_DLOPEN_FAILED") return undefined;
  const what = isMissing
    ? "is installed without its native module"
    : error.message.includes("NODE_MODULE_VERSION")
      ? `is compiled for another version of Node.js than ${process.version}`
      : `has a native module that cannot be loaded (${error.message.replaceAll(/\s*\n\s*/g, " ")})`;
  return new NativeModuleError(`better-sqlite3 ${what}: run \`npm rebuild better-sqlite3\` in ${projectFolder()}`, {
    cause: error,
  });
}
