import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FAULT_KINDS, FAULTS, type FaultKind } from "../../../dist/load/faults/index.js";
import { replayVirtual, runInMemory, type RunRequest } from "../../../dist/load/run/index.js";
import { readTrace } from "../../../dist/replay/trace/index.js";
import { scenario, SCENARIO_TEXT, temporaryDirectory } from "../../support/virtual/support.js";

const COMMAND = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const HASHES = fileURLToPath(new URL("../../../test/data/virtual/hashes.json", import.meta.url));
const execute = promisify(execFile);

/** Its worker has gone after a second; the task's code would be busy for hours with what it had sent. */
const BUSY = `
name: busy
description: One worker sends more than the task can do.
incident: None.
arrivals: { startRate: 1, stages: [{ duration: 1s, target: 1 }] }
behaviours: { any: { weight: 1, actions: 1, thinkTime: 1s } }
task: { blueprint: chat, liveUpdateTimeout: 30s, submissionTimeout: 30s, workTime: 1h }
workers:
  - arriveAt: 0s
    task: { actions: [{ at: 100ms }, { at: 200ms }, { at: 300ms }], end: { kind: submit, at: 500ms } }
    disconnect: { since: run, at: 1s }
thresholds:
  live_updates_taken: [{ threshold: "count>2", abortOnFail: true, delayAbortEval: 1m }]
drainTimeout: 10h
`;

type Hashes = Record<string, { plan: string; trace: string }>;

const usual = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, FAULTS[kind].rate])) as Record<FaultKind, number>;
const request = (seed: number, more: Partial<RunRequest> = {}): RunRequest => ({
  scenario: scenario(),
  planOptions: { seed },
  mailbox: "sound",
  ...more,
});

async function simulate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await execute(process.execPath, [COMMAND, ...args])) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

/** Runs the scenario of the tests; returns the run's directory and summary. */
async function runOf(root: string, ...args: string[]) {
  const file = join(root, "everything.yaml");
  writeFileSync(file, SCENARIO_TEXT);
  const { code, stderr } = await simulate("--scenario", file, "--virtual", "--results", root, "--quiet", ...args);
  assert.equal(code, 0, stderr);
  const directory = join(
    root,
    readdirSync(root)
      .filter((name) => name !== "everything.yaml")
      .at(-1) ?? "",
  );
  const summary = JSON.parse(readFileSync(join(directory, "summary.json"), "utf8")) as {
    engine: string;
    planHash: string;
    traceHash: string;
    counters: Record<string, number>;
  };
  return { directory, summary };
}

