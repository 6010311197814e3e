/** The files that runs and comparisons write for CI tools. */
import { clearFile, writeText } from "./named-files.js";
import { refuseSameFile, type NamedFile } from "./same-file.js";

/** The values of `ciFileOptions` (shared-options.ts). */
export interface CiFileArguments {
  readonly markdown?: string | undefined;
  readonly junit?: string | undefined;
  readonly "benchmark-json"?: string | undefined;
}

/** Renders the text of each file. */
export type CiFiles = Readonly<Record<keyof CiFileArguments, () => string>>;

const NAMES = ["markdown", "junit", "benchmark-json"] as const satisfies readonly (keyof CiFileArguments)[];

/**
 * Removes the files that the options name. Before a run, so that a path that is not writable is reported at once, and a
 * run that fails leaves no outcome of an earlier run. `inputs`: the files that the command reads; `others`: further
 * ones that it writes.
 * @throws UsageError when a file is not writable, or is the same file as an input or another output
 */
export function prepareCiFiles(
  args: CiFileArguments,
  inputs: readonly NamedFile[],
  others: readonly NamedFile[] = [],
): void {
  const written = [...namedCiFiles(args), ...others];
  refuseSameFile(written, inputs);
  for (const { path } of written) clearFile(path);
}

/** Writes the files that the options name, all or none. @throws UsageError when one cannot be written */
export function writeCiFiles(args: CiFileArguments, texts: CiFiles): void {
  const files = filesOf(args);
  for (const [at, { name, path }] of files.entries()) {
    try {
      writeText(path, texts[name]());
    } catch (error) {
      for (const written of files.slice(0, at)) clearFile(written.path);
      throw error;
    }
  }
}

/** The files that the options name. */
export function namedCiFiles(args: CiFileArguments): NamedFile[] {
  return filesOf(args).map(({ name, path }) => ({ name: `--${name}`, path }));
}

function filesOf(args: CiFileArguments): { readonly name: keyof CiFileArguments; readonly path: string }[] {
  return NAMES.flatMap((name) => (args[name] === undefined ? [] : [{ name, path: args[name] }]));
}
