/** Descriptions of the error codes of the operating system. */

import { own } from "./own.js";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it already exists",
  ENOTDIR: "a part of the path is not a directory",
  EISDIR: "it is a directory",
  ENOENT: "there is no such file or directory",
  ELOOP: "its symbolic links form a loop",
  ENAMETOOLONG: "the name is too long",
  EADDRINUSE: "it is in use",
  EADDRNOTAVAIL: "this machine has no such address",
  ECONNREFUSED: "connection refused",
  ETIMEDOUT: "no answer in time",
  ENOTFOUND: "there is no such host",
  ENXIO: "nothing reads from it",
  EPIPE: "its reader has gone",
};

/**
 * The reason of an error of a Node module, such as node:fs or node:http.
 * A code that is not in the table is returned as it is; an error without a code is returned as text.
 */
export function whySystemFailed(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  return code === undefined ? String(error) : (own(REASONS, code) ?? code);
}
