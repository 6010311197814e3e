/**
 * The cost of simulated workers over a network: CPU time an update and its reply beside a bare client of `ws` that
 * exchanges the same messages at the same rate with the same server, in the same run; and the memory of a connected
 * worker.
 *
 *   npm run build && node bench/network-client.js [--connections 200] [--messages 200] [--interval 100] [--rounds 3]
 *   node bench/network-client.js --workers 10000 [--target http://127.0.0.1:3000]
 *
 * Each client and the server are processes of their own. The ways take turns, so that what else the machine does hits
 * both alike.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { WebSocket, WebSocketServer } from "ws";
import { createRecorder } from "../dist/load/measure/index.js";
import { TimerDriver, dialectOf, networkTargetOf, resolveTarget } from "../dist/load/network/index.js";
import { startNetworkClients } from "../dist/load/run/network/network-clients.js";
import { buildPlan, scenarioFrom } from "../dist/load/scenario/index.js";
import { createTaskGroup } from "../dist/platform/live/index.js";
import { Reactor, systemClock } from "../dist/platform/sync/index.js";

const TEXT = "x".repeat(64);
const CONNECT_MS = 2000;

const { values } = parseArgs({
  options: {
    role: { type: "string", default: "main" },
    connections: { type: "string", default: "200" },
    messages: { type: "string", default: "200" },
    interval: { type: "string", default: "100" },
    rounds: { type: "string", default: "3" },
    workers: { type: "string" },
    target: { type: "string" },
  },
});
const connections = Number(values.connections);
const messages = Number(values.messages);
const intervalMs = Number(values.interval);

const roles = { main, server, bare, workers, memory };
await roles[values.role]();

async function main() {
  if (values.workers !== undefined) return measureMemory();
  const results = { "bare ws client": [], "simulated workers": [] };
  const ratios = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    const bareRun = await withServer((url) => runChild("bare", ["--target", url]));
    const workersRun = await withServer((url) => runChild("workers", ["--target", url]));
    results["bare ws client"].push({ ...bareRun.client, server: bareRun.server });
    results["simulated workers"].push({ ...workersRun.client, server: workersRun.server });
    ratios.push([
      workersRun.client.cpuUs / bareRun.client.cpuUs,
      workersRun.client.cpuUs / (bareRun.client.cpuUs + bareRun.server),
    ]);
  }
  console.log(
    `${connections} connections, ${messages} messages each, one every ${intervalMs} ms; CPU time a message and its reply, median of ${values.rounds} rounds`,
  );
  for (const [way, rounds] of Object.entries(results)) {
    const [cpu, replies, serverUs] = ["cpuUs", "replies", "server"].map((key) =>
      median(rounds.map((each) => each[key])),
    );
    console.log(`  ${way.padEnd(20)} ${cpu.toFixed(1)} µs (${replies} replies; its server ${serverUs.toFixed(1)} µs)`);
  }
  console.log(
    `  beside the bare client: ${median(ratios.map(([a]) => a)).toFixed(2)}x; beside the bare pair: ${median(ratios.map(([, b]) => b)).toFixed(2)}x`,
  );
  return undefined;
}

async function measureMemory() {
  const run = async (url) => runChild("memory", ["--target", url, "--workers", values.workers], ["--expose-gc"]);
  const { client } = values.target === undefined ? await withServer(run) : { client: await run(values.target) };
  console.log(
    `${client.connected} of ${values.workers} workers connected: ${(client.bytes / 1024).toFixed(1)} KiB of heap and external memory each, ` +
      `${(client.rss / 1024).toFixed(1)} KiB resident; ${client.cpuSeconds.toFixed(1)} s of CPU`,
  );
}

async function withServer(use) {
  const child = fork(new URL(import.meta.url), ["--role", "server"]);
  const [{ url }] = await once(child, "message");
  const client = await use(url);
  child.send("end");
  const [{ cpuUs }] = await once(child, "message");
  child.kill();
  return { client, server: cpuUs };
}

async function runChild(role, args, execArgv = []) {
  const passed = ["--connections", values.connections, "--messages", values.messages, "--interval", values.interval];
  const child = fork(new URL(import.meta.url), ["--role", role, ...passed, ...args], { execArgv });
  const [result] = await once(child, "message");
  child.kill();
  return result;
}

/** A router with a task that sends back what it gets, with as little work as possible. */
async function server() {
  let agents = 0;
  let echoed = 0;
  let before;
  const http = createServer((request, response) => {
    request.resume();
    request.once("end", () => {
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answerOf(request.url)));
    });
  });
  const answerOf = (path) => {
    if (path !== "/request_agent") return { status: path === "/is_alive" ? "Alive!" : "Submitted!" };
    const data = {
      request_id: "r",
      worker_id: "1",
      agent_id: String(++agents),
      init_task_data: null,
      failure_reason: null,
    };
    return { packet_type: "agent_details", subject_id: "c", data };
  };
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  sockets.on("connection", (socket) => {
    socket.on("message", (data) => {
      const text = data.toString("utf8");
      if (text.includes('"mephisto_bound')) {
        before ??= process.cpuUsage();
        echoed++;
        socket.send(text.replace('"mephisto_bound', '"client_bound'));
      } else {
        const packet = JSON.parse(text);
        if (packet.packet_type === "alive")
          socket.send(
            JSON.stringify({
              packet_type: "update_status",
              subject_id: packet.subject_id,
              data: { status: "in task" },
            }),
          );
        else socket.send(JSON.stringify({ ...packet, data: { last_mephisto_ping: Date.now(), status: "in task" } }));
      }
    });
  });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  process.on("message", () => process.send({ cpuUs: echoed === 0 ? 0 : spentUs(before) / echoed }));
  process.send({ url: `http://127.0.0.1:${http.address().port}` });
}

