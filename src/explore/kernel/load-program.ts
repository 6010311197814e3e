/** Loads programs: the explorer's own by name, those of users by the path of a module. */
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { importModule } from "../../vocabulary/index.js";
import { isProgram, type Program } from "./program.js";

/** Where a thread loads its program from. */
export interface ProgramSource {
  /** URL of a module whose exports are programs, or lists of them. */
  readonly module: string;
  readonly name: string;
}

/** A module has no program of the given name. */
export class NoSuchProgramError extends Error {
  override readonly name = "NoSuchProgramError";
}

/** URL of the module of the explorer's own programs. */
export const OWN_PROGRAMS = new URL("../programs/index.js", import.meta.url).href;

/** All programs that a module exports, in the order of its exports, each once. Rejects with the error of its import. */
export async function programsOf(module: string): Promise<readonly Program[]> {
  return [...new Set(Object.values(await importModule(module)).flat())].filter(isProgram);
}

/** The program of a source. Rejects with a {@link NoSuchProgramError}. */
export async function loadProgram({ module, name }: ProgramSource): Promise<Program> {
  const found = (await programsOf(module)).find((program) => program.name === name);
  if (found === undefined) throw new NoSuchProgramError(`${module} exports no program named ${name}`);
  return found;
}

/** The URL of the module at `path`, relative to the working directory. */
export function moduleAt(path: string): string {
  return pathToFileURL(resolve(path)).href;
}
