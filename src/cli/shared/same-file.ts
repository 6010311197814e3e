/** Rejects an output that is also an input or another output. */
import { fstatSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { JOURNAL_FILES, RUN_FILES } from "../../results/run-files.js";
import { UsageError } from "./usage-error.js";
import { endOfLinks } from "./named-files.js";
import { STANDARD_INPUT } from "./standard-input.js";

/** A file of a command, and its name in messages. */
export interface NamedFile {
  readonly name: string;
  readonly path: string;
}

/** Follows links. @throws {UsageError} when an output is the same file as an input or another output */
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

/** The files of the run in `directory`, without its page, which is only written. */
export function filesOfRun(directory: string): NamedFile[] {
  return Object.values({ ...RUN_FILES, ...JOURNAL_FILES })
    .filter((file) => file !== RUN_FILES.report)
    .map((file) => ({ name: `the run's ${file}`, path: join(directory, file) }));
}

/** The same for two paths of one file, which need not exist; undefined when it is not a file, or cannot be examined. */
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
    // Reading or writing it reports the reason.
    return undefined;
  }
}
