/** Measurements by behaviour and by phase: what is recorded once in the finest cell adds up to every question. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  createRecorder,
  createSharedCounts,
  evaluate,
  formatHlog,
  measuredPhases,
  parseTaggedMetric,
  parseThreshold,
  ThresholdError,
  type Measurements,
  type TagSelector,
  type TagSet,
} from "../../../../dist/load/measure/index.js";
import { mergeSnapshots } from "../../../support/measure/merge-snapshots.js";

const BEHAVIOURS = ["storm", "unaffected", "silent"];
const ORIGIN_MS = 500;
const DURATION_MS = 10_000;

interface Sample {
  readonly behaviour: string | undefined;
  readonly startMs: number;
  readonly ms: number;
  readonly passed: boolean;
}

const time = fc.integer({ min: 0, max: DURATION_MS });
const tagSets = fc.array(fc.tuple(time, time), { maxLength: 3 }).map(
  (spans): TagSet => ({
    behaviours: BEHAVIOURS,
    spans: spans.map(([a, b], n) => ({ name: `span-${n}`, fromMs: Math.min(a, b), toMs: Math.max(a, b) })),
  }),
);
const samples = fc.array(
  fc.record({
    behaviour: fc.constantFrom(undefined, ...BEHAVIOURS),
    startMs: time,
    ms: fc.integer({ min: 0, max: 3000 }),
    passed: fc.boolean(),
  }),
  { maxLength: 60 },
);

function recorded(list: readonly Sample[], tags: TagSet, takes = 1): Measurements {
  let now = ORIGIN_MS;
  const recorder = createRecorder({ thread: "t", originMs: ORIGIN_MS, tags, now: () => now });
  const snapshots = [];
  for (const [nth, { behaviour, startMs, ms, passed }] of list.entries()) {
    const own = recorder.ofBehaviour(behaviour);
    own.trend("live_update_latency").record(ms, ORIGIN_MS + startMs + ms);
    now = ORIGIN_MS + startMs;
    own.count("returns");
    own.count("live_updates_sent", 2, now);
    own.observe("task_completion", passed);
    if (nth % takes === 0) snapshots.push(recorder.take());
  }
  return mergeSnapshots([...snapshots, recorder.take()], DURATION_MS, tags);
}

function facts(measurements: Measurements) {
  const { count, minMs, maxMs, sumNs } = measurements.trends.live_update_latency;
  const { returns, live_updates_sent: sent } = measurements.counters;
  return { count, minMs, maxMs, sumNs, returns, sent, completion: measurements.rates.task_completion };
}

/** Whether a sample is what the tags say, by the definition of the tags. */
function isSelected({ behaviour, startMs }: Sample, selector: TagSelector, { spans }: TagSet): boolean {
  const spanOf = (name: string | undefined) => spans.find((span) => span.name === name);
  const [before, during, after] = [spanOf(selector.before), spanOf(selector.during), spanOf(selector.after)];
  return (
    (selector.behaviour === undefined || selector.behaviour === behaviour) &&
    (before === undefined || startMs < before.fromMs) &&
    (during === undefined || (startMs >= during.fromMs && startMs < during.toMs)) &&
    (after === undefined || startMs >= after.toMs)
  );
}

const selectors = fc.record(
  {
    behaviour: fc.constantFrom(...BEHAVIOURS),
    before: fc.constantFrom("span-0", "span-1"),
    during: fc.constantFrom("span-0", "span-1"),
    after: fc.constantFrom("span-0", "span-1"),
  },
  { requiredKeys: [] },
);

test("the measurements with some tags are those of a recorder that saw nothing else", () => {
  fc.assert(
    fc.property(samples, tagSets, selectors, (list, tags, given) => {
      const known = new Set(tags.spans.map(({ name }) => name));
      const selector = Object.fromEntries(
        Object.entries(given).filter(([tag, name]) => tag === "behaviour" || known.has(name)),
      ) as TagSelector;
      const chosen = list.filter((sample) => isSelected(sample, selector, tags));
      assert.deepEqual(facts(recorded(list, tags, 7).where(selector)), facts(recorded(chosen, tags)));
    }),
  );
});

test("the cells add up to the whole run, whatever the run is divided by", () => {
  fc.assert(
    fc.property(samples, tagSets, (list, tags) => {
      const undivided = { behaviours: [], spans: [] };
      assert.deepEqual(facts(recorded(list, tags)), facts(recorded(list, undivided)));
    }),
  );
});

test("before, during and after a span divide the samples and the time of the run", () => {
  fc.assert(
    fc.property(samples, tagSets, (list, tags) => {
      const all = recorded(list, tags);
      for (const { name } of tags.spans) {
        const parts = [{ before: name }, { during: name }, { after: name }].map((selector) => all.where(selector));
        assert.equal(
          parts.reduce((sum, part) => sum + part.trends.live_update_latency.count, 0),
          list.length,
        );
        assert.ok(Math.abs(parts.reduce((sum, part) => sum + part.durationMs, 0) - DURATION_MS) < 1e-6);
      }
      const phases = measuredPhases(tags, DURATION_MS);
      assert.ok(phases.every(({ tags: selector, fromMs, toMs }) => all.where(selector).durationMs === toMs - fromMs));
    }),
  );
});

