/** How the user started this program, so that the commands that it prints work when they are pasted. */
import { basename, delimiter, dirname, isAbsolute, relative, sep } from "node:path";
import { quoteForShell } from "../../vocabulary/index.js";

/** What the name depends on. */
export interface Start {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The file that Node was started with, as it was given. */
  readonly file: string;
  readonly directory: string;
}

/** Variables that npm, pnpm and yarn set for what they start. */
const BY_NPM = ["npm_command", "npm_lifecycle_event", "npm_execpath"];

/**
 * `npx simulate` where npm, pnpm, yarn or a script of a package started it, or the link that they make in
 * `node_modules/.bin`: npx finds an installed package, also a global one. `simulate` where this is in a directory of
 * PATH. Otherwise the path that it was started by.
 */
export function nameAsStarted({ environment, file, directory }: Start): string {
  const isByNpm = BY_NPM.some((name) => environment[name] !== undefined);
  if (isByNpm || file.includes(["", "node_modules", ".bin", ""].join(sep))) return "npx simulate";
  if (basename(file) !== "simulate") return `node ${quoteForShell(nearest(file, directory))}`;
  const directories = (environment["PATH"] ?? "").split(delimiter);
  return directories.includes(dirname(file)) ? "simulate" : quoteForShell(file);
}

/** A path below the working directory as a relative one. */
function nearest(path: string, directory: string): string {
  const from = relative(directory, path);
  return from.startsWith("..") || isAbsolute(from) ? path : from;
}
