/**
 * A run on several machines, without a network between them: each machine's part runs in this process, its messages as
 * bytes.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import {
  MachineError,
  MachineGenerators,
  type MachineGeneratorsOptions,
  type ShardHost,
} from "../../../dist/load/run/index.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { assertGeneratorCpu } from "../../support/network/generator-cpu.js";
import { channelPair } from "../../support/network/machine-channels.js";
import { machineHere, recruit, run, served } from "../../support/network/machine-run.js";
import { scenarioText } from "../../support/network/target-run.js";
import { assertTagsAddUp } from "../../support/results/tagged.js";

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
    assert.equal(generators?.ended, 8, "the others were cut off, those that had not arrived among them");
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

  test("a machine that is lost after all were ready", async (t) => {
    const machines = [machineHere("a", 1), machineHere("b", 1)];
    const clock = {
      async offset() {
        machines[1]?.pair.cut("nothing was heard from it for 10 s");
        // The loss comes in the next round of the event loop.
        for (let rounds = 0; rounds < 2; rounds++) await setImmediate();
        return { offsetMs: 5000, uncertaintyMs: 0.1 };
      },
    };
    const recruited = machines.map((machine) => machine.recruited);
    const server = await served(t);
    await assert.rejects(
      run(
        t,
        scenarioText(),
        server.url,
        (options) => new MachineGenerators({ ...options, clock, machines: recruited }),
      ),
      { name: "MachineError", message: /^machine b: .*nothing was heard from it for 10 s/ },
    );
    await Promise.all(machines.map(({ ended }) => ended));
  });

  test("a machine that refuses is named, not one that was waited for at that time", async (t) => {
    // A machine that has refused may take the block of another, of which nothing is heard then.
    const silent = channelPair();
    setTimeout(() => silent.cut("nothing was heard from it for 10 s"), 1000);
    const { recruited } = machineHere("b", 1);
    const machines = [recruit("a", 1, silent), recruited];
    await assert.rejects(
      run(
        t,
        scenarioText(),
        "http://127.0.0.1:9",
        (options) => new MachineGenerators({ ...options, target: "http://192.0.2.1:3000", machines }),
      ),
      { name: "MachineError", message: /^machine b: http:\/\/192\.0\.2\.1:3000 .* is another machine/ },
    );
  });

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
