/** What a run on several machines says of each of them, of which only the messages are made. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MachineGenerators, type FromMachine } from "../../../dist/load/run/index.js";
import { createRecorder } from "../../../dist/load/measure/index.js";
import type { MachineUse } from "../../../dist/load/measure/machine/index.js";
import { systemClock } from "../../../dist/platform/sync/index.js";
import { channelPair } from "../../support/network/machine-channels.js";
import { recruit, run } from "../../support/network/machine-run.js";
import { scenarioText } from "../../support/network/target-run.js";

/** On two cores, others used one. */
const BUSY: MachineUse = {
  ...{ waits: "measured", watchedMs: 1000, cores: 2, ownCores: 1, othersCores: 1, stolenCores: 0, throttledCores: 0 },
  ...{ waitShare: 0.5, takenShare: 0.25, withheldShare: 0 },
};
const FREE: MachineUse = { ...BUSY, othersCores: 0, takenShare: 0 };

/** A machine of which only the messages are made, in the place of a part of the run. */
function scripted(name: string, slipMs: number, more: Partial<Extract<FromMachine, { kind: "report" }>> = {}) {
  const pair = channelPair();
  const { machine } = pair;
  const measured = (): ReturnType<ReturnType<typeof createRecorder>["take"]> => {
    const recorder = createRecorder({ thread: "client-0", originMs: 0 });
    for (let nth = 0; nth < 100; nth++) recorder.trend("schedule_slip").record(slipMs, 10);
    recorder.count("agents_registered", 3);
    recorder.count("live_updates_sent", 9);
    return recorder.take();
  };
  machine.listen(
    (message) => {
      if (message.kind === "prepare") {
        machine.send({ kind: "warning", text: "the machine is busy" });
        machine.send({ kind: "ready", clock: { offsetMs: 1, uncertaintyMs: 20 }, aheadMs: 3 });
      }
      if (message.kind !== "start") return;
      assert.ok(message.atMs > systemClock.now(), "the order comes before the start, on the shared clock");
      machine.send({ kind: "progress", snapshots: [measured()] });
      machine.send({
        kind: "report",
        notes: [],
        snapshots: [],
        threads: [],
        process: { cpuCores: 1, peakMemoryBytes: 2 },
        machine: { use: FREE, pressureShare: 0.5, othersIncludeTarget: false },
        clock: { offsetMs: 3, uncertaintyMs: 20 },
        startLateMs: 0.5,
        ...more,
      });
    },
    () => undefined,
  );
  return recruit(name, 1, pair);
}

describe("what is said of machines", () => {
  test("a machine that falls behind fails the run by its name, though all together kept the schedule", async (t) => {
    const others = Array.from({ length: 150 }, (_, nth) => scripted(`m${nth}`, 1));
    const { summary } = await run(
      t,
      scenarioText({ workers: 300 }),
      "http://127.0.0.1:9",
      (options) => new MachineGenerators({ ...options, machines: [scripted("slow", 500), ...others] }),
    );
    assert.equal(summary.schedule.kept, true);
    assert.equal(summary.verdict.exitCode, 97);
    const late = summary.verdict.reasons.filter(({ code }) => code === "load-late");
    assert.equal(late.length, 1);
    assert.match(late[0]?.text ?? "", /on machine slow: actions ran 500 ms late/);
  });

  test("a machine that other programs kept busy makes a failed threshold inconclusive, by its name", async (t) => {
    const warnings: string[] = [];
    const busy = { machine: { use: BUSY, pressureShare: null, othersIncludeTarget: false } };
    const { summary } = await run(
      t,
      // The threshold fails, as no machine sent its metric.
      scenarioText(),
      "http://127.0.0.1:9",
      (options) => new MachineGenerators({ ...options, machines: [scripted("a", 1), scripted("b", 1, busy)] }),
      undefined,
      (warning) => warnings.push(warning),
    );
    assert.deepEqual(warnings, ["machine a: the machine is busy", "machine b: the machine is busy"]);
    assert.equal(summary.machine, undefined);
    assert.deepEqual(
      summary.machines?.map(({ use }) => [use?.taken, use?.othersCores]),
      [
        [false, 0],
        [true, 1],
      ],
    );
    assert.equal(summary.verdict.exitCode, 97);
    const [reason] = summary.verdict.reasons;
    assert.equal(reason?.code, "machine-busy");
    assert.match(reason.text, /^other programs kept machine b busy: .*: close other programs or use an idle machine/);
  });

  test("a target on the machine itself is not held against it", async (t) => {
    const busy = { machine: { use: BUSY, pressureShare: null, othersIncludeTarget: true } };
    const { summary } = await run(
      t,
      scenarioText(),
      "http://127.0.0.1:9",
      (options) => new MachineGenerators({ ...options, machines: [scripted("b", 1, busy)] }),
    );
    assert.equal(summary.verdict.exitCode, 99, JSON.stringify(summary.verdict));
  });

  test("a machine that measures what the plan does not have is lost, and adds nothing", async (t) => {
    const tags = { behaviours: ["all", "more"], spans: [] };
    const recorder = createRecorder({ thread: "client-0", originMs: 0, tags });
    recorder.ofBehaviour("more").count("live_updates_sent", 7);
    const { summary } = await run(
      t,
      scenarioText(),
      "http://127.0.0.1:9",
      (options) =>
        new MachineGenerators({ ...options, machines: [scripted("odd", 1, { snapshots: [recorder.take()] })] }),
    );
    assert.match(
      summary.machines?.[0]?.lost?.why ?? "",
      /^it sent measurements with tags that the plan does not have$/,
    );
    assert.equal(summary.counters["live_updates_sent"], 9);
  });

  test("the clock of each machine: how far ahead, how certain, how it moved, and when it started", async (t) => {
    const { summary } = await run(
      t,
      scenarioText(),
      "http://127.0.0.1:9",
      (options) => new MachineGenerators({ ...options, machines: [scripted("a", 1)] }),
    );
    const [machine] = summary.machines ?? [];
    assert.deepEqual(machine?.clock, { aheadMs: 3, uncertaintyMs: 20, driftMs: 2 });
    assert.equal(machine.startLateMs, 0.5);
    assert.ok(summary.health.process.cpuCores >= 1);
  });
});
