/** The pages of a gateway: the files of one folder. */
import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/** Sends the file at `path` of the folder. False when there is none that may be sent. */
export async function sendFile(
  folder: string,
  path: string,
  response: ServerResponse,
  head: boolean,
): Promise<boolean> {
  const file = await findFile(folder, path);
  if (file === undefined) return false;
  const type = TYPES[extname(file.path).toLowerCase()] ?? "application/octet-stream";
  response.writeHead(200, {
    "content-type": type,
    "content-length": file.bytes,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
  });
  if (head) {
    response.end();
    return true;
  }
  const stream = createReadStream(file.path, { end: Math.max(0, file.bytes - 1) });
  stream.on("error", () => response.destroy());
  // A peer that goes away leaves no open file.
  response.on("close", () => stream.destroy());
  stream.pipe(response);
  return true;
}

/** The file, if it is within the folder, also after links, and neither it nor a folder above it is hidden. */
async function findFile(
  folder: string,
  path: string,
): Promise<{ readonly path: string; readonly bytes: number } | undefined> {
  let name: string;
  try {
    name = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  const parts = name.split("/").filter((part) => part !== "");
  if (parts.some((part) => part.startsWith(".") || part.includes("\0") || part.includes("\\"))) return undefined;
  try {
    const root = await realpath(folder);
    const real = await realpath(join(root, ...parts));
    if (!real.startsWith(root + sep)) return undefined;
    const { size } = await statFile(real);
    return { path: real, bytes: size };
  } catch {
    return undefined;
  }
}

async function statFile(path: string): Promise<{ readonly size: number }> {
  const found = await stat(path);
  if (!found.isFile()) throw new Error("not a file");
  return found;
}
