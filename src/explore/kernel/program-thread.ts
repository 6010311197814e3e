/**
 * The entry of a worker thread that is one thread of a program. Each time it gets the baton, it executes the thread
 * once.
 */
import { types } from "node:util";
import { parentPort, workerData } from "node:worker_threads";
import { awaitBaton, takeControl, type Json } from "../../platform/sync/index.js";
import { assert, errorOf, kindOf, NotPlainError, ownFramesOf, plainCopy } from "../../vocabulary/index.js";
import { CONTROL, openControlBlock, OUTCOME_BYTES, pendingOf, PENDING } from "./control-block.js";
import { mapCells } from "./cells.js";
import { ABORTED, ThreadControl } from "./thread-control.js";
import { createEnv, type Shared } from "./env.js";
import { loadProgram, type ProgramSource } from "./load-program.js";
import { word } from "./operation-records.js";
import type { StagedThread } from "./program.js";

export interface ThreadData {
  readonly source: ProgramSource;
  readonly shared: Shared;
  readonly controlBlock: SharedArrayBuffer;
  readonly maxSteps: number;
  readonly thread: number;
}

/** The report of a thread about one execution. */
export interface ProgramThreadReport {
  readonly value?: Json;
  /** The error that it threw, as text. */
  readonly threw?: string;
  /** When recording: the frames of the program's files in the error's stack, innermost first. */
  readonly stack?: readonly string[];
  /** Why its return value is invalid. */
  readonly invalid?: string;
  /** When recording: the steps at which named calls began, or ended (without a name). */
  readonly calls?: readonly { readonly step: number; readonly name?: string }[];
}

const { source, shared, controlBlock: buffer, maxSteps, thread } = workerData as ThreadData;
const program = await loadProgram(source);
const body = Object.values(program.threads)[thread];
assert(body !== undefined, `program ${program.name} has no thread ${thread}`);

const controlBlock = openControlBlock(buffer, maxSteps);
const { words, outcomes } = controlBlock;
const control = new ThreadControl(controlBlock, thread, mapCells([new Int32Array(shared.arena), shared.rows]));
let calls: { step: number; name?: string }[] = [];
const env = createEnv(shared, {
  thread,
  clock: control.clock,
  finalStatuses: program.finalStatuses,
  onCall: (name) => {
    if (!isRecording()) return;
    calls.push({ step: word(words, CONTROL.step), ...(name === undefined ? {} : { name }) });
  },
});

/** The frames of a stack: those of the program are below those of the model and of the driver of its Steps. */
const STACK_FRAMES = 50;
const { stackTraceLimit: USUAL_FRAMES } = Error;

function isRecording(): boolean {
  return word(words, CONTROL.recording) !== 0;
}

/** Runs the thread's part of one execution. */
function execute(run: (typeof program.threads)[string]): ProgramThreadReport {
  Error.stackTraceLimit = isRecording() ? STACK_FRAMES : USUAL_FRAMES;
  takeControl(control);
  try {
    return typeof run === "function" ? { value: outcomeOf(run(env), []) } : { value: runStages(run) };
  } catch (error) {
    if (error === ABORTED) return {};
    if (error instanceof NotPlainError) return { invalid: describeInvalid(error) };
    return { threw: errorOf(error), ...(isRecording() && { stack: ownFramesOf(error) }) };
  } finally {
    takeControl(undefined);
  }
}

function runStages({ first, stage }: StagedThread): Json {
  let memory = JSON.stringify(outcomeOf(first, ["first"]));
  for (let number = 1; ; number++) {
    const result: unknown = stage(env, JSON.parse(memory) as Json);
    const [[key, value] = [], ...others] = typeof result === "object" && result !== null ? Object.entries(result) : [];
    if ((key !== "outcome" && key !== "next") || others.length > 0)
      throw new NotPlainError(`must be { next } or { outcome }, not ${kindOf(result)}`, ["stage"]);
    const plain = outcomeOf(value, ["stage", key]);
    if (key === "outcome") return plain;
    memory = JSON.stringify(plain);
    control.stage(`${number} ${memory}`);
    env.reset(true);
  }
}

/** A copy of what a thread returned. @throws NotPlainError when it is not plain data */
function outcomeOf(returned: unknown, place: readonly string[]): Json {
  if (types.isPromise(returned)) returned.catch(() => undefined);
  try {
    return plainCopy(returned);
  } catch (error) {
    throw error instanceof NotPlainError ? new NotPlainError(error.message, [...place, ...error.path]) : error;
  }
}

function describeInvalid({ message, path }: NotPlainError): string {
  return path.length === 0 ? message : `${path.join(".")} ${message}`;
}

function report(what: ProgramThreadReport): void {
  const text = JSON.stringify(isRecording() ? { ...what, calls } : what);
  const bytes = Buffer.byteLength(text);
  const fits =
    bytes <= OUTCOME_BYTES
      ? text
      : JSON.stringify({ threw: `the outcome has ${bytes} bytes of JSON; the limit is ${OUTCOME_BYTES}` });
  const written = outcomes.write(fits, thread * OUTCOME_BYTES, OUTCOME_BYTES, "utf8");
  assert(written === Buffer.byteLength(fits), "an outcome was not written completely");
  words[pendingOf(thread) + PENDING.outcomeBytes] = written;
}

parentPort?.postMessage("ready");
for (;;) {
  awaitBaton(words, thread);
  if (word(words, CONTROL.quit) !== 0) break;
  calls = [];
  env.reset();
  control.start();
  report(execute(body));
  control.finish();
}
