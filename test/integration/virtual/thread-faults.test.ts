/** The faults of a scenario under simulated time: they affect simulated threads as they affect real ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInMemory, type RunRequest } from "../../../dist/load/run/virtual/run-in-memory.js";
import { replayVirtual } from "../../../dist/load/run/virtual/replay-virtual.js";
import { runVirtual } from "../../../dist/load/run/index.js";
import { buildPlan } from "../../../dist/load/scenario/index.js";
import { scenario, SCENARIO_TEXT, temporaryDirectory } from "../../support/virtual/support.js";

const withFaults = (...faults: readonly string[]): string =>
  `${SCENARIO_TEXT}faults:\n${faults.map((fault) => `  - ${fault}\n`).join("")}`;

const request = (text: string, seed: number): RunRequest => ({
  scenario: scenario(text),
  planOptions: { seed },
  mailbox: "sound",
});

const KILLS = ["client", "task"].map((thread) => `{ kind: kill-thread, window: [0s, 3s], thread: ${thread} }`);
const OTHERS = [
  "{ kind: pause-thread, window: [0s, 3s], thread: client, lasts: 700ms }",
  "{ kind: pause-thread, window: [0s, 3s], thread: task, lasts: 700ms }",
  "{ kind: stall-database, window: [0s, 3s], lasts: 1s }",
  "{ kind: delay-wakeups, window: [0s, 3s], direction: to-platform, lasts: 1s, delay: 30ms }",
  "{ kind: drop-wakeups, window: [0s, 3s], direction: to-clients, lasts: 1s, probability: 0.3 }",
  "{ kind: jump-clock, window: [0s, 3s], by: 1s }",
];

for (const fault of [...KILLS, ...OTHERS]) {
  test(`the invariants hold in every seed, each with a trace of its own that comes out the same again: ${fault}`, () => {
    const text = withFaults(fault);
    const hashes = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const { failures, hash } = runInMemory(request(text, seed));
      assert.deepEqual(failures, [], `seed ${seed}`);
      hashes.add(hash);
    }
    assert.equal(hashes.size, 12);
    assert.ok(hashes.has(runInMemory(request(text, 7)).hash));
    assert.ok(!hashes.has(runInMemory(request(SCENARIO_TEXT, 7)).hash), "the fault changes the run");
  });
}

test("the invariants hold when threads die while others are paused, wake-ups are lost and drawn faults happen too", () => {
  const text = withFaults(...KILLS, ...OTHERS);
  const faultRates = {
    late: 0.02,
    lost: 0.02,
    repeated: 0.02,
    stall: 0.005,
    commit: 0.02,
    crash: 0.1,
    quit: 0.1,
    interrupt: 0.3,
  };
  for (let seed = 1; seed <= 40; seed++) {
    const { failures } = runInMemory({ ...request(text, seed), faultRates });
    assert.deepEqual(failures, [], `seed ${seed}`);
  }
});

test("the invariants hold when every task thread and every client thread dies", () => {
  const kills = [0, 1, 2, 3, 4, 5].flatMap(() => KILLS);
  for (let seed = 1; seed <= 20; seed++)
    assert.deepEqual(runInMemory(request(withFaults(...kills), seed)).failures, [], `seed ${seed}`);
});

test("a killed simulated thread is in the summary with what was lost, and the run can be replayed", async () => {
  using directory = temporaryDirectory();
  const text = withFaults(
    "{ kind: kill-thread, window: [1s, 1s], thread: client }",
    "{ kind: kill-thread, window: [1s, 1s], thread: task }",
  );
  const loaded = { scenario: scenario(text), text, path: "everything.yaml" };
  const run = await runVirtual({
    loaded,
    plan: buildPlan(loaded.scenario),
    planOptions: {},
    mailbox: "sound",
    resultsRoot: directory.path,
    runId: "run",
    options: {},
    reproduce: "simulate --scenario everything.yaml --virtual",
    startedAt: new Date(0),
    yieldToEventLoop: () => Promise.resolve(),
    interrupt: new AbortController().signal,
  });
  const { summary } = run;
  assert.deepEqual(summary.faults?.map(({ what }) => what.replace(/\d/, "N")).sort(), [
    "thread clients-N was killed",
    "thread tasks-N was killed",
  ]);
  assert.match(summary.losses?.[0] ?? "", /^the notes of client thread [01] on [1-9]\d* agents: /);
  assert.match(summary.losses?.[1] ?? "", /^the notes of task thread [01] on [1-9]\d* agents: /);
  assert.equal(
    summary.plan.workers,
    (summary.counters["workers_finished"] ?? 0) + (summary.counters["workers_cut_off"] ?? 0),
  );
  const unchecked = summary.invariants.find(({ id }) => id === "updates-exactly-once-in-order")?.unchecked ?? 0;
  assert.ok(unchecked > 0, "exactly-once is not checked on the agents of dead threads");
  const replayed = await replayVirtual(run.directory, () => Promise.resolve());
  assert.ok(replayed.kind === "same" && replayed.hash === summary.traceHash);
});
