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

export function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CI: "true" },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  return { child, ended };
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

/** The summary of the only run under `root`. */
export function onlySummary(root: string): Summary {
  const runs = readdirSync(root);
  if (runs.length !== 1 || runs[0] === undefined)
    throw new Error(`expected one run under ${root}, found ${runs.length}`);
  return JSON.parse(readFileSync(join(root, runs[0], "summary.json"), "utf8")) as Summary;
}
