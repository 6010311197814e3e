/** Completion in the shell, as bash does it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const bin = mkdtempSync(join(tmpdir(), "crowdstorm-completion-"));
before(() => {
  writeFileSync(join(bin, "simulate"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, { mode: 0o755 });
  mkdirSync(join(bin, "results", "earlier-run"), { recursive: true });
  writeFileSync(join(bin, "results", "earlier-run", "run.db"), "");
});
after(() => rmSync(bin, { recursive: true }));

/** What bash offers for `words`, the last of which is being typed. */
function offered(...words: string[]): Promise<string[]> {
  const script = `
    source <(simulate completion)
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _simulate_yargs_completions
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return new Promise((resolve, reject) => {
    execFile(
      "bash",
      ["-c", script, "bash", "simulate", ...words],
      { cwd: bin, env: { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}`, SHELL: "/bin/bash" } },
      (error, stdout, stderr) => {
        if (error !== null || stderr !== "") reject(new Error(error?.message ?? stderr));
        else resolve(stdout.split("\n").filter((line) => line !== ""));
      },
    );
  });
}

const cases: readonly (readonly [what: string, words: readonly string[], expected: readonly string[]])[] = [
  ["commands", ["val"], ["validate"]],
  ["options of a command", ["plan", "--wor"], ["--workers"]],
  ["options of a run, which needs no command", ["--scenario", "steady", "--mail"], ["--mailbox"]],
  ["the first option of a run", ["--sce"], ["--scenario"]],
  ["names of scenarios", ["plan", "--scenario", "stea"], ["steady"]],
  ["names of scenarios for a run", ["-s", "disc"], ["disconnect-storm"]],
  ["choices", ["--mailbox", ""], ["sound", "reference"]],
  ["ids of runs", ["replay", ""], ["last", "earlier-run"]],
  ["both runs of a comparison", ["compare", "last", "ear"], ["earlier-run"]],
  ["programs of the explorer", ["explore", "producer-c"], ["producer-consumer"]],
  ["nothing for a file, so that the shell does", ["validate", "./x"], []],
];

for (const [what, words, expected] of cases) {
  test(`bash completes ${what}`, async () => assert.deepEqual(await offered(...words), expected));
}
