/**
 * A run on several machines, without a network between them: each machine's part runs in this process, its messages as
 * bytes.
 */
import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import {
  MachineError,
  MachineGenerators,
  runNetwork,
  runShard,
  type FromMachine,
  type LoadGenerators,
  type MachineGeneratorsOptions,
  type ShardHost,
} from "../../../dist/load/run/index.js";
import { dialectOf, networkTargetOf, TargetDatabase } from "../../../dist/load/network/index.js";
import { TargetObserver } from "../../../dist/load/run/network/target-observer.js";
import { buildPlan, parseScenario, planHash } from "../../../dist/load/scenario/index.js";
import { createRecorder } from "../../../dist/load/measure/index.js";
import type { MachineUse } from "../../../dist/load/measure/machine/index.js";
import { systemClock } from "../../../dist/platform/sync/index.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { channelPair, type ChannelPair } from "../../support/network/machine-channels.js";
import { assertGeneratorCpu } from "../../support/network/generator-cpu.js";
import { scenarioText } from "../../support/network/target-run.js";
import { serveTask, type TaskServerOptions } from "../../support/network/task-server.js";
import { assertTagsAddUp } from "../../support/results/tagged.js";
import { join } from "node:path";

/** The machines of these tests share the clock of this one, but for 5 s. */
const clock = { offset: () => Promise.resolve({ offsetMs: 5000, uncertaintyMs: 0.1 }) };
const NEVER = new AbortController().signal;

/** The run of `text` on what `generatorsOf` makes. */
async function run(
  t: TestContext,
  text: string,
  url: string,
  generatorsOf: (options: Omit<MachineGeneratorsOptions, "machines">) => LoadGenerators,
  database?: string,
  onWarning?: (warning: string) => void,
) {
  const scenario = parseScenario(text, "test");
  const plan = buildPlan(scenario, {});
  const address = { url, ip: "127.0.0.1", family: 4 } as const;
  const ends = { interrupt: NEVER, cancelled: NEVER };
  const options = { clock, scenario: text, plan, planHash: planHash(plan), target: url, ...ends };
  return runNetwork(
    {
      loaded: { scenario, path: "test", text },
      plan,
      planOptions: {},
      resultsRoot: temporaryDirectory(t),
      runId: "run",
      options: {},
      reproduce: "simulate",
      interrupt: NEVER,
      ...(onWarning !== undefined && { onWarning }),
    },
    {
      target: networkTargetOf(scenario, address, {}),
      dialect: { ...dialectOf("chat"), answersEach: false },
      observer: new TargetObserver(database === undefined ? undefined : new TargetDatabase(database), undefined),
      generators: generatorsOf(options),
    },
  );
}

async function served(t: TestContext, options: TaskServerOptions = {}) {
  const server = await serveTask(options);
  t.after(() => server.close());
  return server;
}

/** A machine whose part runs here, and ends with the test. */
function machineHere(name: string, threads: number, host: Partial<ShardHost> = {}) {
  const pair = channelPair();
  const ended = runShard({ channel: pair.machine, clock, allowRemote: false, interrupt: NEVER, ...host });
  return { recruited: recruit(name, threads, pair), pair, ended };
}

function recruit(name: string, threads: number, { coordinator: channel }: ChannelPair) {
  return { name, node: process.version, cores: threads, threads, channel };
}

