/** `simulate --target`: simulated workers against a task on loopback, from registration to submit. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readReportData } from "../../../dist/results/index.js";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { runAgainst, scenarioText, type TargetRun } from "../../support/network/target-run.js";
import { answerTo, serveTask, type TaskServerOptions } from "../../support/network/task-server.js";
import { assertTagsAddUp } from "../../support/results/tagged.js";

async function served(t: { after(fn: () => Promise<void>): void }, options: TaskServerOptions = {}) {
  const server = await serveTask(options);
  t.after(() => server.close());
  return server;
}

function summaryOf({ summary, stderr, stdout }: TargetRun) {
  assert.ok(summary !== undefined, `${stderr}${stdout}`);
  return summary;
}

/** A slow machine may not keep the schedule, which is no matter here. */
function assertPassed(run: TargetRun): void {
  const { reasons } = summaryOf(run).verdict;
  assert.deepEqual(
    reasons.filter(({ code }) => code !== "load-late" && code !== "machine-busy"),
    [],
    run.stdout,
  );
}

const broken = (run: TargetRun): string[] =>
  summaryOf(run).invariants.flatMap(({ id, violations }) => violations.map(({ what }) => `${id}: ${what}`));

describe("a whole run", { concurrency: 2 }, () => {
  for (const client of ["direct", "browser"]) {
    test(`workers register, send, and submit (${client})`, async (t) => {
      const server = await served(t, { onboarding: true });
      const onboarding = ", onboarding: { passRate: 1, actions: 1, thinkTime: 250ms }";
      const submits = "{ onboardingPass: { success: true }, task: { rating: 5 } }";
      const run = await runAgainst(
        t,
        server.url,
        scenarioText({
          task: onboarding,
          target: `{ client: ${client}, submits: ${submits} }`,
          // A browser's page sends no more than one packet each 100 ms.
          behaviours: "all: { weight: 1, actions: 3, thinkTime: 250ms }",
        }),
      );
      assertPassed(run);
      const { engine, target, counters, trends, invariants, notChecked = [], outcomes } = summaryOf(run);
      assert.equal(engine, "network");
      assert.deepEqual(target, { mode: "client", url: server.url, dialect: "chat", client, database: false });
      assert.equal(counters["agents_registered"], 12);
      assert.equal(counters["onboarding_passed"], 6);
      assert.equal(counters["submits_acknowledged"], 12);
      assert.equal(counters["live_updates_sent"], 24);
      // Its page can also send an update before the `alive` that waits with it: the reply then finds no socket.
      const unanswered = client === "browser" ? (counters["updates_unanswered"] ?? 0) : 0;
      assert.equal(trends["live_update_round_trip"]?.count, 24 - unanswered, run.stdout);
      assert.deepEqual(outcomes.agents, { submitted: 6 });
      assertTagsAddUp(summaryOf(run));
      // What cannot be measured is absent, not zero.
      assert.equal(trends["live_update_latency"], undefined);
      assert.equal(counters["live_updates_taken"], undefined);
      assert.ok(invariants.every(({ held }) => held));
      const left = notChecked.map(({ id }) => id);
      assert.ok(left.includes("answered-submit-is-stored") && left.includes("live_update_latency p(99)<1000"));
      const tasks = [...server.agents.values()].filter(({ isOnboarding }) => !isOnboarding);
      // A browser's page sends what waits in its queue last in, first out, as it does where the machine is slow.
      const numbersOf = (updates: (typeof tasks)[number]["updates"]) => {
        const numbers = updates.map(({ number }) => number);
        return client === "browser" ? numbers.sort() : numbers;
      };
      assert.deepEqual(
        tasks.map(({ updates, submits: [submit] }) => [numbersOf(updates), submit]),
        Array.from({ length: 6 }, () => [[1, 2, 3], { rating: 5 }]),
      );
      const first = server.received.filter(({ packet_type }) => packet_type === "alive");
      assert.equal(first.length, 12, "a page says alive once");
    });
  }

  for (const dialect of ["remote-procedure, procedure: get_answer", "echo", "chat"]) {
    test(`replies are recognised (${dialect})`, async (t) => {
      const server = await served(t);
      const run = await runAgainst(t, server.url, scenarioText({ target: `{ dialect: ${dialect} }` }));
      assertPassed(run);
      assert.equal(summaryOf(run).trends["live_update_round_trip"]?.count, 18, run.stdout);
      assert.equal(summaryOf(run).counters["replies_unmatched"], 0);
      const called = new Set([...server.agents.values()].flatMap(({ updates }) => updates.map(({ target }) => target)));
      assert.deepEqual([...called], [dialect.includes("procedure:") ? "get_answer" : undefined]);
    });
  }

  test("a static task's page opens no WebSocket", async (t) => {
    const server = await served(t);
    const scenario = scenarioText({ behaviours: "all: { weight: 1, actions: 0, thinkTime: 60ms }" })
      .replace("blueprint: chat", "blueprint: static")
      .replace(/^thresholds.*$/m, "");
    const run = await runAgainst(t, server.url, scenario);
    assertPassed(run);
    assert.equal(summaryOf(run).counters["submits_acknowledged"], 6);
    assert.equal(server.received.length, 0);
  });

  test("a dialect of one's own is a module that the command line names", async (t) => {
    const server = await served(t, { answer: ({ question }) => [{ kind: "mark", question }, { kind: "finished" }] });
    const module = join(temporaryDirectory(t), "quiz.mjs");
    writeFileSync(
      module,
      `export default {
        name: "quiz",
        answersEach: true,
        update: ({ id, text }) => ({ kind: "answer", question: id, text }),
        reply: ({ kind, question }) => (kind === "mark" ? question : "none"),
        end: ({ kind }) => kind === "finished",
      };`,
    );
    // The task ends after the first answer, long before the plan would.
    const behaviours = "all: { weight: 1, actions: 2, thinkTime: { uniform: [100ms, 101ms] } }";
    const run = await runAgainst(t, server.url, scenarioText({ behaviours }), "--dialect", module);
    assertPassed(run);
    assert.equal(summaryOf(run).target?.dialect, "quiz");
    assert.ok([...server.agents.values()].every(({ submits }) => submits.length === 1));
  });
});

