/** The files that runs and comparisons write for CI tools. */
import { clearFile, writeText } from "./named-files.js";
import { refuseSameFile, type NamedFile } from "./same-file.js";

/** The values of `outputOptions` (shared-options.ts). */
export interface OutputArguments {
  readonly markdown?: string | undefined;
  readonly junit?: string | undefined;
  readonly "benchmark-json"?: string | undefined;
}

/** Renders the text of each file. */
export type Outputs = Readonly<Record<keyof OutputArguments, () => string>>;

const NAMES = ["markdown", "junit", "benchmark-json"] as const satisfies readonly (keyof OutputArguments)[];

/**
 * Removes the files that the options name. Before a run, so that a path that is not writable is reported at once, and a
 * run that fails leaves no outcome of an earlier run. `inputs`: the files that the command reads; `others`: further
 * ones that it writes.
 * @throws UsageError when a file is not writable, or is the same file as an input or another output
 */
export function prepareOutputs(
  args: OutputArguments,
  inputs: readonly NamedFile[],
  others: readonly NamedFile[] = [],
): void {
  const outputs = [...namedOutputs(args), ...others];
  refuseSameFile(outputs, inputs);
  for (const { path } of outputs) clearFile(path);
}

/** Writes the files that the options name, all or none. @throws UsageError when one cannot be written */
export function writeOutputs(args: OutputArguments, outputs: Outputs): void {
  const files = filesOf(args);
  for (const [at, { name, path }] of files.entries()) {
    try {
      writeText(path, outputs[name]());
    } catch (error) {
      for (const written of files.slice(0, at)) clearFile(written.path);
      throw error;
    }
  }
}

/** The files that the options name. */
export function namedOutputs(args: OutputArguments): NamedFile[] {
  return filesOf(args).map(({ name, path }) => ({ name: `--${name}`, path }));
}

function filesOf(args: OutputArguments): { readonly name: keyof OutputArguments; readonly path: string }[] {
  return NAMES.flatMap((name) => (args[name] === undefined ? [] : [{ name, path: args[name] }]));
}
