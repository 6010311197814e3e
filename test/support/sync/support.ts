/** Starts the threads and programs of these tests, and sets words of mailboxes. */
import { spawn } from "node:child_process";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { systemClock, type Arena, type Slot } from "../../../dist/platform/sync/index.js";
import { SLOT } from "../../../dist/platform/sync/layout.js";

/** The started threads. One that outlives a failed test would keep the process alive and hide the failure. */
const started: Worker[] = [];
after(() => Promise.all(started.map((worker) => worker.terminate())));

/** A worker thread of `workers/`; `result` is the first message it posts. */
export interface Thread<T> {
  readonly worker: Worker;
  readonly result: Promise<T>;
}

export function startThread<T>(name: string, workerData: unknown): Thread<T> {
  const worker = new Worker(new URL(`./workers/${name}.js`, import.meta.url), { workerData });
  started.push(worker);
  const result = new Promise<T>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`the thread ${name} ended without a result`)));
  });
  // A thread that a test kills has no result, and no test awaits it.
  result.catch(() => undefined);
  return { worker, result };
}

export interface ProgramResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of `programs/` to its end. One that does not end within a minute is killed and has no exit code. */
export function runProgram(name: string, nodeOptions: readonly string[] = []): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
    const child = spawn(process.execPath, [...nodeOptions, path], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 60_000,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Sets the byte counters of an empty slot's ring to `position`, as if that many bytes had gone through it. */
export function presetRing(arena: Arena, slot: Slot, position: number): void {
  const first = firstWord(slot);
  for (const word of [SLOT.heads, SLOT.heads + 1, SLOT.tails, SLOT.tails + 1])
    Atomics.store(arena.cells, first + word, position | 0);
}

/** Sets the generation of the mailbox's event, and clears its flag. */
export function presetGeneration(arena: Arena, slot: Slot, generation: number): void {
  Atomics.store(arena.cells, firstWord(slot), generation << 1);
}

function firstWord(slot: Slot): number {
  return slot.event("hasLiveUpdate").watchers - 1;
}

/** Far more than a machine takes that others keep busy: a wake-up that is lost never comes. */
const LOST_AFTER_MS = 600_000;

/** Fails instead of hanging when a wake-up was lost. */
export async function notLost<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`lost: ${what}`)), LOST_AFTER_MS);
  });
  try {
    return await Promise.race([promise, lost]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets the event loop run until `condition` holds. Fails after a minute. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = systemClock.now() + LOST_AFTER_MS;
  while (!condition()) {
    if (systemClock.now() > deadline) throw new Error(`lost: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
