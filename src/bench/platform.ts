/** A temporary directory with a database and agents for a benchmark. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectDatabase, startWriter, type WriterHandle } from "../platform/db/index.js";
import { populate } from "../load/measure/floor/index.js";

/** Calls `use` with an empty directory, and removes the directory afterwards. */
export async function inDirectory<T>(use: (directory: string) => Promise<T> | T): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-bench-"));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Calls `use` with the writer of a database that has agents 1 to `agents`, all `in task`, each of another worker. */
export function onPlatform<T>(agents: number, use: (writer: WriterHandle) => Promise<T>): Promise<T> {
  return inDirectory(async (directory) => {
    const writer = await startWriter(join(directory, "run.db"), { create: true });
    try {
      const db = connectDatabase(writer.connect());
      populate(db, agents);
      db.close();
      return await use(writer);
    } finally {
      await writer.close();
    }
  });
}
