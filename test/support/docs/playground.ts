/**
 * Where the commands of a document are run: an empty project that has crowdstorm installed, in which `npx simulate`
 * starts it.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
const MAX_MS = 180_000;

/**
 * Runs simulate with the options of the comment in place of those that the document has, where the command takes them.
 */
const SIMULATE = `
import { spawnSync } from "node:child_process";
const given = process.argv.slice(2);
const planning = /^--(?!schedules|seconds|rounds)/;
const takes = { explore: /^--(schedules|seconds)$/, bench: /^--rounds$/, run: planning, plan: planning, sweep: planning, shrink: planning, capacity: planning };
const isRun = /^-|^(steady|disconnect-storm)$|\\.ya?ml$/.test(given[0] ?? "");
const known = isRun ? planning : (takes[given[0]] ?? /$^/);
const words = (process.env["DOCS_OPTIONS"] ?? "").split(" ");
const options = words.flatMap((name, index) => (name.startsWith("--") && known.test(name) ? [name, words[index + 1]] : []));
for (const name of options.filter((word) => word.startsWith("--"))) {
  const at = given.indexOf(name);
  if (at >= 0) given.splice(at, given[at + 1]?.startsWith("-") === false ? 2 : 1);
}
const { status } = spawnSync(process.execPath, [${JSON.stringify(join(root, "dist/cli/main.js"))}, ...given, ...options], { stdio: "inherit" });
// On a busy machine a threshold may fail, or the run be inconclusive; a document says so where it means to show it.
process.exitCode = (status === 97 || status === 99) && process.env["DOCS_EXIT"] !== "99" ? 0 : (status ?? 1);
`;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Playground {
  readonly directory: string;
  /** Runs a shell script; \`options\` and \`exit\` as in the comments of documents. */
  shell(script: string, options: string, exit: number | undefined): Promise<Ended>;
  node(file: string): Promise<Ended>;
  remove(): void;
}

export function makePlayground(): Playground {
  const home = mkdtempSync(join(tmpdir(), "crowdstorm-docs-"));
  const directory = join(home, "project");
  const bin = join(home, "bin");
  mkdirSync(join(directory, "node_modules"), { recursive: true });
  mkdirSync(bin);
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
  symlinkSync(root, join(directory, "node_modules/crowdstorm"));
  symlinkSync(join(root, "node_modules/@types"), join(directory, "node_modules/@types"));
  writeFileSync(join(bin, "simulate.mjs"), SIMULATE);
  const script = (name: string, text: string): void =>
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  // Nothing else starts it: a command that a reader pastes begins with npx.
  script(
    "npx",
    `case "$1" in simulate) shift; exec "${process.execPath}" "${join(bin, "simulate.mjs")}" "$@";; *) echo "npx $1 is not for a test" >&2; exit 1;; esac`,
  );

  script(
    "npm",
    `case "$1 $2" in "run example") cd "${root}" && exec "${process.execPath}" scripts/run-example.js "$3";; *) echo "npm $1 is not for a test" >&2; exit 1;; esac`,
  );
  // Documents show the commands that npx prints.
  const env = {
    ...process.env,
    CI: "true",
    CROWDSTORM_COMMAND: "npx simulate",
    PATH: `${bin}:${process.env["PATH"] ?? ""}`,
  };

  const run = (command: string, args: readonly string[], extra: NodeJS.ProcessEnv): Promise<Ended> =>
    new Promise((resolve) => {
      execFile(
        command,
        args,
        { cwd: directory, env: { ...env, ...extra }, timeout: MAX_MS, maxBuffer: 1 << 26 },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
        },
      );
    });

  return {
    directory,
    shell: (text, options, exit) =>
      run("bash", ["-euo", "pipefail", "-c", text], {
        DOCS_OPTIONS: options,
        ...(exit !== undefined && { DOCS_EXIT: String(exit) }),
      }),
    node: (file) => run(process.execPath, [file], {}),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/**
 * Compiles TypeScript files in `directory`; resolves with what the compiler printed: nothing, unless there are errors.
 */
export function compile(directory: string, files: readonly string[]): Promise<string> {
  const options = [
    "--strict",
    "--noUncheckedIndexedAccess",
    "--skipLibCheck",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--types",
    "node",
  ];
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), ...options, ...files],
      { cwd: directory },
      (_error, stdout) => resolve(stdout),
    );
  });
}
