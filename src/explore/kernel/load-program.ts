/** Finds programs: the explorer's own by name, anyone's by the path of a module. */
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { importModule } from "../../vocabulary/index.js";
import { isProgram, type Program } from "./program.js";

/** From where a thread loads its program. */
export interface ProgramSource {
  /** URL of a module whose exports are programs, or lists of them. */
  readonly module: string;
  readonly name: string;
}

/** There is no such program. */
export class NoSuchProgramError extends Error {
  override readonly name = "NoSuchProgramError";
}

/** URL of the module of the explorer's own programs. */
export const OWN_PROGRAMS = new URL("../programs/index.js", import.meta.url).href;

/** All programs that a module exports, in the order of its exports, each once. Rejects with what importing it throws. */
export async function programsOf(module: string): Promise<readonly Program[]> {
  return [...new Set(Object.values(await importModule(module)).flat())].filter(isProgram);
}

/** Rejects with a {@link NoSuchProgramError}. */
export async function loadProgram({ module, name }: ProgramSource): Promise<Program> {
  const found = (await programsOf(module)).find((program) => program.name === name);
  if (found === undefined) throw new NoSuchProgramError(`${module} exports no program named ${name}`);
  return found;
}

/** The URL of the module that `path` names, from the working directory. */
export function moduleAt(path: string): string {
  return pathToFileURL(resolve(path)).href;
}
