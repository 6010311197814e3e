/** Faults, the shutdown, repeated drops and thresholds that abort: read, refused, planned and hashed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildPlan,
  parseScenario,
  planHash,
  ScenarioError,
  type Scenario,
} from "../../../../dist/load/scenario/index.js";
import { EXAMPLE } from "../../../support/scenario/example.js";

const END = "drainTimeout: 10s";
const withEnd = (text: string): string => EXAMPLE.replace(END, `${text}\n${END}`);
const read = (text: string): Scenario => parseScenario(text, "x.yaml");

function firstProblem(text: string): string | undefined {
  try {
    read(text);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ScenarioError);
    return error.problems[0]?.replace(/^x\.yaml:\d+: /, "");
  }
}

const ALL = `faults:
  - { kind: kill-thread, window: [1s, 2s], thread: task }
  - { kind: pause-thread, window: [1s, 2s], thread: client, lasts: 300ms }
  - { kind: stall-database, window: [2s, 2s], lasts: 4s }
  - { kind: delay-wakeups, window: [1s, 2s], direction: to-platform, lasts: 1s, delay: 20ms }
  - { kind: drop-wakeups, window: [1s, 2s], direction: to-clients, lasts: 1s, probability: 0.5 }
  - { kind: jump-clock, window: [1s, 2s], by: 500ms }`;

const refused: readonly (readonly [text: string, problem: RegExp])[] = [
  [
    withEnd("faults:\n  - { kind: kill, window: [1s, 2s] }"),
    /^faults\[0\]\.kind: there is no "kill"; did you mean "kill-thread"\?$/,
  ],
  [
    withEnd("faults:\n  - { kind: flood, window: [1s, 2s] }"),
    /^faults\[0\]\.kind: must be kill-thread, .* or second-tab, not "flood"$/,
  ],
  [withEnd("faults:\n  - { window: [1s, 2s] }"), /^faults\[0\]\.kind: is missing: must be kill-thread, /],
  [withEnd("faults: [flood]"), /^faults\[0\]: must be a mapping with a kind: kill-thread, .*, not "flood"$/],
  [
    withEnd("faults:\n  - { kind: kill-thread, window: [1s, 2s], thread: io }"),
    /^faults\[0\]\.thread: must be "client" or "task", not "io"$/,
  ],
  [
    withEnd("faults:\n  - { kind: kill-thread, window: [2s, 1s], thread: task }"),
    /^faults\[0\]\.window: must be \[from, to\]/,
  ],
  [
    withEnd("faults:\n  - { kind: stall-database, window: [1s, 2s], lasts: 5s }"),
    /^faults\[0\]\.lasts: must be at most 4s/,
  ],
  [withEnd("faults:\n  - { kind: jump-clock, window: [1s, 2s], by: -1s }"), /^faults\[0\]\.by: must be 0 or more/],
  [
    withEnd("faults:\n  - { kind: jump-clock, window: [1s, 2s], by: 1s, lasts: 1s }"),
    /^faults\[0\]\.lasts: unknown key/,
  ],
  [EXAMPLE.replace("max: 100", "max: 3501"), /^behaviours\.calm\.payloadBytes: must have no draw above 3500/],
  [EXAMPLE.replace("sd: 30, max: 100", "sd: 30"), /^behaviours\.calm\.payloadBytes: must have no draw above 3500/],
  [
    EXAMPLE.replace('["p(99)<250"]', "[{ threshold: 'p(99)<250', abortOnFial: true }]"),
    /abortOnFial: unknown key; did you mean "abortOnFail"\?/,
  ],
  [
    EXAMPLE.replace('["p(99)<250"]', "[{ threshold: 'p(99)<250', delayAbortEval: soon }]"),
    /delayAbortEval: "soon" is no duration/,
  ],
  [EXAMPLE.replace('["p(99)<250"]', "[{ abortOnFail: true }]"), /threshold: is missing: must be text/],
];
for (const [text, problem] of refused)
  test(`refused: ${problem.source}`, () => assert.match(firstProblem(text) ?? "", problem));

test("a scenario without any of it has the plan it had", () => {
  const plan = buildPlan(read(EXAMPLE));
  assert.deepEqual([plan.faults, plan.shutdownAt], [undefined, undefined]);
});

test("faults are drawn within their windows from the seed, in the order of their times; --duration stretches the windows alone", () => {
  const scenario = read(withEnd(`shutdownAt: 3s\n${ALL}`));
  const plan = buildPlan(scenario, { seed: 7 });
  const faults = plan.faults ?? [];
  assert.deepEqual(faults.map(({ kind }) => kind).sort(), scenario.faults.map(({ kind }) => kind).sort());
  for (const { at, pick } of faults) assert.ok(at >= 1000 && at <= 2000 && pick >= 0 && pick < 1);
  assert.deepEqual(
    faults.map(({ at }) => at),
    faults.map(({ at }) => at).sort((a, b) => a - b),
  );
  assert.deepEqual(buildPlan(scenario, { seed: 7, workers: 3 }).faults, faults);
  assert.notDeepEqual(buildPlan(scenario, { seed: 8 }).faults, faults);
  assert.equal(plan.scheduleMs, 6000, "the stall begins at 2 s and lasts 4 s");

  const longer = buildPlan(scenario, { seed: 7, durationMs: 40_000 });
  assert.equal(longer.shutdownAt, 30_000);
  const stall = longer.faults?.find(({ kind }) => kind === "stall-database");
  assert.ok(stall?.kind === "stall-database");
  assert.deepEqual([stall.at, stall.lasts], [20_000, 4000]);
});

test("repeated drops are planned one after the other", () => {
  const text = EXAMPLE.replace(
    "after: { uniform: [0ms, 1s] }",
    "after: { uniform: [0ms, 1s] }, flapping: { times: 2, online: { uniform: [100ms, 200ms] } }",
  );
  const plan = buildPlan(read(text));
  const drops = Array.from({ length: plan.workers }, (_, index) => plan.worker(index).disconnect?.reconnect);
  const flapping = drops.filter((reconnect) => reconnect !== undefined).map((reconnect) => reconnect.flapping);
  assert.ok(flapping.length > 0);
  for (const list of flapping) {
    assert.equal(list?.length, 2);
    for (const { online, after } of list) assert.ok(online >= 100 && online <= 200 && after >= 0 && after <= 1000);
  }
});

test("each of it changes the plan's hash", () => {
  const flapping = EXAMPLE.replace(
    "after: { uniform: [0ms, 1s] }",
    "after: { uniform: [0ms, 1s] }, flapping: { times: 2, online: 100ms }",
  );
  const faults = ALL.split("\n")
    .slice(1)
    .map((line) => withEnd(`faults:\n${line}`));
  const moreLasting = withEnd("faults:\n  - { kind: pause-thread, window: [1s, 2s], thread: client, lasts: 301ms }");
  const variants = [EXAMPLE, flapping, withEnd("shutdownAt: 3s"), withEnd("shutdownAt: 4s"), ...faults, moreLasting];
  const hashes = variants.map((text) => planHash(buildPlan(read(text), { workers: 50 })));
  assert.equal(new Set(hashes).size, variants.length);
});
