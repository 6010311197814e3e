/** Completion in bash, zsh and fish. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const bin = mkdtempSync(join(tmpdir(), "crowdstorm-completion-"));
before(() => {
  writeFileSync(join(bin, "simulate"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`, { mode: 0o755 });
  mkdirSync(join(bin, "results", "earlier-run"), { recursive: true });
  writeFileSync(join(bin, "results", "earlier-run", "run.db"), "");
});
after(() => rmSync(bin, { recursive: true }));

type Shell = "bash" | "zsh" | "fish";

/** Prints the candidates of the shell for the last word. */
const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `
    source <(simulate completion bash)
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _simulate_yargs_completions
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  // Outside its line editor, zsh has no completion functions, so they are defined here.
  zsh: `
    compdef() { }; _default() { }; _describe() { print -rl -- $reply }
    source <(simulate completion zsh)
    words=("$@"); CURRENT=$#; BUFFER="$*"; CURSOR=$#BUFFER
    _simulate_yargs_completions`,
  fish: `
    simulate completion fish | source
    complete -C "$argv"`,
};

/** The candidates of `shell` for `words`, without their descriptions, which follow a tab or a colon. */
function offered(shell: Shell, words: readonly string[]): Promise<string[]> {
  const args =
    shell === "bash"
      ? ["-c", SCRIPTS.bash, "bash"]
      : shell === "zsh"
        ? ["-f", "-c", SCRIPTS.zsh, "zsh"]
        : ["--no-config", "-c", SCRIPTS.fish];
  return new Promise((resolve, reject) => {
    execFile(
      shell,
      [...args, "simulate", ...words],
      {
        cwd: bin,
        env: { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}`, SHELL: `/bin/${shell}`, HOME: bin },
      },
      (error, stdout, stderr) => {
        if (error !== null || stderr !== "") reject(new Error(error?.message ?? stderr));
        else
          resolve(
            stdout
              .split("\n")
              .filter((line) => line !== "")
              .map((line) => line.replace(/[\t:].*/, "")),
          );
      },
    );
  });
}

/** Why the shell cannot be tested; `false` when it can. */
function missing(shell: Shell): string | false {
  return spawnSync(shell, ["-c", "true"]).status === 0 ? false : `${shell} is not installed`;
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
  test(`bash completes ${what}`, async () => assert.deepEqual(await offered("bash", words), expected));
}

for (const shell of ["zsh", "fish"] as const) {
  test(`${shell} completes the same, and files when there are no candidates`, { skip: missing(shell) }, async () => {
    for (const [what, words, expected] of cases) {
      // Each shell has its own order; zsh itself filters the candidates by the last word.
      const found = (await offered(shell, words)).filter((word) => word.startsWith(words.at(-1) ?? ""));
      assert.deepEqual(found.sort(), [...expected].sort(), what);
    }
  });
}