describe("a run under simulated time", () => {
  it("comes out the same, to the last event, in processes of their own, at the same time, whatever --threads says", async () => {
    const cases = [["1"], ["2"], ["3", "--faults"], ["4", "--mailbox", "reference"]];
    const runs = await Promise.all(
      cases.map(async ([seed = "", ...more]) => {
        using a = temporaryDirectory();
        using b = temporaryDirectory();
        const both = await Promise.all([
          runOf(a.path, "--seed", seed, ...more),
          runOf(b.path, "--seed", seed, "--threads", "7", ...more),
        ]);
        const [first, second] = both.map(({ summary: { planHash, traceHash } }) => ({
          plan: planHash,
          trace: traceHash,
        }));
        assert.deepEqual(first, second);
        return [[seed, ...more].join(" "), first] as const;
      }),
    );
    const found = Object.fromEntries(runs) as Hashes;
    if (process.env["UPDATE_HASHES"] !== undefined) writeFileSync(HASHES, `${JSON.stringify(found, null, 2)}\n`);
    assert.deepEqual(
      found,
      JSON.parse(readFileSync(HASHES, "utf8")),
      "The program does something else than it did for the same seed. If it is meant to, run this test with UPDATE_HASHES=1, and say so in the commit.",
    );
  });

  it("is cut short by a threshold during the drain as well, and nothing breaks by that", async () => {
    using root = temporaryDirectory();
    const file = join(root.path, "busy.yaml");
    writeFileSync(file, BUSY);
    const { code, stderr } = await simulate("--scenario", file, "--virtual", "--results", root.path, "--quiet");
    assert.equal(code, 99, stderr);
    const run = readdirSync(root.path).find((name) => name !== "busy.yaml") ?? "";
    const { durationMs, end } = JSON.parse(readFileSync(join(root.path, run, "summary.json"), "utf8")) as {
      durationMs: number;
      end: { how: string };
    };
    assert.equal(end.how, "aborted");
    assert.ok(durationMs > 60_000 && durationMs < 70_000, `${durationMs} ms`);
  });

  it("is another for another seed, and follows the same plan whatever the faults", () => {
    const runs = [request(1), request(2), request(1, { faultRates: usual })].map((each) => runInMemory(each).hash);
    assert.equal(new Set(runs).size, 3);
  });

  it("keeps every invariant, with both mailboxes, without faults and with many", () => {
    const many = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0.1])) as Record<FaultKind, number>;
    for (const mailbox of ["sound", "reference"] as const) {
      for (const faultRates of [undefined, many]) {
        for (let seed = 1; seed <= 3; seed++) {
          const { failures } = runInMemory(request(seed, { mailbox, faultRates }));
          assert.deepEqual(
            failures,
            [],
            `seed ${seed}, ${mailbox}, ${faultRates === undefined ? "no" : "many"} faults`,
          );
        }
      }
    }
  });

  it("keeps every invariant when it is interrupted at a drawn time, which the seed repeats", () => {
    const faultRates = { ...usual, interrupt: 1 };
    for (const mailbox of ["sound", "reference"] as const) {
      for (let seed = 1; seed <= 6; seed++) {
        const result = runInMemory(request(seed, { mailbox, faultRates }));
        assert.deepEqual(result.failures, [], `seed ${seed}, ${mailbox}`);
        assert.equal(runInMemory(request(seed, { mailbox, faultRates })).hash, result.hash);
      }
    }
  });

  it("reaches the states that it is to reach", () => {
    const reached = new Set(
      Array.from(
        { length: 6 },
        (_, seed) => runInMemory(request(seed, { faultRates: { ...usual, commit: 0.3, quit: 0.2 } })).reached,
      ).flat(),
    );
    for (const condition of [
      "update-twice",
      "reconnect-to-live",
      "reconnect-to-final",
      "unit-again",
      "status-too-late",
      "submit-after-end",
      "return-in-onboarding",
      "timeout-in-onboarding",
    ] as const) {
      assert.ok(reached.has(condition), `${condition} was never reached`);
    }
  });

  it("takes every fault down", async () => {
    using directory = temporaryDirectory();
    const rates = "late=0.2,lost=0.2,repeated=0.2,stall=0.05,commit=0.05,crash=0.5,quit=0.5";
    const { directory: run } = await runOf(directory.path, "--faults", rates);
    const faults = new Set<string>();
    for (const { actor, operation } of readTrace(join(run, "trace.bin")).events())
      if (actor === "faults") faults.add(operation);
    assert.deepEqual([...faults].sort(), ["crash", "late", "lost", "quit", "repeated", "slow-commit", "stall"]);
  });

  it("refuses faults that there are not, and faults on real threads", async () => {
    const cases: readonly (readonly [args: readonly string[], message: string])[] = [
      [
        ["--virtual", "--faults", "lat=0.1"],
        'invalid value "lat" for --faults: expected "late", "lost", "repeated", "stall", "commit", "crash", ' +
          '"quit" or "interrupt"; did you mean "late"?',
      ],
      [
        ["--virtual", "--faults", "late=2"],
        'invalid value "2" for the rate of late in --faults: expected a number from 0 to 1',
      ],
      [
        ["--virtual", "--faults", "late=0.1,late=0.2"],
        'invalid value "late=0.1,late=0.2" for --faults: expected late only once',
      ],
      [["--faults"], "--faults requires --virtual; on real threads, faults are part of the scenario"],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await simulate("--scenario", "steady", ...args);
      assert.deepEqual([code, stderr], [2, `simulate: ${message}\n`]);
    }
  });
});