describe("a target with TLS", () => {
  const file = (name: string): string => fileURLToPath(new URL(`../../../test/data/network/${name}`, import.meta.url));
  const tls = { key: readFileSync(file("localhost.key")), cert: readFileSync(file("localhost.crt")) };

  test("requests and WebSockets are encrypted, with a certificate that is named", async (t) => {
    const server = await served(t, { tls });
    process.env["NODE_EXTRA_CA_CERTS"] = file("localhost.crt");
    t.after(() => delete process.env["NODE_EXTRA_CA_CERTS"]);
    const run = await runAgainst(t, server.url.replace("127.0.0.1", "localhost"), scenarioText());
    assertPassed(run);
    assert.equal(summaryOf(run).counters["submits_acknowledged"], 6);
  });

  test("a certificate that nobody vouches for is one line", async (t) => {
    const server = await served(t, { tls });
    const run = await runAgainst(t, server.url, scenarioText());
    assert.equal(run.code, 1);
    assert.match(
      run.stderr.trimEnd().split("\n").at(-1) ?? "",
      /GET \/is_alive: the certificate is not trusted: .*; NODE_EXTRA_CA_CERTS can name a file of certificates$/,
    );
  });
});

describe("what clients notice", { concurrency: 2 }, () => {
  test("packets that come twice are counted, and break nothing", async (t) => {
    const server = await served(t, { doubles: true });
    const run = await runAgainst(t, server.url, scenarioText());
    assertPassed(run);
    assert.equal(summaryOf(run).counters["packets_duplicated"], 18);
  });

  test("an update that is answered twice breaks an invariant", async (t) => {
    const server = await served(t, { answer: (update) => [answerTo(update), answerTo(update)] });
    const run = await runAgainst(t, server.url, scenarioText());
    assert.equal(run.code, 98, run.stdout + run.stderr);
    assert.deepEqual(new Set(broken(run)), new Set(["replies-once-in-order: answered twice"]));
  });

  test("two registrations with one agent break an invariant", async (t) => {
    const server = await served(t, {
      intercept(request, response) {
        if (request.url !== "/request_agent" || server.agents.size === 0) return false;
        const [{ agentId = "" } = {}] = server.agents.values();
        const data = { request_id: "r", worker_id: "1", agent_id: agentId, init_task_data: {}, failure_reason: null };
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ packet_type: "agent_details", subject_id: "c", data }));
        return true;
      },
    });
    const run = await runAgainst(t, server.url, scenarioText());
    assert.equal(run.code, 98, run.stdout + run.stderr);
    assert.ok(broken(run).includes("one-agent-per-registration: agent of two registrations"));
  });

  test("workers who are refused are no failure of the way", async (t) => {
    const server = await served(t, { onboarding: true });
    const onboarding = ", onboarding: { passRate: 0, actions: 0, thinkTime: 50ms }";
    const target = "{ submits: { onboardingFail: { success: false } } }";
    const run = await runAgainst(t, server.url, scenarioText({ task: onboarding, target }));
    const { counters, failures } = summaryOf(run);
    assert.equal(counters["onboarding_failed"], 6);
    assert.equal(counters["requests_failed"], 0);
    assert.equal(failures, undefined);
  });

  test("a worker that was to fail the onboarding, and passes, is an error", async (t) => {
    const server = await served(t, { onboarding: true });
    const onboarding = ", onboarding: { passRate: 0, actions: 0, thinkTime: 50ms }";
    const target = "{ submits: { onboardingFail: { success: true } } }";
    const run = await runAgainst(t, server.url, scenarioText({ task: onboarding, target }));
    const { counters, failures = [] } = summaryOf(run);
    assert.equal(counters["errors"], 6);
    assert.match(failures[0]?.what ?? "", /^a worker that was to fail the onboarding was given a unit.*onboardingFail/);
  });

  test("workers who get no unit are named with the reason", async (t) => {
    const reason = "There is currently no available work, please try again later...";
    const server = await served(t, {
      intercept(request, response) {
        if (request.url !== "/request_agent" || server.agents.size < 4) return false;
        const data = { request_id: "r", worker_id: "1", agent_id: null, init_task_data: null, failure_reason: reason };
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ packet_type: "agent_details", subject_id: "c", data }));
        return true;
      },
    });
    const run = await runAgainst(t, server.url, scenarioText());
    assertPassed(run);
    const { failures = [], counters } = summaryOf(run);
    assert.deepEqual(
      failures.map(({ what, count }) => [what, count]),
      [['registration: given no agent: "There is currently no available work, please try again later…"', 2]],
    );
    assert.equal(counters["requests_failed"], 0);
  });

  test("a worker that drops and comes back gets its agent again, and goes on", async (t) => {
    const server = await served(t);
    const disconnect = "disconnect: { window: [300ms, 700ms], reconnect: { probability: 1, after: 200ms } }";
    const behaviours = `all: { weight: 1, actions: 8, thinkTime: 150ms, ${disconnect} }`;
    const run = await runAgainst(t, server.url, scenarioText({ behaviours }));
    assertPassed(run);
    const { counters } = summaryOf(run);
    assert.ok((counters["disconnects"] ?? 0) > 0);
    assert.equal(counters["reconnects"], counters["disconnects"]);
    assert.equal(counters["submits_acknowledged"], 6);
    assert.equal(server.agents.size, 6);
  });
});

