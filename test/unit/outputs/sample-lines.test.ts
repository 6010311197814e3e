/** Samples as text: every one that a thread recorded, once, with its worker. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRecorder, type SampleBatch } from "../../../dist/load/measure/index.js";
import type { SAMPLE_COLUMNS } from "../../../dist/outputs/index.js";
import { SampleLines } from "../../../dist/outputs/index.js";

const STARTED = Date.UTC(2026, 0, 1);

type Row = Readonly<Partial<Record<(typeof SAMPLE_COLUMNS)[number], string | number | string[]>>>;

const lineRows = (text: string): Row[] =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);

function recorderOf(thread: string) {
  return createRecorder({ thread, originMs: 1000, keepSamples: true, now: () => 1250 });
}

function taken(recorder: ReturnType<typeof recorderOf>): SampleBatch {
  const { samples } = recorder.take();
  assert.ok(samples !== undefined);
  return samples;
}

test("a recorder keeps samples only when it is told to", () => {
  const recorder = createRecorder({ thread: "client-0", originMs: 0 });
  recorder.trend("schedule_slip").record(1, 10, { worker: 1, behaviour: "calm" });
  assert.equal(recorder.take().samples, undefined);
});

test("a sample has the time when it began, by the run and by the calendar, its worker, agent and thread", () => {
  const client = recorderOf("client-0");
  client.know({ worker: 7, behaviour: "calm", agentId: "12" });
  client.trend("schedule_slip").record(2.5, 1500.25, { worker: 7, behaviour: "calm", agentId: "12" });
  const tasks = recorderOf("task-0");
  tasks.trend("live_update_latency").record(1.2345678, 1600, "12", 1590);
  tasks.trend("event_loop_delay").record(0, 1700);
  const csv = new SampleLines("csv", STARTED, []);
  assert.equal(csv.head, "timestamp,start_ms,metric,value,worker,agent,behaviour,thread,phase\n");
  assert.equal(csv.add(taken(client)).text, `${STARTED + 497.75},497.75,schedule_slip,2.5,7,12,calm,client-0,\n`);
  assert.deepEqual(csv.add(taken(tasks)), {
    text:
      `${STARTED + 590},590,live_update_latency,1.234568,7,12,calm,task-0,\n` +
      `${STARTED + 700},700,event_loop_delay,0,,,,task-0,\n`,
    samples: 2,
  });
});

test("a sample of an agent waits for its worker, and is written without one when it never comes", () => {
  const tasks = recorderOf("task-0");
  for (const agent of ["1", "2"]) tasks.trend("stage_take").record(1, 1010, agent);
  const client = recorderOf("client-0");
  client.know({ worker: 4, behaviour: "calm", agentId: "2" });
  const lines = new SampleLines("ndjson", STARTED, []);
  assert.deepEqual(lines.add(taken(tasks)), { text: "", samples: 0 });
  const at = { timestamp: STARTED + 9, start_ms: 9, metric: "stage_take", value: 1 };
  assert.deepEqual(lineRows(lines.add(taken(client)).text), [
    { ...at, worker: 4, agent: "2", behaviour: "calm", thread: "task-0" },
  ]);
  assert.deepEqual(lineRows(lines.rest().text), [{ ...at, agent: "1", thread: "task-0" }]);
  assert.equal(lines.rest().samples, 0);
});

const TAGS = {
  behaviours: ["calm"],
  spans: [
    { name: "storm", fromMs: 100, toMs: 200 },
    { name: "close backend", fromMs: 150, toMs: 150 },
  ],
};

test("counts and observations are samples: what was added, 1 or 0, and whose it is when it is counted", () => {
  const recorder = createRecorder({
    ...{ thread: "client-0", originMs: 1000, tags: TAGS, keepSamples: true },
    now: () => 1250,
  });
  const worker: { worker: number; behaviour: string; agentId?: string } = { worker: 7, behaviour: "calm" };
  const ofWorker = recorder.ofBehaviour("calm", () => ({ ...worker }));
  ofWorker.count("workers_started");
  worker.agentId = "12";
  ofWorker.count("live_updates_sent", 1, 1120);
  ofWorker.count("live_updates_lost", 0);
  ofWorker.observe("task_completion", true);
  ofWorker.observe("task_completion", false, 1160.5);
  recorder.ofBehaviour("calm").count("workers_cut_off", 3);
  recorder.count("mailbox_full");
  const { samples, counters } = recorder.take();
  assert.ok(samples !== undefined);
  const lines = new SampleLines("csv", 0, TAGS.spans).add(samples).text.split("\n");
  const after = "after:storm after:close_backend";
  assert.deepEqual(lines, [
    `250,250,workers_started,1,7,,calm,client-0,${after}`,
    "120,120,live_updates_sent,1,7,12,calm,client-0,during:storm before:close_backend",
    `250,250,task_completion,1,7,12,calm,client-0,${after}`,
    "160.5,160.5,task_completion,0,7,12,calm,client-0,during:storm after:close_backend",
    `250,250,workers_cut_off,3,,,calm,client-0,${after}`,
    `250,250,mailbox_full,1,,,,client-0,${after}`,
    "",
  ]);
  // A count and its sample are in the same phase.
  assert.deepEqual(counters.map(({ name, count, segment }) => `${name} ${count} ${segment}`).sort(), [
    "live_updates_sent 1 1",
    "mailbox_full 1 3",
    "workers_cut_off 3 3",
    "workers_started 1 3",
  ]);
});

const SPANS = TAGS.spans;

test("a sample is in a phase of each window and fault, by the time when it began", () => {
  const tasks = recorderOf("task-0");
  // It began before the storm and ended in it; the run began at 1000.
  tasks.trend("stage_take").record(60, 1150);
  tasks.trend("stage_take").record(0, 1100);
  tasks.trend("stage_take").record(0, 1150);
  tasks.trend("stage_take").record(0, 1200);
  const samples = taken(tasks);
  const phases = new SampleLines("csv", STARTED, SPANS)
    .add(samples)
    .text.split("\n")
    .map((line) => line.split(",").at(-1));
  assert.deepEqual(phases, [
    "before:storm before:close_backend",
    "during:storm before:close_backend",
    "during:storm after:close_backend",
    "after:storm after:close_backend",
    "",
  ]);
  const rows = lineRows(new SampleLines("ndjson", STARTED, SPANS).add(samples).text);
  assert.deepEqual(rows[2]?.phase, ["during:storm", "after:close backend"]);
});

test("a sample that waits for its worker keeps its phase", () => {
  const tasks = recorderOf("task-0");
  tasks.trend("stage_take").record(1, 1160, "1");
  const lines = new SampleLines("ndjson", STARTED, SPANS);
  assert.equal(lines.add(taken(tasks)).samples, 0);
  assert.deepEqual(lineRows(lines.rest().text)[0]?.phase, ["during:storm", "after:close backend"]);
});

test("a name with a comma, a quote or a line break is one cell", () => {
  const client = recorderOf("client-0");
  client.trend("schedule_slip").record(1, 1001, { worker: 0, behaviour: 'a,"b"\nc' });
  const { text } = new SampleLines("csv", 0, []).add(taken(client));
  assert.equal(text, '0,0,schedule_slip,1,0,,"a,""b""\nc",client-0,\n');
});

const anySample = fc.record({
  worker: fc.nat(9),
  byAgent: fc.boolean(),
  ms: fc.double({ min: 0, max: 1e6, noNaN: true }),
  atMs: fc.double({ min: 1000, max: 1e7, noNaN: true }),
});

test("every sample is written once, wherever it was recorded and however the batches are cut", () => {
  fc.assert(
    fc.property(fc.array(anySample, { maxLength: 60 }), fc.constantFrom("csv", "ndjson"), (samples, format) => {
      const lines = new SampleLines(format, STARTED, []);
      const [client, tasks] = [recorderOf("client-0"), recorderOf("task-0")];
      const counted: string[] = [];
      let text = "";
      let written = 0;
      const add = (batch: SampleBatch | undefined): void => {
        if (batch === undefined) return;
        const added = lines.add(batch);
        text += added.text;
        written += added.samples;
      };
      for (const [n, { worker, byAgent, ms, atMs }] of samples.entries()) {
        const sampled = { worker, behaviour: `b${worker % 2}`, agentId: `agent-${worker}` };
        if (n % 3 === 0) client.know(sampled);
        if (byAgent) tasks.trend("stage_wake").record(ms, atMs, sampled.agentId);
        else client.trend("schedule_slip").record(ms, atMs, sampled);
        counted.push(byAgent ? "stage_wake" : "schedule_slip");
        if (n % 7 === 0) add(tasks.take().samples);
        if (n % 11 === 0) add(client.take().samples);
      }
      add(tasks.take().samples);
      add(client.take().samples);
      const rest = lines.rest();
      text += rest.text;
      written += rest.samples;
      const trends = text
        .split("\n")
        .slice(0, -1)
        .map((line) => (format === "csv" ? line.split(",")[2] : (JSON.parse(line) as Row).metric));
      assert.equal(written, samples.length);
      assert.deepEqual(trends.sort(), counted.sort());
    }),
  );
});
