/** `simulate --listen`: simulated workers behind our router, and a scripted backend that connects to it. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { assertPassed, runListening, scenarioText, summaryOf } from "../../support/backend/listen-run.js";
import type { ScriptedBackend } from "../../support/backend/scripted-backend.js";
import { simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";
import { assertTagsAddUp } from "../../support/results/tagged.js";

/**
 * Closes the backend's socket when every worker has its agent and none submits yet. A registration or a submit that is
 * under way at that moment is lost with the socket, and its worker waits for ever. A run that ends before leaves no
 * wait.
 */
async function dropOnceAllWork(backend: ScriptedBackend, workers: number): Promise<void> {
  const atWork = (): number => [...backend.agents.values()].filter(({ updates }) => updates > 0).length;
  while (atWork() < workers) await sleep(20, undefined, { ref: false });
  backend.drop();
}

describe("whole lives", { concurrency: 2 }, () => {
  test("200 workers with an onboarding register, work and submit", async (t) => {
    const run = await runListening(t, {
      scenario: scenarioText({
        workers: 200,
        task: ", onboarding: { passRate: 0.9, actions: 1, thinkTime: 50ms }",
      }),
      onboarding: true,
    });
    assertPassed(run);
    const { target, counters, invariants, outcomes } = summaryOf(run);
    assert.equal(target?.mode, "router");
    assertTagsAddUp(summaryOf(run));
    const passed = counters["onboarding_passed"] ?? 0;
    assert.equal(passed + (counters["onboarding_failed"] ?? 0), 200);
    assert.deepEqual(outcomes.agents, { submitted: passed });
    assert.ok(invariants.every(({ held }) => held));
    const { backend } = run;
    assert.deepEqual(new Set(backend.statuses()), new Set(["completed"]));
    assert.equal(backend.statuses().length, passed);
    for (const { isOnboarding, updates, submits } of backend.agents.values()) {
      assert.equal(submits, 1);
      if (!isOnboarding) assert.equal(updates, 4);
    }
    assert.equal(counters["packets_lost"], 0);
  });

  for (const dialect of ["remote-procedure", "echo", "static"]) {
    test(`in the dialect ${dialect}`, async (t) => {
      const isStatic = dialect === "static";
      const behaviours = isStatic ? "all: { weight: 1, actions: 0, thinkTime: 60ms }" : undefined;
      const run = await runListening(t, {
        scenario: scenarioText({ target: `{ dialect: ${dialect} }`, ...(behaviours !== undefined && { behaviours }) }),
      });
      assertPassed(run);
      const { counters, trends } = summaryOf(run);
      assert.equal(counters["submits_acknowledged"], 12);
      assert.equal(trends["live_update_round_trip"]?.count, isStatic ? 0 : 48);
      assert.equal(counters["replies_unmatched"], 0);
    });
  }

  test("two workers of an assignment wait for each other", async (t) => {
    const run = await runListening(t, {
      scenario: scenarioText({ task: ", unitsPerAssignment: 2" }),
      unitsPerAssignment: 2,
    });
    assertPassed(run);
    for (const { statuses } of run.backend.agents.values())
      assert.deepEqual(statuses, ["waiting", "in task", "completed"]);
  });

  test("workers without a unit are told so, and go home", async (t) => {
    const run = await runListening(t, { scenario: scenarioText(), units: 5 });
    const { counters, outcomes } = summaryOf(run);
    assert.equal(counters["workers_finished"], 12);
    assert.deepEqual(outcomes.agents, { submitted: 5 });
  });

  test("the run goes on when the backend's socket closes for a moment: nothing is lost", async (t) => {
    const run = await runListening(t, {
      scenario: scenarioText({ behaviours: "all: { weight: 1, actions: 60, thinkTime: 60ms }" }),
      meanwhile: (backend) => void dropOnceAllWork(backend, 12),
      reconnectMs: 100,
    });
    assertPassed(run);
    assert.equal(run.backend.connections, 2);
    assert.deepEqual(new Set(run.backend.statuses()), new Set(["completed"]));
  });

  test("a lost worker is found by the age of its heartbeat", async (t) => {
    const behaviours = "all: { weight: 1, actions: 400, thinkTime: 60ms, disconnect: { window: [6s, 6s] } }";
    const stays = "{ weight: 0.5, actions: 400, thinkTime: 60ms }";
    const run = await runListening(t, {
      scenario: scenarioText({
        behaviours: `${behaviours.replace("weight: 1", "weight: 0.5")}\n  stays: ${stays}`,
        drain: "40s",
      }),
      pollMs: 1000,
    });
    const { counters } = summaryOf(run);
    const lost = counters["disconnects"] ?? 0;
    assert.ok(lost > 0 && lost < 12);
    const statuses = run.backend.statuses();
    assert.equal(statuses.filter((status) => status === "disconnect").length, lost);
    assert.equal(statuses.filter((status) => status === "completed").length, 12 - lost);
  });
});