test("replies that come after the last update are seen, though no earlier one was", async (t) => {
  const server = await served(t, {
    answer(update) {
      const agentId = String(update["update_id"]).split("/")[1] ?? "";
      setTimeout(() => server.send(agentId, "client_bound_live_update", answerTo(update)), 2500);
      return [];
    },
  });
  const run = await runAgainst(t, server.url, scenarioText());
  assertPassed(run);
  const { counters, trends } = summaryOf(run);
  assert.equal(trends["live_update_round_trip"]?.count, 18);
  assert.equal(counters["updates_unanswered"], 0);
});

test("replies that come while a page is gone are lost with it, and break no invariant", async (t) => {
  const server = await served(t, {
    // The worker is gone before its reply comes.
    answer(update) {
      const agentId = String(update["update_id"]).split("/")[1] ?? "";
      const isFirst = update["number"] === 1;
      setTimeout(() => server.send(agentId, "client_bound_live_update", answerTo(update)), isFirst ? 4500 : 0);
      return [];
    },
  });
  const disconnect = "disconnect: { window: [2s, 2100ms], reconnect: { probability: 1, after: 5s } }";
  const behaviours = `all: { weight: 1, actions: 4, thinkTime: 700ms, ${disconnect} }`;
  const run = await runAgainst(t, server.url, scenarioText({ behaviours, workers: 3 }));
  assertPassed(run);
  const { counters } = summaryOf(run);
  assert.equal(counters["submits_acknowledged"], 3);
  assert.ok((counters["updates_unanswered"] ?? 0) > 0, JSON.stringify(counters));
});

