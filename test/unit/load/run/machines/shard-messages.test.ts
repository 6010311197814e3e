/**
 * What machines send arrives as it was; what no machine sends is refused; and merged figures are those of one machine.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import {
  COUNTER_NAMES,
  Collector,
  createRecorder,
  formatHlog,
  TREND_NAMES,
  type CounterName,
  type RecorderSnapshot,
  type TrendName,
} from "../../../../../dist/load/measure/index.js";
import {
  decodeMessage,
  encodeMessage,
  fromMachineSchema,
  MessageError,
  packFromMachine,
  toMachineSchema,
  type FromMachine,
} from "../../../../../dist/load/run/index.js";
import { shiftNotes } from "../../../../../dist/load/run/machines/shift-notes.js";
import { noteTaken, nothingTaken } from "../../../../../dist/load/check/index.js";
import type { NetworkNotesReport } from "../../../../../dist/load/network/index.js";

const sent = (message: FromMachine): FromMachine =>
  decodeMessage(encodeMessage(packFromMachine(message)), fromMachineSchema);

interface Sample {
  readonly trend: TrendName;
  readonly ms: number;
  readonly atMs: number;
  readonly behaviour: string | undefined;
  readonly machine: number;
}
const MACHINES = 3;
const TAGS = { behaviours: ["storm", "calm"], spans: [{ name: "storm", fromMs: 5000, toMs: 9000 }] };
const samples = fc.array(
  fc.record({
    trend: fc.constantFrom(...TREND_NAMES),
    ms: fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.double({ min: 0, max: 1e7, noNaN: true })),
    atMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
    behaviour: fc.constantFrom(undefined, ...TAGS.behaviours),
    machine: fc.nat(MACHINES - 1),
  }),
  { maxLength: 200 },
);
const counts = fc.array(fc.record({ name: fc.constantFrom(...COUNTER_NAMES), machine: fc.nat(MACHINES - 1) }));

function recorded(list: readonly Sample[], counters: readonly { readonly name: CounterName }[]): RecorderSnapshot {
  const recorder = createRecorder({ thread: "t", originMs: 0, tags: TAGS, now: () => 6000 });
  // A recorder never goes back in time.
  for (const { trend, ms, atMs, behaviour } of [...list].sort((a, b) => a.atMs - b.atMs))
    recorder.ofBehaviour(behaviour).trend(trend).record(ms, atMs);
  for (const { name } of counters) recorder.count(name);
  return recorder.take();
}

function measured(snapshots: readonly RecorderSnapshot[]) {
  const collector = new Collector({ tags: TAGS });
  for (const snapshot of snapshots) collector.add(snapshot);
  return collector.measurements(20_000);
}

test("merged percentiles equal those of one histogram over all samples, interval by interval", () => {
  fc.assert(
    fc.property(samples, counts, (list, counters) => {
      const alone = measured([recorded(list, counters)]);
      const shares = Array.from({ length: MACHINES }, (_, machine) => {
        const isMine = (each: { readonly machine: number }): boolean => each.machine === machine;
        const message = sent({ kind: "progress", snapshots: [recorded(list.filter(isMine), counters.filter(isMine))] });
        assert.ok(message.kind === "progress");
        return message.snapshots;
      });
      const merged = measured(shares.flat());
      for (const name of TREND_NAMES) {
        const [a, b] = [alone.trends[name], merged.trends[name]];
        assert.deepEqual(
          [b.count, b.minMs, b.maxMs, b.sumNs, ...[0, 50, 90, 99, 99.9, 100].map((percent) => b.percentile(percent))],
          [a.count, a.minMs, a.maxMs, a.sumNs, ...[0, 50, 90, 99, 99.9, 100].map((percent) => a.percentile(percent))],
        );
      }
      assert.deepEqual(merged.counters, alone.counters);
      // The log of the run, an HdrHistogram log with a line for each metric and interval, is the same text.
      const options = { startEpochMs: 0, comment: "x", divided: [] };
      assert.equal(formatHlog(merged, options), formatHlog(alone, options));
    }),
    { numRuns: 60 },
  );
});

const notes: NetworkNotesReport = {
  registrations: [
    { registrationId: "r1", workerName: "w1", asked: 2, failed: 1, onboardingAgents: ["onboarding_1"], agents: ["1"] },
    { registrationId: "r2", workerName: "w2", asked: 1, failed: 0, onboardingAgents: [], agents: [], refused: "full" },
  ],
  agents: [
    {
      agentId: "1",
      registrationId: "r1",
      isOnboarding: false,
      givenAtMs: 120.25,
      statuses: [{ status: "in task", atMs: 130 }],
      sent: 5,
      replies: [1, 4, 3].reduce((taken, number) => (noteTaken(taken, number), taken), nothingTaken()),
      unmatched: 1,
      duplicates: 0,
      submit: { sentAtMs: 200, failure: "no answer", isUnsent: false },
      goneAtMs: 300,
      heartbeatAtMs: 290,
      unanswered: 2,
      overdue: 1,
    },
    {
      agentId: "onboarding_1",
      registrationId: "r1",
      isOnboarding: true,
      givenAtMs: 100,
      statuses: [],
      sent: 0,
      replies: nothingTaken(),
      unmatched: 0,
      duplicates: 0,
      submit: { sentAtMs: 110, answeredAtMs: 115 },
      unanswered: 0,
      overdue: 0,
    },
  ],
  failures: [{ what: "POST /submit_task: no answer", firstAtMs: 210, count: 3 }],
};

const report: FromMachine = {
  kind: "report",
  notes: [notes],
  snapshots: [recorded([{ trend: "schedule_slip", ms: 1.5, atMs: 10, behaviour: "calm", machine: 0 }], [])],
  threads: [
    {
      thread: "client-0",
      watchedMs: 1000,
      eventLoopDelay: null,
      gc: { count: 1, totalMs: 2, maxMs: 2, major: 0 },
      times: { cpuMs: 12, waitedMs: null },
    },
  ],
  process: { cpuCores: 0.5, peakMemoryBytes: 1e8 },
  machine: {
    use: {
      ...{ waits: "measured", watchedMs: 1000, cores: 2, ownCores: 0.5, othersCores: 1, stolenCores: 0.25 },
      ...{ throttledCores: 0, waitShare: 0.5, takenShare: 0.4, withheldShare: 0.1 },
    },
    pressureShare: null,
    othersIncludeTarget: false,
  },
  clock: { offsetMs: -1e12, uncertaintyMs: 0.2 },
  startLateMs: 0.4,
};

describe("messages", () => {
  test("a report arrives as it was sent", () => {
    assert.deepEqual(sent(report), report);
  });

  test("a warning before the start arrives as it was sent", () => {
    const warning: FromMachine = { kind: "warning", text: "the machine is busy" };
    assert.deepEqual(sent(warning), warning);
  });

  test("a report whose reading of the machine is of another form is refused", () => {
    const use = { ...report.machine.use, takenShare: "much" };
    const bytes = encodeMessage({ ...(packFromMachine(report) as object), machine: { ...report.machine, use } });
    assert.throws(() => decodeMessage(bytes, fromMachineSchema), MessageError);
  });

  test("notes on another clock, and back", () => {
    const there = shiftNotes(notes, 5000);
    const [agent] = there.agents;
    assert.ok(agent !== undefined);
    assert.equal(agent.givenAtMs, 5120.25);
    assert.deepEqual(agent.statuses, [{ status: "in task", atMs: 5130 }]);
    assert.equal(there.failures[0]?.firstAtMs, 5210);
    assert.deepEqual(shiftNotes(there, -5000), notes);
  });

  for (const [what, change] of [
    ["buckets out of order", { buckets: [7, 3], counts: [1, 1] }],
    ["a bucket beyond the last", { buckets: [65_535], counts: [1] }],
    ["buckets without counts", { buckets: [1, 2], counts: [1] }],
    ["no bucket", { buckets: [], counts: [] }],
    ["a sum that is no number", { sumNs: "1e9" }],
  ] as const)
    test(`counts that no recorder makes are refused: ${what}`, () => {
      const interval = { index: 0, buckets: [3], counts: [1], minNs: 3, maxNs: 3, sumNs: "3", ...change };
      const trends = [{ name: "schedule_slip", intervals: [interval] }];
      const snapshots = [{ originMs: 0, intervalMs: 500, trends, counters: [], rates: [], gauges: [] }];
      const bytes = encodeMessage({ kind: "progress", snapshots });
      assert.throws(() => decodeMessage(bytes, fromMachineSchema), MessageError);
    });

  test("bytes that are no message are refused in one line", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.json(), (bytes, json) => {
        for (const each of [bytes, deflateRawSync(json)])
          for (const schema of [fromMachineSchema, toMachineSchema])
            assert.throws(
              () => decodeMessage<unknown>(each, schema),
              (error) => error instanceof MessageError && !error.message.includes("\n"),
            );
      }),
    );
  });

  test("a message that expands beyond the limit is refused", () => {
    const bomb = deflateRawSync(Buffer.alloc((1 << 28) + 1));
    assert.throws(() => decodeMessage(bomb, fromMachineSchema), /more than a message may have/);
  });

  test("a shard beyond the threads of the run is refused", () => {
    const order = { kind: "prepare", scenario: "", plan: {}, planHash: "", target: "", prefix: "" };
    const shard = { first: 2, threads: 2, of: 3 };
    assert.throws(() => decodeMessage(encodeMessage({ ...order, shard }), toMachineSchema), MessageError);
  });
});
