/** `simulate --listen`: simulated workers behind our router, and a scripted backend that connects to it. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { runListening, type ListenRun } from "../../support/backend/listen-run.js";
import type { ScriptedBackend } from "../../support/backend/scripted-backend.js";
import { simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";
import { assertTagsAddUp } from "../../support/results/tagged.js";

interface Text {
  readonly workers?: number;
  readonly task?: string;
  readonly target?: string;
  readonly behaviours?: string;
  readonly faults?: string;
  readonly drain?: string;
}

function scenarioText({
  workers = 12,
  task = "",
  target = "{ dialect: chat }",
  behaviours = "all: { weight: 1, actions: 4, thinkTime: 60ms }",
  faults = "[]",
  drain = "20s",
}: Text = {}): string {
  return `
name: listening
description: A few workers.
incident: None.
arrivals: { startRate: ${workers}, stages: [{ duration: 1s, target: ${workers} }] }
task: { blueprint: chat, liveUpdateTimeout: 3s, submissionTimeout: 3s${task} }
behaviours:
  ${behaviours}
target: ${target}
faults: ${faults}
drainTimeout: ${drain}
`;
}

function summaryOf({ summary, stderr, stdout }: ListenRun) {
  assert.ok(summary !== undefined, `${stderr}${stdout}`);
  return summary;
}

/** The run passed, unless this machine is too busy for its schedule. */
function assertPassed(run: ListenRun): void {
  const { invariants, thresholds, load, schedule, end } = summaryOf(run);
  const told = run.stdout + run.stderr;
  assert.ok(invariants.every(({ held }) => held) && thresholds.every(({ passed }) => passed), told);
  assert.equal(load?.generated, true, told);
  assert.equal(end.how, "finished", told);
  assert.equal(run.code, schedule.kept ? 0 : 97, told);
}

/**
 * Closes the backend's socket when every worker has its agent and none submits yet. A registration or a submit that is
 * under way at that moment is lost with the socket, and its worker waits for ever.
 */
async function dropOnceAllWork(backend: ScriptedBackend, workers: number): Promise<void> {
  const atWork = (): number => [...backend.agents.values()].filter(({ updates }) => updates > 0).length;
  while (atWork() < workers) await sleep(20);
  backend.drop();
}

const broken = (run: ListenRun): string[] =>
  summaryOf(run).invariants.flatMap(({ id, violations }) => violations.map(({ what }) => `${id}: ${what}`));

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
    const behaviours = "all: { weight: 1, actions: 400, thinkTime: 60ms, disconnect: { window: [2s, 2s] } }";
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

describe("faults of the network", { concurrency: 2 }, () => {
  test("every packet twice: a slow registration gives two agents, which breaks the invariant", async (t) => {
    const run = await runListening(t, {
      scenario: "router-doubles-packets",
      args: ["--workers", "20", "--duration", "1s"],
      registrationMs: 700,
    });
    assert.equal(run.code, 98, run.stdout + run.stderr);
    assert.equal(run.backend.agents.size, 40);
    assert.deepEqual(new Set(broken(run)), new Set(["one-agent-per-registration: given two agents"]));
  });

  test("every packet twice: a fast registration has one agent", async (t) => {
    const run = await runListening(t, {
      scenario: "router-doubles-packets",
      args: ["--workers", "20", "--duration", "1s"],
    });
    assertPassed(run);
    assert.equal(run.backend.agents.size, 20);
  });

  test("the backend is away: submits that were answered are lost, and the run says how many", async (t) => {
    const run = await runListening(t, { scenario: "backend-restart", args: ["--workers", "80"] });
    const { losses = [], counters, faults = [] } = summaryOf(run);
    const submits = Number(/(\d+) submit_unit/.exec(losses.join())?.[1] ?? 0);
    assert.ok(submits > 0, losses.join());
    const completed = run.backend.statuses().filter((status) => status === "completed").length;
    assert.equal(completed, (counters["submits_acknowledged"] ?? 0) - submits);
    assert.equal(run.backend.connections, 2);
    assert.deepEqual(
      faults.map(({ kind }) => kind),
      ["close-backend"],
    );
  });

  test("a silent backend is the target's fault: nobody can register, and the run does not pass", async (t) => {
    const run = await runListening(t, {
      scenario: "silent-backend",
      args: ["--workers", "10", "--duration", "1s"],
      meanwhile: (backend) => (backend.isSilentAfterHello = true),
    });
    assert.equal(run.code, 99, run.stdout + run.stderr);
    const { load, failures = [] } = summaryOf(run);
    const what = "POST /request_agent: the backend did not answer";
    assert.equal(load?.why, `10 of 10 workers could not register: ${what}`);
    assert.deepEqual(
      failures.map((failure) => [failure.what, failure.count]),
      [[what, 10]],
    );
  });

  test("half-open sockets are found by the heartbeat, and their clients are told when they are back", async (t) => {
    const run = await runListening(t, {
      scenario: "half-open-sockets",
      args: ["--workers", "40"],
      pollMs: 1000,
    });
    assertPassed(run);
    const { faults = [], counters } = summaryOf(run);
    const broke = Number(/^(\d+) sockets/.exec(faults[0]?.what ?? "")?.[1] ?? 0);
    assert.ok(broke > 0);
    assert.ok((counters["packets_lost"] ?? 0) > 0);
    const lost = run.backend.statuses().filter((status) => status === "disconnect").length;
    assert.ok(lost > 0 && lost <= broke, `${lost} of ${broke}`);
    assert.equal(counters["workers_finished"], 40);
  });

  test("a reloaded page has the same agent", async (t) => {
    const run = await runListening(t, { scenario: "page-reload", args: ["--workers", "40", "--duration", "3s"] });
    assertPassed(run);
    assert.equal(run.backend.agents.size, 40);
  });

  test("a second tab has the same agent", async (t) => {
    const run = await runListening(t, { scenario: "two-tabs", args: ["--workers", "40", "--duration", "1s"] });
    assertPassed(run);
    assert.equal(run.backend.agents.size, 40);
    assert.ok((summaryOf(run).counters["reconnects"] ?? 0) > 0);
  });

  test("late, lost and reordered packets, stale statuses, and heartbeats that nobody looks at", async (t) => {
    const kinds = [
      "{ kind: delay-packets, window: [0s, 0s], lasts: 9s, probability: 0.2, delay: { uniform: [10ms, 80ms] } }",
      "{ kind: lose-packets, window: [1s, 1s], lasts: 1s, direction: to-clients, probability: 0.1 }",
      "{ kind: reorder-packets, window: [0s, 0s], lasts: 9s, direction: to-platform, probability: 0.3 }",
      "{ kind: stale-statuses, window: [0s, 1s], lasts: 2s }",
      "{ kind: ignore-heartbeats, window: [0s, 1s], lasts: 2s }",
    ];
    const run = await runListening(t, { scenario: scenarioText({ faults: `[${kinds.join(", ")}]` }), pollMs: 200 });
    const { faults = [], counters, losses = [] } = summaryOf(run);
    assert.equal(faults.length, 5);
    assert.ok((counters["packets_lost"] ?? 0) > 0);
    assert.match(losses.join(), /packets that never reached their receiver/);
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
