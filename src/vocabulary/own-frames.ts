/** The part of a stack that is the user's: the frames in the files of the user, not of this program. */
import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { textOf } from "./foreign.js";

/** This program's own files: as built, and as a source map names them. */
const OURS = ["../", "../../src/"].map((path) => new URL(path, import.meta.url).href);

/** The most causes that are followed. */
const MAX_CAUSES = 8;

/**
 * The frames of the user's files in the stack of a thrown value, innermost first, or of the first of its causes that
 * has any: `at name (file:line:column)`. Those of this program, of installed packages and of Node are left out.
 */
export function ownFramesOf(thrown: unknown): string[] {
  let error = thrown;
  for (let causes = 0; causes < MAX_CAUSES && error !== undefined; causes++) {
    const frames = framesIn(textOf(error, "stack") ?? "");
    if (frames.length > 0) return frames;
    error = error instanceof Error ? error.cause : undefined;
  }
  return [];
}

/** A line of a stack whose place is a file: what was called, the file, the line and the column. */
const FRAME = /^\s+at ((?:async )?(?:.* \()?)((?:file:\/\/|\/|[A-Za-z]:\\).*):(\d+:\d+)\)?$/;

function framesIn(stack: string): string[] {
  return stack.split("\n").flatMap((line) => {
    const [, called, place, position] = FRAME.exec(line) ?? [];
    if (called === undefined || place === undefined || position === undefined || isForeign(place)) return [];
    return [`at ${called}${displayed(place)}:${position}${called.endsWith("(") ? ")" : ""}`];
  });
}

function isForeign(place: string): boolean {
  return (
    place.includes("/node_modules/") ||
    OURS.some((url) => place.startsWith(url) || place.startsWith(fileURLToPath(url)))
  );
}

/** The path of a file, relative to the working directory when it is inside. */
function displayed(place: string): string {
  const path = place.startsWith("file://") ? fileURLToPath(place) : place;
  const short = relative(process.cwd(), path);
  return short.startsWith("..") || isAbsolute(short) ? path : short;
}
