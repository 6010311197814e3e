/** The files for the programs of a CI that runs and comparisons write when asked to. */
import { clearFile, writeText } from "./named-files.js";
import { refuseSameFile, type NamedFile } from "./same-file.js";

/** The values of `outputOptions` (shared-options.ts). */
export interface OutputArguments {
  readonly markdown?: string | undefined;
  readonly junit?: string | undefined;
  readonly "benchmark-json"?: string | undefined;
}

/** Makes the text of each file. */
export type Outputs = Readonly<Record<keyof OutputArguments, () => string>>;

const NAMES = ["markdown", "junit", "benchmark-json"] as const satisfies readonly (keyof OutputArguments)[];

/**
 * Takes away the files that are asked for. A run calls it before it starts: a path that cannot be written is said at once and not
 * after the run, and a run that dies leaves no outcome, neither an empty one nor that of an earlier run. `inputs`: what the command reads.
 * @throws UsageError when one cannot be written, or is the same file as an input or another one
 */
export function prepareOutputs(args: OutputArguments, inputs: readonly NamedFile[]): void {
  refuseSameFile(namedOutputs(args), inputs);
  for (const { path } of filesOf(args)) clearFile(path);
}

/** Writes the files that are asked for, all or none. @throws UsageError when one cannot be written */
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

/** The files that are asked for. */
export function namedOutputs(args: OutputArguments): NamedFile[] {
  return filesOf(args).map(({ name, path }) => ({ name: `--${name}`, path }));
}

function filesOf(args: OutputArguments): { readonly name: keyof OutputArguments; readonly path: string }[] {
  return NAMES.flatMap((name) => (args[name] === undefined ? [] : [{ name, path: args[name] }]));
}