describe("a run on several machines", () => {
  test("every worker of the plan is carried once, and the machines are named with their shares", async (t) => {
    const server = await served(t);
    const machines = [machineHere("a", 1), machineHere("b", 2)];
    const { summary } = await run(t, scenarioText({ workers: 15 }), server.url, (options) => {
      return new MachineGenerators({ ...options, machines: machines.map(({ recruited }) => recruited) });
    });
    assert.deepEqual(await Promise.all(machines.map(({ ended }) => ended)), [{ how: "reported" }, { how: "reported" }]);
    const names = [...server.agents.values()].map(({ workerName }) => workerName);
    assert.deepEqual(
      names.sort(),
      Array.from({ length: 15 }, (_, index) => `run-worker-${index}`).sort(),
      JSON.stringify(summary.verdict),
    );
    assert.equal(summary.end.how, "finished");
    assertTagsAddUp(summary);
    assert.equal(summary.counters["workers_finished"], 15);
    assert.equal(summary.counters["live_updates_sent"], 45);
    assert.equal(summary.trends["live_update_round_trip"]?.count, 45);
    assert.deepEqual(
      summary.invariants.filter(({ held }) => !held),
      [],
    );
    assert.deepEqual(
      summary.machines?.map(({ name, threads, workers, lost }) => ({ name, threads, workers, lost })),
      [
        { name: "a", threads: 1, workers: 5, lost: undefined },
        { name: "b", threads: 2, workers: 10, lost: undefined },
      ],
    );
    for (const { use } of summary.machines ?? []) {
      assert.ok((use?.watchedMs ?? 0) > 0 && (use?.ownCores ?? 0) > 0, JSON.stringify(use));
      assert.equal(use?.othersIncludeTarget, true);
    }
    assert.deepEqual(
      summary.health.threads.map(({ thread }) => thread),
      ["a/client-0", "b/client-0", "b/client-1"],
    );
    assertGeneratorCpu(summary, ["a/client-0", "b/client-0", "b/client-1", "coordinator"]);
  });

  test("a machine that is lost in the middle ends the run, and its workers are named", async (t) => {
    const database = join(temporaryDirectory(t), "database.db");
    const server = await served(t, { database });
    const machines = [machineHere("a", 1), machineHere("b", 1)];
    const text = scenarioText({
      workers: 10,
      behaviours: "all: { weight: 1, actions: 400, thinkTime: 50ms }",
    });
    const cut = setInterval(() => {
      if (server.sockets.size < 10) return;
      clearInterval(cut);
      machines[1]?.pair.cut("nothing was heard from it for 10 s");
    }, 20);
    const { summary } = await run(
      t,
      text,
      server.url,
      (options) => new MachineGenerators({ ...options, machines: machines.map(({ recruited }) => recruited) }),
      database,
    );
    const which = "workers 1, 3, 5, 7, … (1 of every 2): 5 of 5 had not finished";
    assert.equal(summary.end.how, "interrupted");
    assert.equal(summary.end.why, `machine b was lost: nothing was heard from it for 10 s; with it ${which}`);
    assert.equal(summary.verdict.passed, false);
    assert.deepEqual(summary.losses, [`machine b was lost, and with it what its clients noted: ${which}`]);
    assert.equal(summary.machines?.[1]?.lost?.unfinished, 5);
    assert.equal(summary.health.cpu, undefined, "what a lost machine used is not known");
    assert.equal(summary.counters["workers_cut_off"], 10);
    // The agents of the lost machine are in the database, and nobody knows what their clients saw.
    assert.deepEqual(
      summary.invariants.filter(({ held, id }) => !held && id !== "final-status"),
      [],
    );
    assert.ok(summary.invariants.some(({ unchecked }) => unchecked === 5));
    assert.equal((await machines[1]?.ended)?.how, "aborted");
  });

  test("a threshold aborts by what all machines measured together", async (t) => {
    const server = await served(t);
    const machines = [machineHere("a", 1), machineHere("b", 1)];
    // 20 workers send 10 updates in a second: a machine alone would take a minute.
    const text = scenarioText({
      workers: 20,
      behaviours: "all: { weight: 1, actions: 10000, thinkTime: 100ms }",
    }).replace("thresholds: {", 'thresholds: { live_updates_sent: [{ threshold: "count<150", abortOnFail: true }],');
    const { summary } = await run(
      t,
      text,
      server.url,
      (options) => new MachineGenerators({ ...options, machines: machines.map(({ recruited }) => recruited) }),
    );
    assert.equal(summary.end.how, "aborted");
    assert.match(summary.end.why ?? "", /^threshold live_updates_sent count<150 failed after/);
    assert.deepEqual(
      (await Promise.all(machines.map(({ ended }) => ended))).map(({ how }) => how),
      ["reported", "reported"],
    );
  });

  test("a run that is cancelled ends as an interrupted one, with the reason", async (t) => {
    const server = await served(t);
    const cancel = new AbortController();
    const machines = [machineHere("a", 1), machineHere("b", 1)];
    const text = scenarioText({
      workers: 8,
      behaviours: `
    quick: { weight: 0.5, actions: 1, thinkTime: 10ms }
    slow: { weight: 0.5, actions: 400, thinkTime: 50ms }`,
    });
    let generators: MachineGenerators | undefined;
    const endedWhenCancelled = new Promise<number>((resolve) => {
      const look = setInterval(() => {
        const ended = generators?.ended ?? 0;
        if (ended === 0 || server.sockets.size === 0) return;
        clearInterval(look);
        resolve(ended);
        cancel.abort("the job load-x was cancelled");
      }, 20);
      t.after(() => clearInterval(look));
    });
    const { summary } = await run(t, text, server.url, (options) => {
      const recruited = machines.map((machine) => machine.recruited);
      return (generators = new MachineGenerators({ ...options, cancelled: cancel.signal, machines: recruited }));
    });
    assert.deepEqual(summary.end, { how: "interrupted", why: "the job load-x was cancelled" });
    assert.equal(summary.verdict.passed, false);
    assert.ok((await endedWhenCancelled) < 8, "slow workers had not ended");
    assert.equal(generators?.ended, 8, "all have ended: the others were cut off");
    assert.deepEqual(
      (await Promise.all(machines.map(({ ended }) => ended))).map(({ how }) => how),
      ["reported", "reported"],
    );
  });

  test("a machine that is told to end in the middle says so", async (t) => {
    const server = await served(t);
    const stop = new AbortController();
    const machines = [machineHere("a", 1), machineHere("b", 1, { interrupt: stop.signal })];
    const begun = setInterval(() => {
      if (server.sockets.size < 4) return;
      clearInterval(begun);
      stop.abort();
    }, 20);
    const { summary } = await run(
      t,
      scenarioText({ workers: 4, behaviours: "all: { weight: 1, actions: 400, thinkTime: 50ms }" }),
      server.url,
      (options) => new MachineGenerators({ ...options, machines: machines.map(({ recruited }) => recruited) }),
    );
    assert.match(summary.end.why ?? "", /^machine b was lost: it was stopped; with it workers 1, 3/);
    assert.equal((await machines[1]?.ended)?.how, "left");
  });
});

