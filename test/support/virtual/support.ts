/** What the tests of simulated runs share: a small scenario, and a directory that goes away. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseScenario, type Scenario } from "../../../dist/load/scenario/index.js";

export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "crowdstorm-virtual-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A scenario in which everything happens: onboarding, returns, silence, drops with and without a return. */
export const SCENARIO_TEXT = `
name: everything
description: A little of everything.
incident: None.
arrivals: { startRate: 40, stages: [{ duration: 1s, target: 40 }] }
task:
  blueprint: chat
  onboarding: { passRate: 0.9, actions: 1, thinkTime: 50ms }
  liveUpdateTimeout: 800ms
  submissionTimeout: 800ms
behaviours:
  staying: { weight: 0.4, actions: { uniform: [2, 5] }, thinkTime: { uniform: [50ms, 300ms] }, duplicates: 0.1 }
  returning: { weight: 0.2, return: { afterActions: 2 }, thinkTime: 100ms }
  silent: { weight: 0.1, idle: { afterActions: 1 }, thinkTime: 100ms }
  dropping:
    weight: 0.3
    actions: 4
    thinkTime: { uniform: [50ms, 300ms] }
    disconnect: { perAction: 0.4, detectionDelay: 100ms, reconnect: { probability: 0.5, after: { uniform: [50ms, 400ms] } } }
drainTimeout: 10s
`;

export function scenario(text = SCENARIO_TEXT): Scenario {
  return parseScenario(text, "everything.yaml");
}
