/** Why a file could not be read or written, in words. */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it is there already",
  ENOTDIR: "a part of the path is no directory",
  EISDIR: "it is a directory",
  ENOENT: "there is no such file or directory",
  ENAMETOOLONG: "the name is too long",
};

/** Of an error that node:fs threw; what it says itself where there is nothing better. */
export function whyFileFailed(error: unknown): string {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  return REASONS[code ?? ""] ?? code ?? String(error);
}