describe("a run that cannot begin", () => {
  const refused = async (t: TestContext, host: Partial<ShardHost>, change: Partial<MachineGeneratorsOptions>) => {
    const { recruited, ended } = machineHere("b", 1, host);
    const beginning = run(
      t,
      scenarioText(),
      "http://127.0.0.1:9",
      (options) => new MachineGenerators({ ...options, ...change, machines: [recruited] }),
    );
    await assert.rejects(beginning, MachineError);
    const { message } = (await beginning.catch((error: unknown) => error)) as Error;
    assert.ok(!message.includes("\n"));
    return { message, end: await ended };
  };

  test("a plan of another hash", async (t) => {
    const { message, end } = await refused(t, {}, { planHash: "0".repeat(64) });
    assert.match(message, /^machine b: its plan has the hash [0-9a-f]{12}…, expected 000000000000…$/);
    assert.equal(end.how, "refused");
  });

  test("a target on another machine, which the machine does not allow", async (t) => {
    const { message } = await refused(t, {}, { target: "http://192.0.2.1:3000" });
    assert.match(message, /^machine b: http:\/\/192\.0\.2\.1:3000 .* is another machine/);
  });

  test("a scenario that is none", async (t) => {
    const { message } = await refused(t, {}, { scenario: "name: 7" });
    assert.match(message, /^machine b: the scenario:1: /);
  });

  test("a machine that has gone", async (t) => {
    const stop = new AbortController();
    stop.abort();
    const { message } = await refused(t, { interrupt: stop.signal }, {});
    assert.equal(message, "machine b: it was stopped");
  });

  test("a job that was cancelled before its machines were ready", async (t) => {
    const { message } = await refused(t, {}, { cancelled: AbortSignal.abort("the job load-x was cancelled") });
    assert.equal(message, "the job load-x was cancelled");
  });
});

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
      assert.ok(message.atMs > systemClock.now() + 5000, "the order comes before the start, on the shared clock");
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
      // The threshold fails, as nobody sent its metric.
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