describe("replay", () => {
  const yieldToEventLoop = (): Promise<void> => Promise.resolve();

  it("comes to the same events, and says at which it does not", async () => {
    using directory = temporaryDirectory();
    const { directory: run, summary } = await runOf(directory.path, "--seed", "5", "--faults");
    const same = await replayVirtual(run, yieldToEventLoop);
    assert.ok(same.kind === "same" && same.hash === summary.traceHash);

    const other = join(directory.path, "other");
    cpSync(run, other, { recursive: true });
    writeFileSync(
      join(other, "scenario.yaml"),
      SCENARIO_TEXT.replace("liveUpdateTimeout: 800ms", "liveUpdateTimeout: 799ms"),
    );
    const changed = await replayVirtual(other, yieldToEventLoop);
    assert.ok(changed.kind === "diverged");
    const { recorded, replayed } = changed.divergence;
    assert.deepEqual(
      [recorded?.operation, recorded?.args, replayed?.operation, replayed?.args],
      ["wait", 800, "wait", 799],
    );

    const command = await simulate("replay", other);
    assert.equal(command.code, 1);
    assert.match(
      command.stdout,
      /events are the same, the next differs:\n[^]*\n {2}- .* wait .* 800\n {2}\+ .* wait .* 799\n/,
    );
  });

  it("tells of a trace that breaks off, whether its run was cut off or its file is damaged", async () => {
    using directory = temporaryDirectory();
    const { directory: run } = await runOf(directory.path, "--seed", "5");
    const path = join(run, "trace.bin");
    const trace = readFileSync(path);
    writeFileSync(path, trace.subarray(0, trace.length - 5));
    const damaged = await simulate("replay", run);
    assert.equal(damaged.code, 1);
    assert.match(
      damaged.stderr,
      /^simulate: .*trace\.bin: damaged: the run finished, but the trace ends at \d+\.\d{3} s; its [\d,]+ events are the same\n$/,
    );
    assert.match(
      (await simulate("trace", run, "--agent", "1")).stderr,
      /trace\.bin: the trace ends at \d+\.\d{3} s: the file is damaged\n$/,
    );

    rmSync(join(run, "summary.json"));
    writeFileSync(path, trace.subarray(0, 100_000));
    const cutOff = await simulate("replay", run);
    assert.deepEqual([cutOff.code, cutOff.stderr], [0, ""]);
    assert.match(
      cutOff.stdout,
      /^the same up to \d+\.\d{3} s, the end of the trace: [\d,]+ events; the run did not finish\n$/,
    );
    const none = await simulate("trace", run, "--agent", "999");
    assert.equal(none.code, 2);
    assert.match(none.stderr, /no events of an agent 999; the trace ends at \d+\.\d{3} s: the run did not finish\n$/);
  });

  it("is reported as far as it had come when it was cut off, with the command that runs it again", async () => {
    using directory = temporaryDirectory();
    const { directory: run, summary } = await runOf(directory.path, "--seed", "5", "--faults", "late=0.05");
    rmSync(join(run, "summary.json"));
    const { code, stdout } = await simulate("report", run);
    const scenario = join(run, "scenario.yaml");
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^STILL RUNNING OR INCOMPLETE {2}under simulated time\n {2}the trace ends at \d+\.\d{3} s of the run: [\d,]+ events\n/,
    );
    assert.ok(
      stdout.includes(`\nSame plan again  simulate --scenario ${scenario} --virtual --faults late=0.05 --seed 5\n`),
    );
    const again = await simulate(
      "--scenario",
      scenario,
      "--virtual",
      "--faults",
      "late=0.05",
      "--seed",
      "5",
      "--results",
      join(directory.path, "again"),
      "--quiet",
    );
    assert.equal(again.code, 0);
    const [id = ""] = readdirSync(join(directory.path, "again"));
    assert.equal(
      (JSON.parse(readFileSync(join(directory.path, "again", id, "summary.json"), "utf8")) as { traceHash: string })
        .traceHash,
      summary.traceHash,
    );
  });

  it("tells what is not there: a trace that is gone, an agent at that time, an agent without an id", async () => {
    using directory = temporaryDirectory();
    const { directory: run } = await runOf(directory.path, "--seed", "5");
    const late = await simulate(
      "trace",
      run,
      "--agent",
      "1",
      "--from",
      "1000s",
      "--html",
      join(directory.path, "y.html"),
    );
    assert.deepEqual(
      [late.code, late.stderr],
      [2, `simulate: the trace of ${run} has no events of an agent 1 in this time\n`],
    );
    for (const command of ["trace", "replay"]) {
      const { code, stderr } = await simulate(command, run, "--agent", "");
      assert.deepEqual(
        [code, stderr],
        [2, 'simulate: invalid value "" for --agent: expected the id of an agent, such as 17 or onboarding_17\n'],
      );
    }
    rmSync(join(run, "trace.bin"));
    for (const command of ["trace", "replay"]) {
      const { code, stderr } = await simulate(command, run);
      const message = `cannot read ${join(run, "trace.bin")}: there is no such file or directory`;
      assert.deepEqual([code, stderr], [1, `simulate: ${message}\n`]);
    }
  });

  it("lists runs, and shows the life of one agent of the last", async () => {
    using directory = temporaryDirectory();
    await runOf(directory.path, "--seed", "5");
    const runs = JSON.parse((await simulate("runs", "--json", "--results", directory.path)).stdout) as {
      engine: string;
      seed: string;
    }[];
    assert.deepEqual(
      runs.map(({ engine, seed }) => [engine, seed]),
      [["virtual", "5"]],
    );
    const { stdout } = await simulate("trace", "last", "--agent", "onboarding_1", "--results", directory.path);
    assert.match(stdout, /write\s+updateOnboardingAgent\s+\["1",\{"status":"onboarding"/);
    const none = await simulate("trace", "nothing", "--results", directory.path);
    assert.deepEqual([none.code, /there is no run "nothing"/.test(none.stderr)], [2, true]);
  });
});
