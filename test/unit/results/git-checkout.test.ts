/** The commit of a checkout, read from the files that git itself writes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { gitCheckout } from "../../../dist/results/index.js";

function git(directory: string, ...args: string[]): string {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"];
  return execFileSync("git", ["-C", directory, ...identity, ...args], { encoding: "utf8", stdio: "pipe" }).trim();
}

function repository(t: TestContext): { directory: string; commit: string } {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-git-"));
  t.after(() => rmSync(directory, { recursive: true }));
  git(directory, "init", "--quiet");
  git(directory, "commit", "--quiet", "--allow-empty", "-m", "first");
  return { directory, commit: git(directory, "rev-parse", "HEAD") };
}

test("a branch, also when it is packed, and from a folder within", (t) => {
  const { directory, commit } = repository(t);
  git(directory, "checkout", "--quiet", "-b", "feature/a");
  mkdirSync(join(directory, "a/b"), { recursive: true });
  assert.deepEqual(gitCheckout(join(directory, "a/b"), {}), { commit, branch: "feature/a" });
  git(directory, "pack-refs", "--all");
  assert.deepEqual(gitCheckout(directory, {}), { commit, branch: "feature/a" });
});

test("a detached head, and a work tree", (t) => {
  const { directory, commit } = repository(t);
  git(directory, "worktree", "add", "--quiet", "-b", "other", join(directory, "tree"));
  assert.deepEqual(gitCheckout(join(directory, "tree"), {}), { commit, branch: "other" });
  git(directory, "checkout", "--quiet", "--detach");
  assert.deepEqual(gitCheckout(directory, {}), { commit, branch: null });
});

test("a CI job names the branch of its detached head, and no other", (t) => {
  const { directory, commit } = repository(t);
  const push = { GITHUB_HEAD_REF: "", GITHUB_REF_NAME: "feature/a" };
  assert.deepEqual(gitCheckout(directory, push), { commit, branch: "main" });
  git(directory, "checkout", "--quiet", "--detach");
  for (const [env, branch] of [
    [push, "feature/a"],
    [{ GITHUB_HEAD_REF: "feature/b", GITHUB_REF_NAME: "12/merge" }, "feature/b"],
    [{ CI_COMMIT_REF_NAME: "feature/c" }, "feature/c"],
    [{ CI_COMMIT_REF_NAME: "" }, null],
  ] as const)
    assert.deepEqual(gitCheckout(directory, env), { commit, branch });
});

test("nothing where there is no commit, or what is there is not of git", (t) => {
  const { directory } = repository(t);
  git(directory, "checkout", "--quiet", "--orphan", "empty");
  assert.equal(gitCheckout(directory, {}), undefined);
  writeFileSync(join(directory, ".git/HEAD"), "nonsense");
  assert.equal(gitCheckout(directory, {}), undefined);
  mkdirSync(join(directory, "inner"));
  writeFileSync(join(directory, "inner/.git"), "nonsense");
  assert.equal(gitCheckout(join(directory, "inner"), { GITHUB_REF_NAME: "a" }), undefined);
});