/** The same messages through `ws` alone. */
async function bare() {
  const url = values.target.replace("http", "ws");
  const clients = Array.from({ length: connections }, () => new WebSocket(url, { perMessageDeflate: false }));
  await Promise.all(clients.map((client) => once(client, "open")));
  let replies = 0;
  for (const client of clients)
    client.on("message", (data) => {
      if (JSON.parse(data.toString("utf8")).data.echo_id !== undefined) replies++;
    });
  const before = process.cpuUsage();
  await Promise.all(clients.map((client, index) => sendAll(client, index)));
  while (replies < connections * messages) await sleep(20);
  process.send({ cpuUs: spentUs(before) / replies, replies });
}

/** Each message at a time of its own, as planned ones have; intervals of one length would be run together. */
async function sendAll(client, index) {
  const startsAt = performance.now() + (intervalMs * index) / connections;
  for (let sent = 1; sent <= messages; sent++) {
    const dueAt = startsAt + sent * intervalMs;
    await sleep(Math.max(0, dueAt - performance.now()));
    const echo_id = `w/${index}/${sent}`;
    const data = { echo_id, text: TEXT, update_id: echo_id };
    client.send(JSON.stringify({ packet_type: "mephisto_bound_live_update", subject_id: String(index), data }));
  }
}

/** Simulated workers, as a client thread of a run carries them. All are connected before the first of them sends. */
async function workers() {
  const { clients, recorder } = await startWorkers(connections, {
    actions: messages,
    // The first message comes once everybody is connected.
    thinkTime: `${intervalMs}ms`,
  });
  const snapshots = [];
  let before;
  while (!clients.done()) {
    await sleep(20);
    const snapshot = recorder.take();
    snapshots.push(snapshot);
    if (before === undefined && countIn(snapshots, "live_updates_sent") > 0) before = process.cpuUsage();
  }
  const spent = spentUs(before);
  snapshots.push(recorder.take());
  process.send({
    cpuUs: spent / countIn(snapshots, "live_updates_sent"),
    replies: countIn(snapshots, "live_updates_sent"),
  });
  await clients.close();
}

/** Workers that have registered and opened their sockets, and send nothing but heartbeats. */
async function memory() {
  const count = Number(values.workers);
  await startWorkers(1, { actions: 1, thinkTime: "50ms" });
  await sleep(2000);
  const atRest = used();
  const cpu = process.cpuUsage();
  const { evidence } = await startWorkers(count, { actions: 1, thinkTime: "10m" }, Math.max(2000, count * 2));
  const deadline = Date.now() + 180_000;
  while (Date.now() < deadline) {
    await sleep(1000);
    if (evidence().filter(({ statuses }) => statuses.some(({ status }) => status === "in task")).length >= count) break;
  }
  // Their first heartbeats are answered.
  await sleep(8000);
  const now = used();
  const connected = evidence().filter(({ statuses }) => statuses.some(({ status }) => status === "in task")).length;
  process.send({
    connected,
    bytes: (now.bytes - atRest.bytes) / connected,
    rss: (now.rss - atRest.rss) / connected,
    cpuSeconds: spentUs(cpu) / 1e6,
  });
}

async function startWorkers(count, behaviour, arrivalsMs = CONNECT_MS) {
  const { scenario } = scenarioFrom(
    {
      name: "cost",
      description: "Workers that send at an even rate.",
      incident: "None.",
      arrivals: {
        startRate: (count * 1000) / arrivalsMs,
        stages: [{ duration: `${arrivalsMs}ms`, target: (count * 1000) / arrivalsMs }],
      },
      task: { blueprint: "chat", liveUpdateTimeout: "10m", submissionTimeout: "10m" },
      behaviours: { all: { weight: 1, payloadBytes: 64, ...behaviour } },
      target: { dialect: values.role === "memory" ? "chat" : "echo" },
      drainTimeout: "10m",
    },
    "bench",
  );
  const options = { workers: count };
  const target = networkTargetOf(scenario, await resolveTarget(new URL(values.target), false), {});
  const reactor = new Reactor(systemClock, () => {
    throw new Error("no events");
  });
  reactor.drive(new TimerDriver(reactor));
  const originMs = systemClock.now() + 50;
  const recorder = createRecorder({ thread: "bench", originMs });
  const clients = startNetworkClients({
    reactor,
    recorder,
    taskGroup: createTaskGroup((name, error) => {
      throw new Error(name, { cause: error });
    }),
    run: { scenario, plan: options, target, prefix: `bench-${process.pid}-${count}-`, shards: 1 },
    plan: buildPlan(scenario, options),
    dialect: dialectOf(target.dialect.name),
    shard: 0,
    originMs,
    onFatal: (why) => {
      throw new Error(why);
    },
  });
  return { clients, recorder, evidence: () => clients.evidence().agents };
}

function countIn(snapshots, counter) {
  return snapshots.reduce((sum, { counters }) => sum + (counters.find(({ name }) => name === counter)?.count ?? 0), 0);
}

function used() {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { bytes: heapUsed + external, rss };
}

function spentUs(before) {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function median(list) {
  return list.toSorted((a, b) => a - b)[list.length >> 1];
}
