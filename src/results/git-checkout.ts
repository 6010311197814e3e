/**
 * The git checkout that a run was started in, read from git's own files: a process of git would cost more than it
 * tells.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";

export const checkoutSchema = z.object({
  commit: z.string().describe("The commit that is checked out; changes that are not committed are not seen."),
  branch: z
    .string()
    .nullable()
    .describe("The branch; of a detached head the one that the CI job names, and null where none does."),
});
export type Checkout = z.infer<typeof checkoutSchema>;

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/**
 * Where CI jobs have the name of what they check out, which is a commit without a branch. First GitHub's for the branch
 * of a pull request, as its other one is then a number; then GitLab's.
 */
const BRANCH_VARIABLES = ["GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME"];

/**
 * The checkout that `directory` is in; undefined where there is none, or it has no commit, or cannot be read. `env`:
 * the environment variables, which name the branch of a detached head in CI.
 */
export function gitCheckout(directory: string, env: NodeJS.ProcessEnv): Checkout | undefined {
  try {
    const folder = gitFolder(resolve(directory));
    const head = folder === undefined ? undefined : headOf(folder);
    const named = BRANCH_VARIABLES.map((name) => env[name]).find((branch) => branch !== undefined && branch !== "");
    return head && { ...head, branch: head.branch ?? named ?? null };
  } catch {
    return undefined;
  }
}

/** The folder of git of the nearest checkout above. In a work tree and a submodule, `.git` is a file that names it. */
function gitFolder(directory: string): string | undefined {
  const path = join(directory, ".git");
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return path;
    const [, folder] = /^gitdir: (.*)$/m.exec(readFileSync(path, "utf8")) ?? [];
    return folder === undefined ? undefined : resolve(directory, folder);
  }
  const above = dirname(directory);
  return above === directory ? undefined : gitFolder(above);
}

function headOf(folder: string): Checkout | undefined {
  const head = readFileSync(join(folder, "HEAD"), "utf8").trim();
  const [, ref] = /^ref: (.*)$/.exec(head) ?? [];
  const commit = ref === undefined ? head : commitOf(folder, ref);
  if (commit === undefined || !COMMIT.test(commit)) return undefined;
  return { commit, branch: ref?.replace(/^refs\/heads\//, "") ?? null };
}

/** Branches of a work tree are in the folder of its repository, in a file of their own or packed. */
function commitOf(folder: string, ref: string): string | undefined {
  const common = join(folder, "commondir");
  const folders = existsSync(common) ? [folder, resolve(folder, readFileSync(common, "utf8").trim())] : [folder];
  for (const each of folders) {
    const loose = join(each, ref);
    if (existsSync(loose)) return readFileSync(loose, "utf8").trim();
    const packed = join(each, "packed-refs");
    const lines = existsSync(packed) ? readFileSync(packed, "utf8").split("\n") : [];
    const line = lines.find((text) => text.endsWith(` ${ref}`));
    if (line !== undefined) return line.split(" ", 1)[0];
  }
  return undefined;
}
