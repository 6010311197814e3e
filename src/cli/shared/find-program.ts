/** Finds the program that `simulate explore` is given. */
import { existsSync, statSync } from "node:fs";
import { moduleAt, OWN_PROGRAMS, programsOf, type Program, type ProgramSource } from "../../explore/index.js";
import { didYouMean } from "../../load/scenario/nearest.js";
import { messageOf } from "../../vocabulary/index.js";
import { isModulePath } from "./explore-options.js";
import { UsageError } from "./usage-error.js";

/** A program of the explorer's own by name, or one of a module. @throws {UsageError} that names the nearest */
export async function findProgram(wanted: string, name: string | undefined): Promise<ProgramSource> {
  if (isModulePath(wanted)) return findInModule(wanted, name);
  if (name !== undefined) throw new UsageError(`unexpected argument "${name}"`);
  return findOwn(wanted);
}

/** A program of the explorer's own. @throws {UsageError} */
export async function findOwn(name: string): Promise<ProgramSource> {
  return chosenFrom({ module: OWN_PROGRAMS, name }, await programsOf(OWN_PROGRAMS));
}

/** The program `name` of the module at `path`, or its first. @throws {UsageError} */
export async function findInModule(path: string, name: string | undefined): Promise<ProgramSource> {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such file`);
  if (statSync(path).isDirectory()) throw new UsageError(`${path} is a directory, not a module`);
  const module = moduleAt(path);
  const programs = await importPrograms(path, module);
  const [first] = programs;
  if (first === undefined)
    throw new UsageError(`${path} exports no program; make one with define() of crowdstorm/explore`);
  return chosenFrom({ module, name: name ?? first.name }, programs);
}

function chosenFrom(source: ProgramSource, programs: readonly Program[]): ProgramSource {
  const names = programs.map((program) => program.name);
  if (names.includes(source.name)) return source;
  throw new UsageError(
    `there is no program "${source.name}"${didYouMean(source.name, names)} (simulate explore lists them)`,
  );
}

async function importPrograms(path: string, module: string): Promise<readonly Program[]> {
  try {
    return await programsOf(module);
  } catch (error) {
    throw new UsageError(`${path} cannot be loaded: ${messageOf(error)}`);
  }
}
