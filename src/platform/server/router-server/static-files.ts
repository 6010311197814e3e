/** The files of a task's page, from one directory. */
import { createReadStream, statSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".svg": "image/svg+xml",
};
/** Paths of Mephisto's router that are no files. */
const PAGES: Readonly<Record<string, string>> = {
  "/": "index.html",
  "/task_index": "index.html",
  "/welcome": "welcome.html",
};

/** Answers with the file of this path in `directory`. Returns false when there is none. */
export function serveFile(directory: string, path: string, response: ServerResponse): boolean {
  const file = fileOf(directory, path);
  if (file === undefined) return false;
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "x-content-type-options": "nosniff",
  });
  createReadStream(file)
    .on("error", () => response.destroy())
    .pipe(response);
  return true;
}

function fileOf(directory: string, path: string): string | undefined {
  let name: string;
  try {
    name = PAGES[path] ?? decodeURIComponent(path.slice(1));
  } catch {
    return undefined;
  }
  const file = normalize(join(directory, name));
  if (name.includes("\0") || !file.startsWith(normalize(directory + sep))) return undefined;
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
}
