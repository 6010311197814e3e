/** `simulate init [FILE]`: writes a scenario with comments. */
import { writeFileSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { quoteForShell } from "../../results/index.js";
import { whySystemFailed } from "../../vocabulary/index.js";
import { MAX_NAME, SCENARIO_SCHEMA } from "../../load/scenario/index.js";
import { invalidValue, UsageError } from "../shared/usage-error.js";
import { scenarioTemplate } from "../shared/scenario-template.js";
import { printLines } from "../shared/handle-closed-stdout.js";

export interface InitArguments {
  readonly file: string;
}

export function handler({ file }: InitArguments): void {
  if (!/\.ya?ml$/.test(file)) throw invalidValue("<file>", file, "a path that ends in .yaml or .yml");
  write(file, scenarioTemplate({ name: nameFor(file), schema: schemaFrom(dirname(resolve(file))) }));
  const word = quoteForShell(file);
  printLines(`wrote ${file}`, "", `  simulate validate ${word}`, `  simulate --scenario ${word}`);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${whySystemFailed(error)}`, { cause: error });
  }
}

/** The name of a scenario from the name of its file. */
function nameFor(file: string): string {
  const words = basename(file, extname(file))
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.join("-").slice(0, MAX_NAME).replace(/-$/, "") ?? "scenario";
}

/** A relative path when the package is below `directory`, as an installed dependency is; otherwise a file URL. */
function schemaFrom(directory: string): string {
  const path = relative(directory, SCENARIO_SCHEMA);
  return path.startsWith("..") || isAbsolute(path)
    ? pathToFileURL(SCENARIO_SCHEMA).href
    : `./${path.replaceAll("\\", "/")}`;
}