const STORM: TagSet = { behaviours: BEHAVIOURS, spans: [{ name: "storm", fromMs: 4000, toMs: 6000 }] };

test("a time is of the phase in which it began, also when it ended in a later one", () => {
  const measured = recorded([{ behaviour: "storm", startMs: 5900, ms: 2500, passed: true }], STORM);
  assert.equal(measured.where({ during: "storm" }).trends.live_update_latency.count, 1);
  assert.equal(measured.where({ after: "storm" }).trends.live_update_latency.count, 0);
});

test("what is of no worker is of no behaviour, but of a phase", () => {
  const measured = recorded([{ behaviour: undefined, startMs: 1000, ms: 1, passed: true }], STORM);
  assert.ok(BEHAVIOURS.every((behaviour) => measured.where({ behaviour }).counters.returns === 0));
  assert.equal(measured.where({ before: "storm" }).counters.returns, 1);
});

test("a tag that the run does not have is no empty selection but an error", () => {
  const measured = recorded([], STORM);
  assert.throws(() => measured.where({ behaviour: "stom" }), RangeError);
  assert.throws(() => measured.where({ during: "stom" }), RangeError);
});

test("a threshold with tags judges its part alone, and is named with them", () => {
  const slow: Sample = { behaviour: "storm", startMs: 5000, ms: 900, passed: false };
  const quick: Sample = { behaviour: "unaffected", startMs: 5000, ms: 10, passed: true };
  const measured = recorded([slow, quick], STORM);
  const judged = (metric: string, expression: string) => evaluate([parseThreshold(metric, expression)], measured)[0];
  assert.equal(judged("live_update_latency", "max<50")?.passed, false);
  assert.deepEqual(judged("live_update_latency{ behaviour: unaffected , during: storm }", "max<50"), {
    metric: "live_update_latency{behaviour:unaffected,during:storm}",
    expression: "max<50",
    observed: 10,
    passed: true,
  });
  assert.equal(judged("task_completion{behaviour:unaffected}", "rate==100%")?.passed, true);
  assert.deepEqual(judged("live_update_latency{before:storm}", "max<50")?.observed, null);
  // Two updates in a phase of 2 s.
  assert.equal(judged("live_updates_sent{behaviour:storm,during:storm}", "rate==1")?.passed, true);
});

for (const [text, message] of [
  ["live_update_latency{behavior:storm}", 'there is no tag "behavior" of live_update_latency; write behaviour:NAME'],
  ["live_update_latency{storm}", '"storm" is no tag of live_update_latency; write behaviour:NAME, before:NAME'],
  ["live_update_latency{during:storm,during:calm}", 'live_update_latency has the tag "during" twice'],
  ["live_update_latency{during:storm", "is no metric with tags; write it as live_update_latency{behaviour:NAME}"],
  ["event_loop_delay{behaviour:storm}", 'event_loop_delay has no tag "behaviour": it is measured for no single worker'],
  ["agents_live{during:storm}", "it is known only for the run as a whole; write it without braces"],
  ["live_update_latncy{during:storm}", 'there is no metric "live_update_latncy"; did you mean "live_update_latency"?'],
] as const) {
  test(`${text} says what would be right`, () => {
    assert.throws(
      () => parseTaggedMetric(text),
      (error: unknown) => {
        assert.ok(error instanceof ThresholdError);
        assert.ok(error.message.includes(message), error.message);
        return true;
      },
    );
  });
}

test("the counts of a thread that died are there by behaviour and phase", () => {
  const shared = createSharedCounts(STORM);
  let now = 0;
  const recorder = createRecorder({ thread: "t", originMs: 0, tags: STORM, now: () => now, counts: shared.counts });
  recorder.ofBehaviour("silent").count("timeouts", 2);
  shared.received(recorder.take());
  now = 4500;
  recorder.ofBehaviour("silent").count("timeouts");
  recorder.count("errors");
  assert.deepEqual(shared.rest(), [
    { name: "errors", count: 1, behaviour: 0, segment: 1 },
    { name: "timeouts", count: 1, behaviour: 3, segment: 1 },
  ]);
  assert.equal(
    shared.counts.reduce((sum, count) => sum + count),
    4,
  );
});

test("the log has a line for each behaviour and each phase, over all of its time", () => {
  const measured = recorded(
    [
      { behaviour: "storm", startMs: 4100, ms: 7, passed: true },
      { behaviour: "unaffected", startMs: 100, ms: 5, passed: true },
    ],
    STORM,
  );
  const lines = formatHlog(measured, { startEpochMs: 0, comment: "test", divided: ["live_update_latency"] })
    .split("\n")
    .filter((line) => line.startsWith("Tag="))
    .map((line) => line.split(",").slice(0, 4).join(","));
  assert.deepEqual(lines.sort(), [
    "Tag=live_update_latency,0.000,0.500,5.000",
    "Tag=live_update_latency,4.000,0.500,7.000",
    "Tag=live_update_latency{before:storm},0.000,4.000,5.000",
    "Tag=live_update_latency{behaviour:storm},0.000,10.000,7.000",
    "Tag=live_update_latency{behaviour:unaffected},0.000,10.000,5.000",
    "Tag=live_update_latency{during:storm},4.000,2.000,7.000",
  ]);
});