describe("bad input", { concurrency: 2 }, () => {
  test("without a backend: one line, exit 1, and no results are left", async (t) => {
    const results = temporaryDirectory(t);
    const { code, stderr } = await simulate(
      ...[
        "-s",
        "page-reload",
        "--listen",
        "127.0.0.1:0",
        "--backend-timeout",
        "300ms",
        "--quiet",
        "--results",
        results,
      ],
    );
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^simulate: no Mephisto backend connected to http:\/\/127\.0\.0\.1:\d+ within 300ms: [^\n]+\n$/,
    );
  });

  test("an interrupt ends the wait for the backend", async (t) => {
    const { child, ended } = start([
      "-s",
      "page-reload",
      "--listen",
      "127.0.0.1:0",
      "--results",
      temporaryDirectory(t),
    ]);
    child.stderr?.on("data", (text: Buffer) => {
      if (text.toString().includes("router:")) child.kill("SIGINT");
    });
    const { code, stderr } = await ended;
    assert.equal(code, 1);
    assert.match(stderr, /^simulate: interrupted before a backend connected$/m);
  });

  test("a port that is in use", async (t) => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await simulate(
      ...["-s", "page-reload", "--listen", `127.0.0.1:${port}`, "--quiet", "--results", temporaryDirectory(t)],
    );
    assert.equal(code, 1);
    assert.match(stderr, /^simulate: cannot listen on 127\.0\.0\.1:\d+: [^\n]+\n$/);
  });

  for (const [args, expected] of [
    [["--listen", "0.0.0.0:3000"], /lets other machines connect.*--allow-remote/],
    [["--listen", "host"], /invalid value "host" for --listen: expected HOST:PORT such as 127\.0\.0\.1:3000/],
    [["--listen", "127.0.0.1:99999"], /invalid value "127\.0\.0\.1:99999" for --listen/],
    [["--listen", "3000", "--backend-timeout", "3"], /for --backend-timeout: expected a duration/],
    [["--listen", "3000", "--allow-origin", "example.org"], /for --allow-origin: expected an origin/],
    [["--listen", "3000", "--page", "/nowhere"], /for --page: expected a folder/],
    [["--listen", "3000", "--target", "http://127.0.0.1:3000"], /--target cannot be combined with --listen/],
    [["--listen", "3000", "--virtual"], /--listen cannot be combined with --virtual/],
    [["--token", "x"], /--token requires --listen/],
  ] as const) {
    test(args.join(" "), async () => {
      const { code, stderr } = await simulate("-s", "page-reload", ...args);
      assert.equal(code, 2);
      assert.match(stderr, expected);
      assert.equal(stderr.trimEnd().split("\n").length, 1);
    });
  }

  for (const [name, args, expected] of [
    ["two-tabs", [], /two-tabs has faults of a network \(second-tab\): add --listen 127\.0\.0\.1:3000/],
    ["two-tabs", ["--virtual"], /has faults of a network/],
    ["two-tabs", ["--target", "http://127.0.0.1:1"], /which are the router's: use --listen/],
    ["silent-backend", [], /silent-backend is for runs over a network: add --listen/],
  ] as const) {
    test(`${name} ${args.join(" ")} is refused, with what would be right`, async () => {
      const { code, stderr } = await simulate("-s", name, ...args);
      assert.equal(code, 2);
      assert.match(stderr, expected);
    });
  }
});
