/** Runs the shipped `simulate` command as a user does. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Summary } from "../../../dist/results/index.js";

export const MAIN = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  /** A command that it is started by, such as `ip netns exec NAME`. */
  readonly within?: readonly string[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export function start(
  args: readonly string[],
  { within = [], env = {} }: StartOptions = {},
): {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** The first match in the standard output; rejects when the command ends without one. */
  printed: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** The same, on standard error. */
  logged: (pattern: RegExp) => Promise<RegExpExecArray>;
} {
  const [command = process.execPath, ...words] = [...within, process.execPath, MAIN, ...args];
  const child = spawn(command, words, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CI: "true", ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  const matchIn = (stream: NodeJS.ReadableStream, text: () => string, pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(text());
        if (match !== null) resolve(match);
      };
      look();
      stream.on("data", look);
      void ended.then(() => reject(new Error(`the command ended without ${String(pattern)}:\n${stdout}${stderr}`)));
    });
  return {
    child,
    ended,
    printed: (pattern) => matchIn(child.stdout, () => stdout, pattern),
    logged: (pattern) => matchIn(child.stderr, () => stderr, pattern),
  };
}

export function simulate(...args: string[]): Promise<Ended> {
  return start(args).ended;
}

/** A directory that is removed when the test ends. */
export function temporaryDirectory(t: { after(fn: () => void): void }): string {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** The name of the only entry of `root`. */
export function onlyEntry(root: string): string {
  const [name, ...others] = readdirSync(root);
  if (name === undefined || others.length > 0)
    throw new Error(`expected one entry in ${root}, found ${others.length + Number(name !== undefined)}`);
  return name;
}

/** The summary of the only run under `root`. */
export function onlySummary(root: string): Summary {
  return JSON.parse(readFileSync(join(root, onlyEntry(root), "summary.json"), "utf8")) as Summary;
}
