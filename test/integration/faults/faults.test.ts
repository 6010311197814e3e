/** Each fault, injected into a run on real threads: the invariants hold, or the run says exactly what was lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { replay } from "../../support/replay/support.js";
import { broken, runWith, uncheckedOf } from "../../support/faults/run.js";

const one = (fault: string): string => `faults:\n  - ${fault}`;

test("a killed client thread: its agents are disconnected, its notes are lost and said to be", async (t) => {
  const { summary, directory } = await runWith(
    t,
    one("{ kind: kill-thread, window: [1500ms, 1500ms], thread: client }"),
  );
  assert.deepEqual(broken(summary), []);
  // Clients do nothing to slots: their end leaves every record whole.
  const { divergence, incomplete } = await replay(directory);
  assert.deepEqual([divergence, incomplete], [undefined, []]);
  assert.equal(summary.end.how, "finished");
  assert.match(summary.faults?.[0]?.what ?? "", /^thread client-[01] was killed$/);
  assert.match(summary.losses?.[0] ?? "", /^the notes of client thread [01] on \d+ agents: /);
  assert.ok((summary.outcomes.agents["disconnect"] ?? 0) > 0);
  assert.ok((summary.outcomes.agents["completed"] ?? 0) > 0, "those of the other thread go on");
  assert.ok(uncheckedOf(summary, "updates-exactly-once-in-order") > 0);
});

test("a killed task thread: the pool ends its agents, the other runs on, and what cannot be checked is said", async (t) => {
  const { summary, directory } = await runWith(t, one("{ kind: kill-thread, window: [1500ms, 1500ms], thread: task }"));
  assert.deepEqual(broken(summary), []);
  const { divergence, incomplete } = await replay(directory);
  assert.equal(divergence, undefined);
  assert.ok(
    incomplete.length <= 1,
    `what the thread was in the middle of is of one agent at most: ${incomplete.join(", ")} are cut off`,
  );
  assert.match(summary.faults?.[0]?.what ?? "", /^thread task-[01] was killed$/);
  assert.match(summary.losses?.[0] ?? "", /^the notes of task thread [01] on \d+ agents: /);
  assert.ok((summary.outcomes.agents["expired"] ?? 0) + (summary.outcomes.onboardingAgents["expired"] ?? 0) > 0);
  assert.ok((summary.outcomes.agents["completed"] ?? 0) > 0);
  assert.ok(uncheckedOf(summary, "updates-exactly-once-in-order") > 0);
  assert.ok(uncheckedOf(summary, "accounting-consistent") > 0);
});

test("the only task thread killed: every agent is ended, and nobody hangs", async (t) => {
  const { summary } = await runWith(t, one("{ kind: kill-thread, window: [600ms, 600ms], thread: task }"), 2);
  assert.deepEqual(broken(summary), []);
  assert.equal(summary.outcomes.agents["in task"], undefined);
});

const withoutLoss: readonly (readonly [fault: string, what: RegExp])[] = [
  ["{ kind: pause-thread, window: [1s, 1s], thread: task, lasts: 700ms }", /^thread task-[01] was paused for 700 ms$/],
  [
    "{ kind: pause-thread, window: [1s, 1s], thread: client, lasts: 700ms }",
    /^thread client-[01] was paused for 700 ms$/,
  ],
  ["{ kind: stall-database, window: [1s, 1s], lasts: 1s }", /^the database was held for 1000 ms$/],
  [
    "{ kind: delay-wakeups, window: [0s, 0s], direction: to-platform, lasts: 3s, delay: 30ms }",
    /^wake-ups to platform came 30 ms later/,
  ],
  [
    "{ kind: drop-wakeups, window: [0s, 0s], direction: to-platform, lasts: 3s, probability: 0.3 }",
    /^30 % of the wake-ups to platform never came/,
  ],
  [
    "{ kind: drop-wakeups, window: [0s, 0s], direction: to-clients, lasts: 3s, probability: 0.3 }",
    /^30 % of the wake-ups to clients never came/,
  ],
  ["{ kind: jump-clock, window: [1s, 1s], by: 1s }", /^the clock jumped ahead by 1000 ms$/],
];
for (const [fault, what] of withoutLoss) {
  test(`nothing is lost: ${fault}`, async (t) => {
    const { summary, directory } = await runWith(t, one(fault));
    assert.deepEqual(broken(summary), []);
    const { divergence, incomplete } = await replay(directory);
    assert.deepEqual([divergence, incomplete], [undefined, []]);
    assert.equal(summary.end.how, "finished");
    assert.match(summary.faults?.[0]?.what ?? "", what);
    assert.deepEqual(summary.losses, []);
    assert.equal(summary.counters["errors"], 0);
    assert.ok((summary.outcomes.agents["completed"] ?? 0) > 0);
  });
}

test("a database that is held again while it is held stays held for as long as both say", async (t) => {
  const stall = (at: string, lasts: string): string =>
    `{ kind: stall-database, window: [${at}, ${at}], lasts: ${lasts} }`;
  const { summary } = await runWith(
    t,
    `${one(stall("1s", "600ms"))}\n  - ${stall("1200ms", "800ms")}\n  - ${stall("1300ms", "100ms")}`,
  );
  assert.deepEqual(broken(summary), []);
  assert.equal(summary.end.how, "finished");
  assert.equal(summary.faults?.length, 3);
  assert.equal(summary.counters["errors"], 0);
  assert.ok((summary.trends["status_commit_time"]?.max ?? 0) > 500, "statuses waited for the database");
});

const pause = (thread: string, lasts: string): string =>
  `{ kind: pause-thread, window: [500ms, 500ms], thread: ${thread}, lasts: ${lasts} }`;

/** The run's time at which it is interrupted, when every pause has begun. */
const INTERRUPT_MS = 1500;

