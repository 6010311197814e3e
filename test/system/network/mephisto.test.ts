/**
 * A real Mephisto behind our router. MEPHISTO_HOME is a directory with a program `start.sh` that starts a run of a task
 * which answers remote procedures, in a Python up to 3.10, and ends with it:
 * `start.sh --dir DIR --port PORT --router DIR --assignments N`. Its database is DIR/data/database.db, DIR/ready.json
 * has its `pid`, and SIGUSR1 shuts it down. Without it the tests are skipped, and say so.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Summary } from "../../../dist/results/index.js";
import { summaryIn } from "../../support/backend/listen-run.js";
import { simulate } from "../../support/cli/simulate.js";

const { MEPHISTO_HOME: home } = process.env;
const program = home === undefined ? undefined : join(home, "start.sh");
const skip =
  program === undefined || !existsSync(program)
    ? "no MEPHISTO_HOME with a start.sh: set it to test against a real Mephisto (needs a Python up to 3.10)"
    : false;

const scenario = (faults: string) => `
name: real-mephisto
description: Whole lives of workers at a real Mephisto.
incident: None.
arrivals: { startRate: 20, stages: [{ duration: 10s, target: 20 }] }
target:
  dialect: remote-procedure
  submits: { onboardingPass: { should_pass: true } }
task:
  blueprint: remote-procedure
  onboarding: { passRate: 1, actions: 1, thinkTime: 300ms }
  liveUpdateTimeout: 30s
  submissionTimeout: 30s
behaviours:
  all: { weight: 1, actions: { uniform: [6, 12] }, thinkTime: { lognormal: { median: 600ms, p95: 2s, max: 4s } } }
faults: ${faults}
drainTimeout: 60s
`;

/** One run of Mephisto, with the folder of `simulate init --mephisto` as its router. */
async function runMephisto(
  t: { after(fn: () => void): void },
  text: string,
  port: number,
  ...args: readonly string[]
): Promise<Summary> {
  const root = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "crowdstorm-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, "router");
  const written = await simulate("init", "--mephisto", folder);
  assert.equal(written.code, 0, written.stderr);
  writeFileSync(join(folder, "scenario.yaml"), text);
  const run = join(root, "run");
  const child = spawn(
    program ?? "",
    [
      ...["--dir", run, "--port", String(port), "--metrics-port", "0", "--router", folder],
      ...["--assignments", "200", "--run-poll", "2", "--unit-wait", "1", ...args],
    ],
    {
      env: { ...process.env, CROWDSTORM_DATABASE: join(run, "data", "database.db") },
      stdio: "ignore",
    },
  );
  const ended = once(child, "exit");
  const results = join(folder, "results");
  while (child.exitCode === null && summaryIn(results) === undefined) await sleep(500);
  // A unit that was given back waits for another worker: such a run of Mephisto does not end by itself.
  const ready = join(run, "ready.json");
  const { pid } = (existsSync(ready) ? JSON.parse(readFileSync(ready, "utf8")) : {}) as { readonly pid?: number };
  if (child.exitCode === null) process.kill(pid ?? child.pid ?? 0, "SIGUSR1");
  await ended;
  const summary = summaryIn(results);
  assert.ok(summary !== undefined, readFileSync(join(run, "mephisto.log"), "utf8"));
  return summary;
}

test("whole lives of 200 workers at a real Mephisto", { skip }, async (t) => {
  const { invariants, outcomes, counters, target } = await runMephisto(t, scenario("[]"), 3791);
  assert.equal(target?.database, true);
  assert.deepEqual(
    invariants.filter(({ held }) => !held),
    [],
  );
  assert.deepEqual(outcomes, { agents: { completed: 200 }, onboardingAgents: { approved: 200 } });
  assert.equal(counters["replies_unmatched"], 0);
});

test("submits that a router answered while the backend was away are lost, and found in the database", {
  skip,
}, async (t) => {
  const faults = "[{ kind: close-backend, window: [6s, 6s], lasts: 4s, meanwhile: lost }]";
  const { invariants, losses = [] } = await runMephisto(
    t,
    scenario(faults),
    3792,
    ...["--submission-timeout", "10", "--duration", "30"],
  );
  assert.match(losses.join(), /submit_unit/);
  const broken = invariants.filter(({ held }) => !held).map(({ id }) => id);
  assert.ok(broken.includes("answered-submit-is-stored"), broken.join());
});
