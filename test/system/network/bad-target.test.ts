/** What is wrong with a target is one line: what was expected, and what came. What had run is written. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readSummary } from "../../../dist/results/index.js";
import { MAIN, simulate, start, temporaryDirectory } from "../../support/cli/simulate.js";
import { runAgainst, scenarioText } from "../../support/network/target-run.js";
import { answerTo, listen, serveTask } from "../../support/network/task-server.js";

type Scope = { after(fn: () => void): void };

async function serving(t: Scope, handler: RequestListener): Promise<string> {
  const server = createHttpServer(handler);
  await listen(server);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The last line on standard error, without the name of the program and the address. */
function complaint(stderr: string, url: string): string {
  const lines = stderr.trimEnd().split("\n");
  const last = lines.at(-1) ?? "";
  assert.equal(lines.filter((line) => line.startsWith("simulate: ")).length, 1, stderr);
  assert.ok(!stderr.includes("    at "), stderr);
  return last.replace("simulate: ", "").replace(`${url}: `, "");
}

/** For a target that does not answer: what does answer may be this process, which others may keep from running. */
const QUICK = "{ requestTimeout: 4s }";

describe("a target that is no router", { concurrency: 2 }, () => {
  const json = { "content-type": "application/json" };
  const cases: readonly [string, RequestListener, RegExp, target?: string][] = [
    [
      "a page",
      (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<!DOCTYPE html>\n<p>Hello"),
      /^GET \/is_alive: expected 200 with JSON, got 200 with text\/html: "<!DOCTYPE html> <p>Hello"$/,
    ],
    [
      "a redirect",
      (_request, response) => response.writeHead(302, { location: "https://elsewhere.example/" }).end(),
      /^GET \/is_alive: expected JSON, got a redirect to https:\/\/elsewhere\.example\/$/,
    ],
    [
      "nothing of the kind",
      (_request, response) => response.writeHead(404, json).end("{}"),
      /^GET \/is_alive: expected 200 with JSON, got 404 with application\/json: "\{\}"$/,
    ],
    [
      "other JSON",
      (_request, response) => response.writeHead(200, json).end('{"version":3}'),
      /^GET \/is_alive: expected \{"status":"Alive!"\} of a router, got "\{\\"version\\":3\}"$/,
    ],
    [
      "no WebSocket",
      (_request, response) => response.writeHead(200, json).end('{"status":"Alive!"}'),
      /^WebSocket: .*(200|hang up|closed)/,
    ],
    ["silence", () => undefined, /^GET \/is_alive: expected an answer within 4000 ms$/, QUICK],
    [
      "a reset in the middle of an answer",
      (_request, response) => {
        response.writeHead(200, { ...json, "content-length": 1000 }).write('{"status":');
        setTimeout(() => response.socket?.resetAndDestroy(), 50);
      },
      /^GET \/is_alive: the connection was (reset|closed in the middle of the answer)$/,
    ],
  ];
  for (const [name, handler, expected, target] of cases) {
    test(name, async (t) => {
      const url = await serving(t, handler);
      const { code, stderr, summary } = await runAgainst(
        t,
        url,
        scenarioText({ ...(target !== undefined && { target }) }),
      );
      assert.equal(code, 1);
      assert.match(complaint(stderr, url), expected);
      assert.equal(summary, undefined);
    });
  }

  test("no server", async (t) => {
    const { code, stderr } = await runAgainst(t, "http://127.0.0.1:9", scenarioText());
    assert.equal(code, 1);
    assert.match(
      complaint(stderr, "http://127.0.0.1:9"),
      /^GET \/is_alive: connection refused: nothing listens there$/,
    );
  });

  test("what is not HTTP", async (t) => {
    const server = createTcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    await listen(server);
    t.after(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, stderr } = await runAgainst(t, url, scenarioText());
    assert.equal(code, 1);
    assert.match(complaint(stderr, url), /^GET \/is_alive: expected HTTP, got something else/);
  });

  test("http where https was asked for", async (t) => {
    const url = (await serving(t, (_request, response) => response.end())).replace("http:", "https:");
    const { code, stderr } = await runAgainst(t, url, scenarioText());
    assert.equal(code, 1);
    assert.match(complaint(stderr, url), /expected TLS, got something else/);
  });
});

test("an address that cannot be used is a mistake of the command", async () => {
  const cases: readonly [readonly string[], RegExp][] = [
    [
      ["--target", "localhost:3000"],
      /invalid target "localhost:3000": expected a URL such as http:\/\/127\.0\.0\.1:3000/,
    ],
    [["--target", "ftp://127.0.0.1"], /invalid target/],
    [["--target", "http://me:secret@127.0.0.1:3000"], /has a user name or a password/],
    [["--target", "http://192.0.2.1:3000"], /\(192\.0\.2\.1\) is another machine: .*add --allow-remote/],
    [["--target", "http://127.0.0.1:3000", "--virtual"], /--target cannot be combined with --virtual/],
    [["--target", "http://127.0.0.1:3000", "--dialect", "./none.mjs"], /none\.mjs: no such file/],
    [["--dialect", "x.mjs"], /--dialect requires --target/],
  ];
  for (const [args, expected] of cases) {
    const { code, stderr } = await simulate("--scenario", "steady", ...args);
    assert.equal(code, 2, stderr);
    assert.match(stderr.trimEnd().split("\n").at(-1) ?? "", expected);
    assert.ok(!stderr.includes("secret"), "a password is not shown");
  }
});

describe("a target that breaks while the run goes on", { concurrency: 2 }, () => {
  test("nonsense in the place of answers and packets is counted, and the results are written", async (t) => {
    const server = await serveTask({
      intercept(request, response) {
        if (request.url !== "/submit_task") return false;
        response.writeHead(200, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>");
        return true;
      },
      answer: () => [],
    });
    t.after(() => server.close());
    const nonsense = setInterval(() => {
      for (const socket of server.sockets.values()) socket.send("nonsense");
    }, 100);
    t.after(() => clearInterval(nonsense));
    const run = await runAgainst(t, server.url, scenarioText());
    // Without one valid answer there was no load: the run fails, also where the load came late.
    assert.equal(run.code, 99, run.stdout + run.stderr);
    const failures = run.summary?.failures?.map(({ what }) => what) ?? [];
    assert.ok(
      failures.some((what) => /^POST \/submit_task: expected 200 with JSON, got 200 with text\/html/.test(what)),
    );
    assert.ok(failures.some((what) => /^WebSocket: expected a packet: /.test(what)));
    assert.equal(run.summary?.counters["requests_failed"], 6);
  });

  test("a target that dies ends no run: what had run is written", async (t) => {
    let updates = 0;
    const server = await serveTask({
      answer(update) {
        if (++updates === 12) setImmediate(() => void server.close());
        return [answerTo(update)];
      },
    });
    const behaviours = "all: { weight: 1, actions: 20, thinkTime: 150ms }";
    const run = await runAgainst(t, server.url, scenarioText({ behaviours }));
    assert.ok(run.summary !== undefined, run.stderr);
    assert.equal(run.summary.end.how, "finished");
    assert.ok((run.summary.failures?.length ?? 0) > 0);
    assert.ok((run.summary.counters["requests_failed"] ?? 0) > 0);
  });

  test("a registration without an answer is a load that was not generated", async (t) => {
    const server = await serveTask({ intercept: (request) => request.url === "/request_agent" });
    t.after(() => server.close());
    const run = await runAgainst(t, server.url, scenarioText({ target: QUICK }));
    assert.equal(run.code, 99);
    assert.match(
      run.summary?.load?.why ?? "",
      /^6 of 6 workers could not register: POST \/request_agent: expected an answer within 4000 ms$/,
    );
  });

  test("a run in which no submit is answered does not pass", async (t) => {
    const server = await serveTask({
      intercept(request, response) {
        if (request.url !== "/submit_task") return false;
        response.writeHead(502, { "content-type": "application/json" }).end("{}");
        return true;
      },
    });
    t.after(() => server.close());
    const run = await runAgainst(t, server.url, scenarioText());
    assert.equal(run.code, 99, run.stdout + run.stderr);
    const why = "none of 6 submits had a valid answer: POST /submit_task: expected 200 with JSON, got 502 with";
    const { load, verdict } = run.summary ?? {};
    assert.ok(load?.why?.startsWith(why), run.stdout);
    assert.ok(verdict?.reasons.some(({ text }) => text.startsWith(`the load was not generated: ${why}`)));
  });

  test("a run in which every registration is refused does not pass, and says why", async (t) => {
    const reason = "There is currently no available work, please try again later...";
    const server = await serveTask({
      intercept(request, response) {
        if (request.url !== "/request_agent") return false;
        const data = { request_id: "r", worker_id: "1", agent_id: null, init_task_data: null, failure_reason: reason };
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ packet_type: "agent_details", subject_id: "c", data }));
        return true;
      },
    });
    t.after(() => server.close());
    const run = await runAgainst(t, server.url, scenarioText());
    assert.equal(run.code, 99, run.stdout + run.stderr);
    assert.match(
      run.summary?.load?.why ?? "",
      /^no agent was registered: registration: given no agent: "There is currently/,
    );
  });

  test("what is left of a run that was killed is said in one line", async (t) => {
    const results = join(temporaryDirectory(t), "results");
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const server = await serveTask({
      answer(update) {
        begun();
        return [answerTo(update)];
      },
    });
    t.after(() => server.close());
    const file = `${results}.yaml`;
    writeFileSync(file, scenarioText({ behaviours: "all: { weight: 1, actions: 100, thinkTime: 100ms }" }));
    const { child, ended } = start(["--scenario", file, "--target", server.url, "--results", results]);
    await hasBegun;
    child.kill("SIGKILL");
    await ended;
    const [run = ""] = readdirSync(results);
    const directory = join(results, run);
    const told = await simulate("report", directory);
    assert.deepEqual(told, {
      code: 1,
      stdout: "",
      stderr: `simulate: ${directory}: the run against ${server.url} goes on, or was cut off: what its clients see is written at its end\n`,
    });
    const { stdout } = await simulate("runs", "--results", results);
    assert.match(stdout, /^\? .* no summary: the run is still running, or did not finish/);
  });

  test("a full file table ends the run, and its results are written", async (t) => {
    const server = await serveTask();
    t.after(() => server.close());
    const directory = temporaryDirectory(t);
    const file = join(directory, "many.yaml");
    const results = join(directory, "results");
    writeFileSync(file, scenarioText({ workers: 600 }));
    const command = `ulimit -n 200; exec "$@"`;
    const args = [MAIN, "--scenario", file, "--target", server.url, "--results", results, "--threads", "1", "--quiet"];
    const child = spawn("sh", ["-c", command, "sh", process.execPath, ...args], { stdio: "ignore" });
    assert.deepEqual(await once(child, "close"), [1, null]);
    const [run = ""] = readdirSync(results);
    const { end, failures = [] } = readSummary(join(results, run));
    assert.equal(end.how, "interrupted");
    assert.match(
      end.why ?? "",
      /: too many open files \(EMFILE\); raise the limit \(ulimit -n\), or run fewer workers at once$/,
    );
    assert.ok(failures.some(({ what }) => what === end.why));
  });
});

test("a dialect that throws ends the run with its name and the line", async (t) => {
  const server = await serveTask();
  t.after(() => server.close());
  const module = join(temporaryDirectory(t), "quiz.mjs");
  writeFileSync(
    module,
    'export default { name: "quiz", reply: () => "none",\n  update: ({ text }) => text.missing.length };\n',
  );
  const { code, stderr } = await runAgainst(t, server.url, scenarioText(), "--dialect", module);
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    /^simulate: thread \S+ died: worker \d+: dialect quiz: update threw: Cannot read .*'length'\)$/m,
  );
  assert.match(stderr, /^ {4}at .*quiz\.mjs:2:\d+\)$/m);
});