describe("with the target's database", { concurrency: 2 }, () => {
  const databaseFile = (t: { after(fn: () => void): void }): string => join(temporaryDirectory(t), "database.db");

  test("every invariant is checked, and agents are counted by their rows", async (t) => {
    const database = databaseFile(t);
    const server = await served(t, { onboarding: true, database });
    const onboarding = ", onboarding: { passRate: 1, actions: 0, thinkTime: 50ms }";
    const target = "{ submits: { onboardingPass: { success: true } } }";
    const run = await runAgainst(
      t,
      server.url,
      scenarioText({ task: onboarding, target }).replace(
        "thresholds: {",
        'thresholds: { task_completion: ["rate==1"],',
      ),
      ...["--database", database],
    );
    assertPassed(run);
    const { outcomes, rates, invariants, notChecked = [] } = summaryOf(run);
    assert.deepEqual(outcomes, { agents: { completed: 6 }, onboardingAgents: { approved: 6 } });
    assert.deepEqual(rates["task_completion"], { passes: 6, total: 6 });
    assert.equal(invariants.length, 8);
    assert.ok(notChecked.every(({ why }) => !why.includes("--database")));
  });

  test("a registration that is handled twice leaves an agent that nobody was given", async (t) => {
    const database = databaseFile(t);
    const server = await served(t, { database, registersTwice: true });
    const run = await runAgainst(t, server.url, scenarioText({ drain: "4s" }), "--database", database);
    assert.equal(run.code, 98, run.stdout + run.stderr);
    assert.equal(broken(run).filter((each) => each.endsWith("agent that no client was given")).length, 6);
  });

  test("a submit that was answered and then lost is found", async (t) => {
    const database = databaseFile(t);
    const server = await served(t, { database, losesSubmits: true });
    const run = await runAgainst(t, server.url, scenarioText({ drain: "4s" }), "--database", database);
    assert.equal(run.code, 98, run.stdout + run.stderr);
    assert.equal(broken(run).filter((each) => each.endsWith("answered submit is lost")).length, 6);
  });

  test("agents that a shutdown completes without a submit are found, though their clients tried to submit", async (t) => {
    const database = databaseFile(t);
    let ending: Promise<void> | undefined;
    const server = await served(t, {
      database,
      answer(update) {
        // All six workers are at work.
        if (server.agents.size === 6) ending ??= server.shutDown();
        return [answerTo(update)];
      },
    });
    const behaviours = "all: { weight: 1, actions: 5, thinkTime: 400ms }";
    const run = await runAgainst(t, server.url, scenarioText({ behaviours }), "--database", database);
    await ending;
    assert.equal(run.code, 98, run.stdout + run.stderr);
    assert.deepEqual(new Set(broken(run)), new Set(["completed-has-submit: completed without a submit"]));
    assert.ok((summaryOf(run).counters["requests_failed"] ?? 0) > 0);
  });

  test("a file that is no such database is one line, before the run", async (t) => {
    const server = await served(t);
    const text = join(temporaryDirectory(t), "text.db");
    writeFileSync(text, "This is a text, which is not a database, however long it is.".repeat(20));
    const cases = [
      [text, "expected an SQLite database, got something else"],
      [join(temporaryDirectory(t), "none.db"), "there is no such database"],
    ] as const;
    for (const [file, why] of cases) {
      const run = await runAgainst(t, server.url, scenarioText(), "--database", file);
      assert.equal(run.code, 1);
      assert.equal(run.stderr.trimEnd().split("\n").at(-1), `simulate: cannot read ${file}: ${why}`);
    }
  });
});

test("the target's metrics are kept beside those of the run, and drawn", async (t) => {
  let asked = 0;
  const server = await served(t, {
    intercept(request, response) {
      if (request.url !== "/metrics") return false;
      asked++;
      response.end(
        `# TYPE handled counter\nhandled_total ${asked * 10}\n# TYPE lag histogram\nlag_sum ${asked}\nlag_count ${asked * 2}\nthreads ${asked}\nidle 0\n`,
      );
      return true;
    },
  });
  const behaviours = "all: { weight: 1, actions: 10, thinkTime: 200ms }";
  const run = await runAgainst(t, server.url, scenarioText({ behaviours }), "--scrape", `${server.url}/metrics`);
  assertPassed(run);
  const { scraped } = readReportData(run.directory);
  assert.ok(scraped !== undefined && scraped.atMs.length > 1, JSON.stringify(scraped));
  assert.deepEqual(
    scraped.series.map(({ name, kind }) => [name, kind]),
    [
      ["handled_total", "rate"],
      ["lag", "mean"],
      ["threads", "gauge"],
    ],
  );
  assert.equal(scraped.series[1]?.values.at(-1), 0.5);
  assert.match(readFileSync(join(run.directory, "report.html"), "utf8"), /Metrics of the target/);
});
