// Router mode (simulate --listen) against a scripted backend, beside a bare pair of ws that sends as many messages and
// gets as many back.
//   node bench/router-mode.js [UPDATES A SECOND = 12000] [SECONDS = 10]      (after npm run build:test)
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [rate = 12_000, seconds = 10] = process.argv.slice(2).map(Number);
const WORKERS = 200;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = mkdtempSync(join(tmpdir(), "router-mode-"));
process.once("exit", () => rmSync(root, { recursive: true, force: true }));

const actions = Math.round((rate * seconds) / WORKERS);
writeFileSync(
  join(root, "scenario.yaml"),
  `name: router-mode
description: A steady rate of updates.
incident: None.
arrivals: { startRate: ${WORKERS}, stages: [{ duration: 1s, target: ${WORKERS} }] }
target: { dialect: echo }
task: { blueprint: chat, liveUpdateTimeout: 60s, submissionTimeout: 60s }
behaviours:
  all: { weight: 1, actions: ${actions}, thinkTime: ${Math.round((1e6 * WORKERS) / rate)}us }
drainTimeout: 120s
`,
);

/** Starts a process; resolves with the first match of `pattern` in what it writes, and with its end. */
function start(args, pattern) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const matched = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk) => {
        text += chunk;
        const match = pattern.exec(text);
        if (match !== null) resolve(match[1]);
      });
  });
  const ended = new Promise((resolve) => child.once("close", () => resolve(text)));
  return { child, matched, ended };
}

async function routerMode() {
  const results = join(root, "results");
  const run = start(
    [here("../dist/cli/main.js"), "-s", join(root, "scenario.yaml"), "--listen", "127.0.0.1:0", "--results", results],
    /router: (http:\S+:\d+)/,
  );
  const url = await run.matched;
  const backend = start([here("../test-build/support/backend/run-backend.js"), url], /(\{.*\})/);
  await run.ended;
  backend.child.kill("SIGTERM");
  const { updates, cpu } = JSON.parse(await backend.matched);
  const [directory] = readdirSync(results);
  const { trends, counters, health, durationMs, overTime } = JSON.parse(
    readFileSync(join(results, directory, "summary.json"), "utf8"),
  );
  const { count, p50, p99 } = trends.live_update_round_trip;
  // Workers arrive, and end, within a second each: the rate is that of the middle interval.
  const rates = overTime.map((each) => (each.count * 1000) / each.lengthMs).sort((a, b) => a - b);
  const steady = Math.round(rates[Math.floor(rates.length / 2)]);
  const cpuSeconds = (health.process.cpuCores * durationMs) / 1000;
  console.log(
    `router mode: ${updates} updates, ${count} replies in ${(durationMs / 1000).toFixed(1)} s: ${steady} a second; ` +
      `round trip p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; CPU an update and reply: ${((cpuSeconds * 1e6) / count).toFixed(0)} us ` +
      `(workers and router), ${((cpu.user + cpu.system) / count).toFixed(0)} us (scripted backend); lost ${counters.packets_lost}`,
  );
}

/** A server that echoes, and one client with one socket: the same number of messages at the same rate. */
async function barePair() {
  const server = start(
    [
      "--input-type=module",
      "-e",
      `import { WebSocketServer } from ${JSON.stringify(import.meta.resolve("ws"))};
       const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false }, () => console.log("port " + server.address().port));
       server.on("connection", (ws) => { ws.on("message", (data) => ws.send(data.toString())); ws.on("close", () => { console.log("cpu " + JSON.stringify(process.cpuUsage())); process.exit(0); }); });`,
    ],
    /port (\d+)/,
  );
  const port = await server.matched;
  const client = start(
    [
      "--input-type=module",
      "-e",
      `import { WebSocket } from ${JSON.stringify(import.meta.resolve("ws"))};
       const total = ${actions * WORKERS}, each = ${rate} / 100;
       const ws = new WebSocket("ws://127.0.0.1:${port}", { perMessageDeflate: false });
       let sent = 0, got = 0; const text = JSON.stringify({ packet_type: "mephisto_bound_live_update", subject_id: "1234567890", data: { text: "x".repeat(64), update_id: "u" }, client_timestamp: 1.5 });
       const begun = performance.now();
       ws.on("message", () => { if (++got === total) { console.log("end " + JSON.stringify({ ms: performance.now() - begun, cpu: process.cpuUsage() })); ws.close(); } });
       ws.on("open", () => { const timer = setInterval(() => { const due = Math.min(total, Math.ceil((performance.now() - begun) / 10 * each)); while (sent < due) { ws.send(text); sent++; } if (sent === total) clearInterval(timer); }, 10); });`,
    ],
    /end (\{.*\})/,
  );
  const { ms, cpu } = JSON.parse(await client.matched);
  const serverCpu = JSON.parse(/cpu (\{.*\})/.exec(await server.ended)[1]);
  const total = actions * WORKERS;
  const us = ({ user, system }) => ((user + system) / total).toFixed(0);
  console.log(
    `bare ws pair: ${total} messages and answers in ${(ms / 1000).toFixed(1)} s: ${Math.round((total * 1000) / ms)} a second; ` +
      `CPU a message and answer: ${us(cpu)} us (client), ${us(serverCpu)} us (server)`,
  );
}

await barePair();
await routerMode();
