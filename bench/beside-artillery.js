/**
 * The CPU time of a run over a network beside artillery's, which sends the same messages to the same echo endpoint at
 * the same rate: a message, and the start (a run with one message a connection). Artillery is not a dependency of this
 * package:
 *
 *   npm install --prefix /tmp/artillery --ignore-scripts artillery@2
 *   npm run build && node bench/beside-artillery.js /tmp/artillery/node_modules/.bin/artillery [--rounds 5] [--connections 50] [--messages 100]
 *
 * Both programs are processes of their own and take turns; their CPU time, with that of their children, is the shell's
 * `times`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { WebSocketServer } from "ws";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    connections: { type: "string", default: "50" },
    messages: { type: "string", default: "100" },
  },
});
const [artillery] = positionals;
if (artillery === undefined) throw new Error("expected the path of artillery");
const connections = Number(values.connections);
const messages = Number(values.messages);
const SIMULATE = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const TEXT = "x".repeat(64);
const INTERVAL_MS = 100;

const directory = mkdtempSync(join(tmpdir(), "beside-"));
const { url, echoed, close } = await serveEcho();
try {
  const ways = { artillery: [], simulate: [] };
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [way, rounds] of Object.entries(ways)) {
      const start = await measure(way, 1);
      const whole = await measure(way, messages);
      rounds.push({
        start: start.cpu,
        whole: whole.cpu,
        message: (whole.cpu - start.cpu) / (whole.echoed - start.echoed),
      });
    }
  }
  console.log(`${connections} connections, ${messages} messages each; CPU time, median of ${values.rounds} rounds`);
  for (const [way, rounds] of Object.entries(ways)) {
    const [start, whole, message] = ["start", "whole", "message"].map((key) => median(rounds.map((each) => each[key])));
    console.log(
      `  ${way.padEnd(10)} ${(1e6 * message).toFixed(0)} µs a message; start ${start.toFixed(2)} s, whole run ${whole.toFixed(2)} s`,
    );
  }
} finally {
  close();
  rmSync(directory, { recursive: true });
}

/** CPU seconds of one run, and how many messages the endpoint has echoed. */
async function measure(way, each) {
  const before = echoed();
  const file = join(directory, `${way}.yaml`);
  writeFileSync(file, way === "artillery" ? artilleryScript(each) : scenario(each));
  const args = way === "artillery" ? [artillery, "run", "--quiet", file] : simulateArgs(file);
  const cpu = await cpuSecondsOf(way === "artillery" ? args : [process.execPath, ...args]);
  return { cpu, echoed: echoed() - before };
}

function simulateArgs(file) {
  return [SIMULATE, "-s", file, "--target", url, "--threads", "1", "--quiet", "--results", join(directory, "results")];
}

function scenario(each) {
  return `
name: beside
description: The same messages as artillery sends.
incident: None.
arrivals: { startRate: ${connections}, stages: [{ duration: 1s, target: ${connections} }] }
task: { blueprint: chat, liveUpdateTimeout: 5s, submissionTimeout: 5s }
behaviours: { all: { weight: 1, actions: ${each}, thinkTime: ${INTERVAL_MS}ms } }
target: { dialect: echo }
drainTimeout: 10s
`;
}

/** artillery pairs each send with a pause, as the scenario does. */
function artilleryScript(each) {
  return JSON.stringify({
    config: { target: url.replace("http", "ws"), phases: [{ duration: 1, arrivalRate: connections }] },
    scenarios: [
      {
        engine: "ws",
        flow: [
          {
            loop: [
              { think: INTERVAL_MS / 1000 },
              {
                send: JSON.stringify({
                  packet_type: "mephisto_bound_live_update",
                  subject_id: "1",
                  data: { text: TEXT, update_id: "1" },
                }),
              },
            ],
            count: each,
          },
        ],
      },
    ],
  });
}

async function cpuSecondsOf([program, ...args]) {
  const child = spawn("sh", ["-c", '"$@" >/dev/null 2>&1; times', "sh", program, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ARTILLERY_DISABLE_TELEMETRY: "true", CI: "true" },
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  await once(child, "close");
  // The second line: user and system time of the children, as 0m1.23s.
  const [, children = ""] = text.trim().split("\n");
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, min, s]) => sum + 60 * Number(min) + Number(s), 0);
}

/** Registers and answers everyone, and sends every message back. */
async function serveEcho() {
  let count = 0;
  let agents = 0;
  const answers = {
    "/is_alive": () => ({ status: "Alive!" }),
    "/request_agent": () => ({
      packet_type: "agent_details",
      subject_id: "echo",
      data: { request_id: "r", worker_id: "1", agent_id: String(++agents), init_task_data: {}, failure_reason: null },
    }),
    "/submit_task": () => ({ status: "Submitted!" }),
  };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const answer = answers[request.url]?.();
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? {}));
    });
  });
  new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket) => {
    socket.on("message", (data) => {
      const text = data.toString();
      const isUpdate = text.includes('"mephisto_bound_live_update"');
      if (isUpdate) count++;
      const { packet_type, subject_id } = isUpdate ? {} : JSON.parse(text);
      const status = { packet_type: "update_status", subject_id, data: { status: "in task" } };
      socket.send(packet_type === "alive" ? JSON.stringify(status) : text);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    echoed: () => count,
    close: () => (server.closeAllConnections(), server.close()),
  };
}

function median(list) {
  return [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
}
