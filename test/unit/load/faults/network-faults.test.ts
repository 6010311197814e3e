/** The faults of a network on packets: which come, when, and in which order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NetworkFaults } from "../../../../dist/load/faults/index.js";
import { buildPlan, loadScenario } from "../../../../dist/load/scenario/index.js";
import { scenarioSchema } from "../../../../dist/load/scenario/scenario-schema.js";

/** Passes packets, one each 10 ms, through the faults; gives what came out, in order, with its time. */
function passThrough(fault: object, count = 20, seed = 1) {
  const { scenario } = loadScenario("page-reload");
  const faults = scenarioSchema.shape.faults.parse([fault]);
  const plan = buildPlan({ ...scenario, faults }, { workers: 2, seed });
  let now = 0;
  const timers: { readonly at: number; readonly action: () => void }[] = [];
  const lost: string[] = [];
  const none = (): void => undefined;
  const network = new NetworkFaults(plan.faults ?? [], seed, {
    elapsed: () => now,
    at: (at, action) => void timers.push({ at, action }),
    onLost: (type) => lost.push(type),
    refuseBackend: none,
    keepPackets: none,
    breakSockets: () => 0,
    reopenSockets: none,
    ignoreHeartbeats: none,
    openSecondTabs: none,
  });
  const passed: { readonly number: number; readonly at: number; readonly data: unknown }[] = [];
  const send = (number: number): void => {
    const packet = { packet_type: "return_statuses", subject_id: String(number % 2), number, data: { number } };
    network.toBackend(packet, ({ number: which, data }) => passed.push({ number: which, at: now, data }));
  };
  for (let number = 0; number < count; number++) timers.push({ at: 10 * number, action: () => send(number) });
  for (;;) {
    const next = timers.reduce(
      (first, each) => (each.at < first.at ? each : first),
      timers[0] ?? { at: -1, action: none },
    );
    if (next.at < 0) break;
    timers.splice(timers.indexOf(next), 1);
    now = next.at;
    next.action();
  }
  return { passed, lost, happened: network.happened };
}

const window = ["0s", "0s"];
const numbers = (passed: readonly { readonly number: number }[]) => passed.map(({ number }) => number);
const all = Array.from({ length: 20 }, (_, number) => number);

test("repeat-packets: each comes twice, the second time later", () => {
  const { passed } = passThrough({ kind: "repeat-packets", window, lasts: "10s", delay: "500ms" });
  assert.deepEqual(numbers(passed), [...all, ...all]);
  assert.deepEqual(
    passed.slice(20).map(({ at }) => at),
    all.map((number) => 10 * number + 500),
  );
});

test("lose-packets: a share never comes, the same for the same seed", () => {
  const fault = { kind: "lose-packets", window, lasts: "10s", probability: 0.5 };
  const { passed, lost } = passThrough(fault);
  assert.equal(passed.length + lost.length, 20);
  assert.ok(lost.length > 0 && lost.length < 20);
  assert.deepEqual(numbers(passThrough(fault).passed), numbers(passed));
  assert.notDeepEqual(numbers(passThrough(fault, 20, 2).passed), numbers(passed));
});

test("delay-packets: they are late, and those of one agent stay in order", () => {
  const delay = { uniform: ["0ms", "100ms"] };
  const { passed } = passThrough({ kind: "delay-packets", window, lasts: "10s", delay });
  assert.equal(passed.length, 20);
  assert.notDeepEqual(numbers(passed), all);
  for (const agent of [0, 1]) {
    const own = numbers(passed).filter((number) => number % 2 === agent);
    assert.deepEqual(
      own,
      all.filter((number) => number % 2 === agent),
    );
  }
});

test("reorder-packets: the next one of the agent overtakes", () => {
  const { passed } = passThrough({ kind: "reorder-packets", window, lasts: "10s" });
  assert.deepEqual(
    numbers(passed)
      .filter((number) => number % 2 === 0)
      .slice(0, 4),
    [2, 0, 6, 4],
  );
  assert.deepEqual(
    [...numbers(passed)].sort((a, b) => a - b),
    all,
  );
});

test("stale-statuses: the first answer is given again while it lasts", () => {
  const { passed } = passThrough({ kind: "stale-statuses", window, lasts: "95ms" });
  assert.deepEqual(
    passed.map(({ data }) => (data as { number: number }).number),
    all.map((number) => (number < 10 ? 0 : number)),
  );
});

test("a direction that is not meant, and a time before or after the fault", () => {
  const other = passThrough({ kind: "lose-packets", window, lasts: "10s", direction: "to-clients" });
  assert.deepEqual(numbers(other.passed), all);
  const later = passThrough({ kind: "lose-packets", window: ["100ms", "100ms"], lasts: "50ms" });
  assert.deepEqual(
    numbers(later.passed),
    all.filter((number) => number < 10 || number >= 15),
  );
  assert.deepEqual(
    later.happened.map(({ kind, atMs, lastsMs }) => [kind, atMs, lastsMs]),
    [["lose-packets", 100, 50]],
  );
});
