/** Runs of a small scenario on real threads, with faults in it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { runThreads } from "../../../dist/load/run/index.js";
import type { Summary } from "../../../dist/results/index.js";
import { buildPlan, parseScenario } from "../../../dist/load/scenario/index.js";

/** Forty workers within a second, who talk for two to three. */
const scenarioWith = (more: string): string => `name: faulty
description: A small run in which something breaks
incident: none
arrivals: { startRate: 40, stages: [{ duration: 1s, target: 40 }] }
task:
  blueprint: chat
  onboarding: { passRate: 0.9, actions: 1, thinkTime: 50ms }
  liveUpdateTimeout: 4s
  submissionTimeout: 4s
behaviours:
  talking: { weight: 0.8, actions: 12, thinkTime: { uniform: [100ms, 300ms] } }
  dropping:
    weight: 0.2
    actions: 12
    thinkTime: { uniform: [100ms, 300ms] }
    disconnect: { perAction: 0.3, detectionDelay: 100ms }
${more}
drainTimeout: 20s
`;

/**
 * Runs it on `threads` threads beside the platform's own, interrupts it once `interruptAtMs` of it have passed, and
 * gives the summary.
 */
export async function runWith(
  t: TestContext,
  more: string,
  threads = 4,
  interruptAtMs = Infinity,
): Promise<{ summary: Summary; directory: string }> {
  const root = mkdtempSync(join(tmpdir(), "crowdstorm-faults-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const interrupt = new AbortController();
  const text = scenarioWith(more);
  const scenario = parseScenario(text, "faulty.yaml");
  return runThreads({
    loaded: { scenario, text, path: "faulty.yaml" },
    plan: buildPlan(scenario),
    planOptions: {},
    mailbox: "sound",
    threads,
    resultsRoot: root,
    runId: "run",
    record: true,
    options: {},
    reproduce: "simulate --scenario faulty.yaml",
    interrupt: interrupt.signal,
    onProgress: (_measured, elapsedMs) => {
      // Where this process stood still, what was due before comes before.
      if (elapsedMs >= interruptAtMs) setImmediate(() => interrupt.abort());
    },
  });
}

/** What is broken, for a message: the invariants that do not hold, with their first violation. */
export function broken({ invariants }: Summary): string[] {
  return invariants.filter(({ held }) => !held).map(({ id, violations }) => `${id}: ${JSON.stringify(violations[0])}`);
}

export function uncheckedOf({ invariants }: Summary, id: string): number {
  return invariants.find((invariant) => invariant.id === id)?.unchecked ?? 0;
}
