/** `simulate init [FILE]`: a commented scenario to start from. */
import { writeFileSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { quoteForShell } from "../../results/index.js";
import { whySystemFailed } from "../../vocabulary/index.js";
import { MAX_NAME, SCENARIO_SCHEMA } from "../../load/scenario/index.js";
import { UsageError } from "../shared/usage-error.js";
import { scenarioTemplate } from "../shared/scenario-template.js";
import { printLines } from "../shared/handle-closed-stdout.js";

export interface InitArguments {
  readonly file: string;
}

export function handler({ file }: InitArguments): void {
  if (!/\.ya?ml$/.test(file)) throw new UsageError(`${file} must end in .yaml, as every scenario file does`);
  write(file, scenarioTemplate({ name: nameFor(file), schema: schemaFrom(dirname(resolve(file))) }));
  const word = quoteForShell(file);
  printLines(`wrote ${file}`, "", `  simulate validate ${word}`, `  simulate --scenario ${word}`);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw new UsageError(`${file} exists; it is left as it is`);
    throw new UsageError(`${file} cannot be written: ${whySystemFailed(error)}`, { cause: error });
  }
}

/** The file's own name as the name of a scenario. */
function nameFor(file: string): string {
  const words = basename(file, extname(file))
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.join("-").slice(0, MAX_NAME).replace(/-$/, "") ?? "scenario";
}

/** A path as long as the package lies below `directory`, as an installed dependency does; otherwise the place on this machine. */
function schemaFrom(directory: string): string {
  const path = relative(directory, SCENARIO_SCHEMA);
  return path.startsWith("..") || isAbsolute(path)
    ? pathToFileURL(SCENARIO_SCHEMA).href
    : `./${path.replaceAll("\\", "/")}`;
}
