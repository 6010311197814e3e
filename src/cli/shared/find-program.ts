/** Finds the program for `simulate explore`. */
import { existsSync, statSync } from "node:fs";
import { moduleAt, OWN_PROGRAMS, programsOf, type Program, type ProgramSource } from "../../explore/index.js";
import { didYouMean } from "../../load/scenario/nearest.js";
import { commandLine, messageOf, withLine } from "../../vocabulary/index.js";
import { namesFile } from "./explore-options.js";
import { UsageError } from "./usage-error.js";

/** A built-in program, or a program of a module. @throws {UsageError} with the most similar name */
export async function findProgram(wanted: string, name: string | undefined): Promise<ProgramSource> {
  if (namesFile(wanted)) return findInModule(wanted, name);
  if (name !== undefined) throw new UsageError(`unexpected argument "${name}"`);
  return findOwn(wanted);
}

/** A built-in program. @throws {UsageError} */
export async function findOwn(name: string): Promise<ProgramSource> {
  return chosenFrom({ module: OWN_PROGRAMS, name }, await programsOf(OWN_PROGRAMS));
}

/** The program `name` of the module at `path`, or its first. @throws {UsageError} */
export async function findInModule(path: string, name: string | undefined): Promise<ProgramSource> {
  if (!existsSync(path)) throw new UsageError(`cannot load ${path}: there is no such file`);
  if (statSync(path).isDirectory()) throw new UsageError(`cannot load ${path}: it is a directory, expected a module`);
  const module = moduleAt(path);
  const programs = await importPrograms(path, module);
  const [first] = programs;
  if (first === undefined)
    throw new UsageError(`${path} exports no program: expected a result of define() of crowdstorm/explore`);
  return chosenFrom({ module, name: name ?? first.name }, programs);
}

function chosenFrom(source: ProgramSource, programs: readonly Program[]): ProgramSource {
  const names = programs.map((program) => program.name);
  if (names.includes(source.name)) return source;
  throw new UsageError(
    `there is no program "${source.name}"${didYouMean(source.name, names)} (\`${commandLine("explore")}\` lists the programs)`,
  );
}

async function importPrograms(path: string, module: string): Promise<readonly Program[]> {
  try {
    return await programsOf(module);
  } catch (error) {
    throw new UsageError(`cannot load ${withLine(path, module, error)}: ${messageOf(error)}`, { cause: error });
  }
}