for (const thread of ["client", "task"]) {
  const together = Array.from({ length: 4 }, () => pause(thread, "15m"));

  test(`an interrupt ends pauses of a ${thread} thread that overlap, and the run, with everything at rest`, async (t) => {
    const { summary } = await runWith(
      t,
      `${one(together[0] ?? "")}\n  - ${together.slice(1).join("\n  - ")}`,
      2,
      INTERRUPT_MS,
    );
    assert.deepEqual(broken(summary), []);
    assert.equal(summary.end.how, "interrupted");
    assert.equal(summary.faults?.length, 4);
    for (const { what } of summary.faults ?? []) {
      assert.match(what, /^thread \w+-0 was paused for \d+ ms of 900000: then the run was stopped$/);
    }
  });
}

test("a threshold that aborts ends the run also while its client thread is paused", async (t) => {
  const { summary } = await runWith(
    t,
    `${one(pause("client", "15m"))}\nthresholds:\n  workers_started: [{ threshold: count>1000, abortOnFail: true, delayAbortEval: 1s }]`,
    2,
  );
  assert.deepEqual(broken(summary), []);
  assert.equal(summary.end.how, "aborted");
});

test("what is planned for a time happens at that time of the run's clock, also after that has jumped", async (t) => {
  const { summary } = await runWith(
    t,
    `${one("{ kind: jump-clock, window: [500ms, 500ms], by: 15s }")}\n  - { kind: pause-thread, window: [10s, 10s], thread: task, lasts: 50ms }`,
  );
  assert.deepEqual(broken(summary), []);
  // By a clock that knows nothing of the jump, the run is over long before.
  assert.deepEqual(
    summary.faults?.map(({ what }) => what.replace(/-[01]/, "")),
    ["the clock jumped ahead by 15000 ms", "thread task was paused for 50 ms"],
  );
});

test("leaps of the clock that add up to more than 2^31 ms end the run as one leap does, and it can be replayed", async (t) => {
  const jump = (at: string): string => `{ kind: jump-clock, window: [${at}, ${at}], by: 400h }`;
  const { summary, directory } = await runWith(t, `${one(jump("500ms"))}\n  - ${jump("600ms")}\n  - ${jump("700ms")}`);
  assert.deepEqual(broken(summary), []);
  assert.equal(summary.end.how, "finished");
  assert.equal(summary.faults?.length, 3);
  assert.ok(summary.durationMs > 3 * 400 * 3_600_000);
  const { divergence, incomplete } = await replay(directory);
  assert.deepEqual([divergence, incomplete], [undefined, []]);
});

test("a threshold that aborts ends the run in the middle, with everything at rest", async (t) => {
  const { summary } = await runWith(
    t,
    "thresholds:\n  workers_started: [{ threshold: count<10, abortOnFail: true, delayAbortEval: 300ms }]",
  );
  assert.deepEqual(broken(summary), []);
  assert.equal(summary.end.how, "aborted");
  assert.match(summary.end.why ?? "", /^threshold workers_started count<10 failed after \d\.\d s: observed \d+$/);
  // On a busy machine no threshold is judged, and nobody may have acted yet, which is a failure of its own.
  const isFailed = summary.verdict.thresholdsJudged || summary.load?.generated === false;
  assert.equal(summary.verdict.exitCode, isFailed ? 99 : 97);
});

test("a shutdown in the middle: every waiter is released, and everything at rest", async (t) => {
  const { summary } = await runWith(t, "shutdownAt: 800ms");
  assert.deepEqual(broken(summary), []);
  assert.equal(summary.end.how, "finished");
  assert.ok((summary.outcomes.agents["disconnect"] ?? 0) > 0);
});
