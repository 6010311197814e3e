/**
 * `simulate init [FILE]`: writes a scenario with comments. `--mephisto DIR`: a folder that Mephisto starts as its
 * router.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { assert, commandLine, quoteForShell, whySystemFailed } from "../../vocabulary/index.js";
import { MAX_NAME, SCENARIO_SCHEMA } from "../../load/scenario/index.js";
import { mephistoFolder } from "../shared/mephisto-folder.js";
import { invalidValue, UsageError } from "../shared/usage-error.js";
import { scenarioTemplate, type TemplateOptions } from "../shared/scenario-template.js";
import { shippedPath } from "../shared/shipped-path.js";
import { printLines } from "../shared/print.js";

export interface InitArguments {
  readonly file?: string | undefined;
  readonly from?: string | undefined;
  readonly mephisto?: string | undefined;
}

/** The command's own file, from this one. */
const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));

export function handler({ file, from, mephisto }: InitArguments): void {
  if (mephisto === undefined) initScenario(file ?? "scenario.yaml", from);
  else if (from !== undefined) throw new UsageError("--from cannot be combined with --mephisto");
  else if (file === undefined) initMephisto(mephisto);
  else throw new UsageError(`--mephisto writes a folder with a scenario of its own: leave ${file} out`);
}

function initMephisto(directory: string): void {
  const path = resolve(directory);
  try {
    if (existsSync(path) && readdirSync(path).length > 0)
      throw new UsageError(`${directory} exists and is not empty; it is left as it is`);
    const name = nameFor(path);
    const folder = mephistoFolder({ name, ...filesFrom(path), program: MAIN, folder: path });
    for (const [file, text] of folder) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      write(join(path, file), text);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${directory} cannot be written: ${whySystemFailed(error)}`, { cause: error });
  }
  printLines(
    `wrote ${directory}`,
    "",
    `  ${commandLine("validate", join(directory, "scenario.yaml"))}`,
    `  python run_task.py mephisto.architect.server_source_path=${quoteForShell(path)}`,
    "",
    `results: ${join(path, "results")}`,
  );
}

function initScenario(file: string, from: string | undefined): void {
  if (!/\.ya?ml$/.test(file)) throw invalidValue("<file>", file, "a path that ends in .yaml or .yml");
  const options = { name: nameFor(file), ...filesFrom(dirname(resolve(file))) };
  write(file, from === undefined ? scenarioTemplate(options) : copyOfShipped(from, options));
  printLines(`wrote ${file}`, "", `  ${commandLine("validate", file)}`, `  ${commandLine(file)}`);
}

/** The text of a scenario of the package, under another name. */
function copyOfShipped(from: string, { name, schema }: TemplateOptions): string {
  const text = readFileSync(shippedPath(from), "utf8");
  const copy = text
    .replace(/^(# yaml-language-server: \$schema=).*$/m, (_, before: string) => `${before}${schema}`)
    .replace(/^name: .*$/m, () => `name: ${stringify(name).trimEnd()}`);
  assert(copy.includes(schema), `the scenario ${from} of the package has a line with its schema`);
  return copy;
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

/** This package, and where it is once it is installed in a project. */
const PACKAGE = dirname(dirname(SCENARIO_SCHEMA));
const INSTALLED = "node_modules/crowdstorm";

/**
 * Where a scenario in `directory` finds its schema, for editors, and the list of metrics: relative paths, so that they
 * also work in another copy of the project. The package is in the project, as in its node_modules, or it will be when
 * it is installed there.
 */
function filesFrom(directory: string): Pick<TemplateOptions, "schema" | "metrics"> {
  const projects = foldersAbove(directory).filter((folder) =>
    ["package.json", ".git"].some((name) => existsSync(join(folder, name))),
  );
  const isInside = projects.some((project) => isBelow(PACKAGE, project));
  const home = isInside ? PACKAGE : join(projects[0] ?? directory, INSTALLED);
  const pathTo = (file: string): string => {
    const from = relative(directory, join(home, file)).replaceAll("\\", "/");
    return from.startsWith("../") ? from : `./${from}`;
  };
  return { schema: pathTo(relative(PACKAGE, SCENARIO_SCHEMA)), metrics: pathTo("docs/metrics.md") };
}

/** `directory` and the folders that it is in, from the inside out. */
function foldersAbove(directory: string): string[] {
  const above = dirname(directory);
  return above === directory ? [directory] : [directory, ...foldersAbove(above)];
}

function isBelow(path: string, folder: string): boolean {
  const from = relative(folder, path);
  return !from.startsWith("..") && !isAbsolute(from);
}
