/** Runs `simulate --listen` on a free port, with a scripted backend. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Summary } from "../../../dist/results/index.js";
import { start, temporaryDirectory, type Ended } from "../cli/simulate.js";
import { ScriptedBackend, type BackendOptions } from "./scripted-backend.js";

export interface ListenRun extends Ended {
  /** Of a run that left one. */
  readonly summary: Summary | undefined;
  readonly backend: ScriptedBackend;
}

export interface ListenRunOptions extends BackendOptions {
  /** A name, or the text of a scenario. */
  readonly scenario: string;
  readonly args?: readonly string[];
  /** Called once the backend has been started. */
  readonly meanwhile?: (backend: ScriptedBackend) => void;
}

export async function runListening(
  t: { after(fn: () => void): void },
  { scenario, args = [], meanwhile, ...options }: ListenRunOptions,
): Promise<ListenRun> {
  const results = join(temporaryDirectory(t), "results");
  const { url, ended } = await startListening(results, scenario, ...args);
  const backend = new ScriptedBackend(url, options);
  t.after(() => backend.end());
  meanwhile?.(backend);
  return { ...(await ended), summary: summaryIn(results), backend };
}

export interface Listening {
  /** Where its router is. */
  readonly url: string;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts it. `scenario` is a name, or the text of a scenario. Rejects with its message when it does not listen. */
export async function startListening(
  results: string,
  scenario: string,
  ...args: readonly string[]
): Promise<Listening> {
  let source = scenario;
  if (scenario.includes("\n")) writeFileSync((source = `${results}.yaml`), scenario);
  const { child, ended } = start([
    ...["-s", source, "--listen", "127.0.0.1:0", "--backend-timeout", "10s", "--results", results],
    ...args,
  ]);
  const url = await Promise.race([listeningAt(child), ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  return { url, child, ended };
}

/** The URL that the program says it listens at. */
async function listeningAt(child: { readonly stderr: NodeJS.ReadableStream | null }): Promise<string> {
  const { stderr } = child;
  if (stderr === null) throw new Error("the output is not read");
  for (let text = ""; ; ) {
    const [chunk] = (await once(stderr, "data")) as [Buffer];
    text += chunk.toString();
    const [, url] = /router: (http:\S+:\d+)/.exec(text) ?? [];
    if (url !== undefined) return url;
  }
}

/** The summary of the only run; undefined when there is none. */
export function summaryIn(results: string): Summary | undefined {
  try {
    const [run = ""] = readdirSync(results);
    return JSON.parse(readFileSync(join(results, run, "summary.json"), "utf8")) as Summary;
  } catch {
    return undefined;
  }
}

export interface ListenText {
  readonly workers?: number;
  readonly task?: string;
  readonly target?: string;
  readonly behaviours?: string;
  readonly faults?: string;
  readonly drain?: string;
}

/** A scenario of a few workers at one backend. */
export function scenarioText({
  workers = 12,
  task = "",
  target = "{ dialect: chat }",
  behaviours = "all: { weight: 1, actions: 4, thinkTime: 60ms }",
  faults = "[]",
  drain = "20s",
}: ListenText = {}): string {
  return `
name: listening
description: A few workers.
incident: None.
arrivals: { startRate: ${workers}, stages: [{ duration: 1s, target: ${workers} }] }
task: { blueprint: chat, liveUpdateTimeout: 3s, submissionTimeout: 3s${task} }
behaviours:
  ${behaviours}
target: ${target}
faults: ${faults}
drainTimeout: ${drain}
`;
}

export function summaryOf({ summary, stderr, stdout }: ListenRun): Summary {
  assert.ok(summary !== undefined, `${stderr}${stdout}`);
  return summary;
}

/** The run passed, unless this machine is too busy for its schedule. */
export function assertPassed(run: ListenRun): void {
  const { invariants, thresholds, load, schedule, end } = summaryOf(run);
  const told = run.stdout + run.stderr;
  assert.ok(invariants.every(({ held }) => held) && thresholds.every(({ passed }) => passed), told);
  assert.equal(load?.generated, true, told);
  assert.equal(end.how, "finished", told);
  assert.equal(run.code, schedule.kept ? 0 : 97, told);
}

/** What the run's thresholds came to, by metric and condition. */
export const judged = (run: ListenRun): Readonly<Record<string, "passed" | "failed">> =>
  Object.fromEntries(
    summaryOf(run).thresholds.map(({ metric, expression, passed }) => [
      `${metric} ${expression}`,
      passed ? "passed" : "failed",
    ]),
  );

/** The violations of the invariants. */
export const broken = (run: ListenRun): string[] =>
  summaryOf(run).invariants.flatMap(({ id, violations }) => violations.map(({ what }) => `${id}: ${what}`));
