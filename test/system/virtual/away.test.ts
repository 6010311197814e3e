/**
 * A worker whose connection drops: what the plan says of a phase counts from when the phase began, however long the
 * worker was away before.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readTrace } from "../../../dist/replay/trace/index.js";
import { temporaryDirectory } from "../../support/virtual/support.js";

const COMMAND = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

/** Away for 3 s in the onboarding, and for 1 s in the task. */
const AWAY = `
name: away
description: One worker is away in the onboarding.
incident: None.
arrivals: { startRate: 1, stages: [{ duration: 1s, target: 1 }] }
behaviours: { any: { weight: 1, actions: 1, thinkTime: 1s } }
task:
  blueprint: chat
  onboarding: { passRate: 1, actions: 1, thinkTime: 50ms }
  liveUpdateTimeout: 30s
  submissionTimeout: 30s
workers:
  - arriveAt: 0s
    onboarding: { actions: [{ at: 1s }, { at: 5s }], submitAt: 6s, passes: true }
    task: { actions: [{ at: 1s }], end: { kind: submit, at: 2s } }
    disconnect: { since: run, at: 2s, detectionDelay: 10s, reconnect: { after: 3s } }
drainTimeout: 10s
`;

test("time away puts off the phase in which the worker was away, and not the next one again", async () => {
  using root = temporaryDirectory();
  const file = join(root.path, "away.yaml");
  writeFileSync(file, AWAY);
  await promisify(execFile)(process.execPath, [
    COMMAND,
    "--scenario",
    file,
    "--virtual",
    "--results",
    root.path,
    "--quiet",
  ]);
  const run = readdirSync(root.path).find((name) => name !== "away.yaml") ?? "";
  const events = [...readTrace(join(root.path, run, "trace.bin")).events()];
  const sentAt = (subject: string, number: number): number | undefined =>
    events.find(
      ({ operation, args }) =>
        operation === "append" && JSON.stringify(args).includes(`"update_id":"${subject}/${number}"`),
    )?.at;
  const told = (subject: string): number | undefined =>
    events.find(
      ({ actor, operation, outcome }) =>
        actor === "clients-0" &&
        operation === "take" &&
        JSON.stringify(outcome).includes(`"agent_details","${subject}"`),
    )?.at;
  const seconds = (since: number | undefined, until: number | undefined): number =>
    Math.round(((until ?? NaN) - (since ?? NaN)) / 1000);
  const onboarded = told("0.0");
  assert.deepEqual(
    [1, 2].map((number) => seconds(onboarded, sentAt("onboarding_1", number))),
    [1, 8],
  );
  const admitted = events.find(
    ({ actor, operation, args }) =>
      actor === "io" && operation === "append" && JSON.stringify(args).includes('"agent_id":"1"'),
  )?.at;
  assert.equal(seconds(admitted, sentAt("1", 1)), 1);
});
