/** Runs `simulate --target` against a server, with a small scenario. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Summary } from "../../../dist/results/index.js";
import { start, temporaryDirectory, type Ended } from "../cli/simulate.js";

export interface TargetRun extends Ended {
  /** The directory of the run. */
  readonly directory: string;
  /** Of a run that left one. */
  readonly summary: Summary | undefined;
}

/** The scenario of {@link runAgainst}, with what a test changes. */
export function scenarioText({
  workers = 6,
  target = "{}",
  task = "",
  behaviours = "all: { weight: 1, actions: 3, thinkTime: 60ms }",
  drain = "20s",
  more = "",
} = {}): string {
  return `
name: outside
description: A few workers.
incident: None.
arrivals: { stages: [{ duration: 500ms, target: ${4 * workers} }] }
task: { blueprint: chat, liveUpdateTimeout: 3s, submissionTimeout: 3s${task} }
behaviours:
  ${behaviours}
target: ${target}
thresholds: { live_update_round_trip: ["max<60000"], live_update_latency: ["p(99)<1000"] }
drainTimeout: ${drain}
${more}`;
}

/** Runs `scenario` against the target at `url`. */
export async function runAgainst(
  t: { after(fn: () => void): void },
  url: string,
  scenario: string,
  ...args: readonly string[]
): Promise<TargetRun> {
  const directory = temporaryDirectory(t);
  const file = join(directory, "outside.yaml");
  writeFileSync(file, scenario);
  const results = join(directory, "results");
  const ended = await start([...["--scenario", file, "--target", url, "--results", results, "--threads", "1"], ...args])
    .ended;
  const [run = ""] = existsSync(results) ? readdirSync(results) : [];
  const runDirectory = join(results, run);
  return { ...ended, directory: runDirectory, summary: summaryIn(runDirectory) };
}

function summaryIn(directory: string): Summary | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "summary.json"), "utf8")) as Summary;
  } catch {
    return undefined;
  }
}
