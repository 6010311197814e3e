/** Refuses to write to a file that the command reads, or to one file twice. */
import { fstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { JOURNAL_FILES, RUN_FILES } from "../../results/run-files.js";
import { UsageError } from "./usage-error.js";
import { endOfLinks } from "./named-files.js";
import { STANDARD_INPUT } from "./standard-input.js";

/** A file of a command, and what messages call it. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
}

/** @throws {UsageError} when an output is the same file as an input or as another output, also through links */
export function refuseSameFile(outputs: readonly NamedFile[], inputs: readonly NamedFile[]): void {
  const others = new Map(inputs.map((input) => [identityOf(input.path), input]));
  for (const output of outputs) {
    const identity = identityOf(output.path);
    if (identity === undefined) continue;
    const same = others.get(identity);
    if (same !== undefined) throw new UsageError(`${same.name} and ${output.name} are the same file, ${output.path}`);
    others.set(identity, output);
  }
}

/** What is read of the run in `directory`: all but the page, which is written anew. */
export function filesOfRun(directory: string): NamedFile[] {
  return Object.values({ ...RUN_FILES, ...JOURNAL_FILES })
    .filter((file) => file !== RUN_FILES.report)
    .map((file) => ({ name: `the run's ${file}`, path: join(directory, file) }));
}

/** The same for two paths of one file, whether it is there or not; undefined for what is no file, such as a terminal, or cannot be looked at. */
function identityOf(path: string): string | undefined {
  try {
    const status =
      path === STANDARD_INPUT
        ? fstatSync(process.stdin.fd, { bigint: true })
        : statSync(path, { bigint: true, throwIfNoEntry: false });
    if (status !== undefined) return status.isFile() ? `${status.dev} ${status.ino}` : undefined;
    const end = endOfLinks(path);
    return join(realpathSync(dirname(end)), basename(end));
  } catch {
    // Reading or writing it tells why.
    return undefined;
  }
}
