/**
 * The incidents of a network that the package has scenarios of, behind our router: what they show, and what they do not
 * pass.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  assertPassed,
  broken,
  judged,
  runListening,
  scenarioText,
  summaryOf,
} from "../../support/backend/listen-run.js";

/** The clients wait for longer than a machine that others have taken needs to answer. */
const PATIENT = ["--set", "target.requestTimeout=60s"];

describe("faults of the network", { concurrency: 2 }, () => {
  test("every packet twice: a slow registration gives two agents, which breaks the invariant", async (t) => {
    const run = await runListening(t, {
      scenario: "router-doubles-packets",
      args: ["--workers", "20", "--duration", "1s"],
      // Long after the copies, which come half a second after the packets.
      registrationMs: 5000,
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

  test("no packet twice: the thresholds of router-doubles-packets fail", async (t) => {
    const run = await runListening(t, {
      scenario: "router-doubles-packets",
      args: ["--workers", "5", "--duration", "1s", "--set", "faults.0.probability=0"],
    });
    assert.equal(judged(run)["packets_duplicated count>0"], "failed");
  });

  test("the backend is away: submits that were answered are lost, and the run says how many", async (t) => {
    const unaffected = "packets_lost{before:close-backend}";
    const run = await runListening(t, {
      scenario: "backend-restart",
      args: ["--workers", "80", "--threshold", `${unaffected}=count==0`],
    });
    assert.deepEqual(judged(run), {
      "packets_lost{during:close-backend} count>0": "passed",
      "errors count==0": "passed",
      [`${unaffected} count==0`]: "passed",
    });
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

  test("a backend that is away and loses nothing fails the threshold on what is lost meanwhile", async (t) => {
    const run = await runListening(t, {
      scenario: "backend-restart",
      args: ["--workers", "20", "--set", "faults.0.meanwhile=kept"],
    });
    assert.equal(judged(run)["packets_lost{during:close-backend} count>0"], "failed");
  });

  test("a silent backend is the target's fault: nobody can register, and the run does not pass", async (t) => {
    const run = await runListening(t, {
      scenario: "silent-backend",
      args: ["--workers", "10", "--duration", "1s"],
      meanwhile: (backend) => (backend.isSilentAfterHello = true),
    });
    assert.equal(run.code, 99, run.stdout + run.stderr);
    assert.equal(judged(run)["registration_time p(99)<2s"], "failed");
    const { load, failures = [] } = summaryOf(run);
    const what = "POST /request_agent: the backend did not answer";
    assert.equal(load?.why, `10 of 10 workers could not register: ${what}`);
    assert.deepEqual(
      failures.map((failure) => [failure.what, failure.count]),
      [[what, 10]],
    );
  });

  test("a backend that answers passes silent-backend, and one that takes 3 s for a registration does not", async (t) => {
    // The scenario's 2 s are lenient, but a machine that others have taken can take as long.
    const lenient = ["--threshold", "registration_time=p(99)<20s"];
    for (const [registrationMs, args, judgement] of [
      [0, lenient, ["registration_time p(99)<20s", "passed"]],
      [3000, [], ["registration_time p(99)<2s", "failed"]],
    ] as const) {
      const run = await runListening(t, {
        scenario: "silent-backend",
        args: ["--workers", "5", "--duration", "1s", ...args, ...PATIENT],
        registrationMs,
      });
      const [threshold, outcome] = judgement;
      assert.equal(judged(run)[threshold], outcome);
      assert.equal(judged(run)["requests_failed count==0"], "passed");
    }
  });

  test("half-open sockets are found by the heartbeat, and their clients are told when they are back", async (t) => {
    const run = await runListening(t, {
      scenario: "half-open-sockets",
      args: ["--workers", "40", "--threshold", "packets_lost{before:half-open-sockets}=count==0"],
      pollMs: 1000,
    });
    assertPassed(run);
    assert.deepEqual(judged(run), {
      "packets_lost{during:half-open-sockets} count>0": "passed",
      "errors count==0": "passed",
      "packets_lost{before:half-open-sockets} count==0": "passed",
    });
    const { faults = [], counters } = summaryOf(run);
    const broke = Number(/^(\d+) sockets/.exec(faults[0]?.what ?? "")?.[1] ?? 0);
    assert.ok(broke > 0);
    assert.ok((counters["packets_lost"] ?? 0) > 0);
    const lost = run.backend.statuses().filter((status) => status === "disconnect").length;
    assert.ok(lost > 0 && lost <= broke, `${lost} of ${broke}`);
    assert.equal(counters["workers_finished"], 40);
  });

  test("sockets that stay whole fail the threshold of half-open-sockets", async (t) => {
    const run = await runListening(t, {
      scenario: "half-open-sockets",
      args: ["--workers", "10", "--set", "faults.0.share=0", "--set", "behaviours.diligent.actions=4"],
    });
    assert.equal(judged(run)["packets_lost{during:half-open-sockets} count>0"], "failed");
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
  });

  test("two-tabs fails without a second tab, and when packets come twice", async (t) => {
    for (const [faults, failed] of [
      ["[{ kind: second-tab, window: [0s, 0s], lasts: 60s, share: 0 }]", "reconnects count>0"],
      [
        "[{ kind: second-tab, window: [0s, 0s], lasts: 60s }, { kind: repeat-packets, window: [0s, 0s], lasts: 60s }]",
        "packets_duplicated count==0",
      ],
    ] as const) {
      const run = await runListening(t, {
        scenario: "two-tabs",
        args: ["--workers", "5", "--duration", "1s", "--set", `faults=${faults}`],
      });
      const outcomes = Object.entries(judged(run));
      assert.deepEqual(
        outcomes.filter(([, outcome]) => outcome === "failed").map(([threshold]) => threshold),
        [failed],
      );
    }
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
