/**
 * What work over Redis costs, with a redis-server of its own:
 *
 *   npm run build && node bench/work-over-redis.js sweep [--rounds 3] [--seeds 500] [--workers 100] [--processes 3]
 *   node bench/work-over-redis.js queue [--rounds 3] [--blocks 20000] [--processes 3]
 *   node bench/work-over-redis.js kill [--rounds 3] [--workers 100] [--processes 3]
 *   node bench/work-over-redis.js bytes [--seeds 500] [--workers 100] [--processes 3]
 *
 * `sweep`: the CPU time of a sweep alone and of the same sweep over worker processes with one thread each, in turn, so
 * that what else the machine does hits both alike. That over worker processes is the coordinator's, from its start to
 * its exit, the worker processes' from the job's start to its end, and Redis'. Both sweeps must have the same digest.
 *
 * `queue`: blocks a second from the coordinator through BullMQ to worker processes and back, when a block is no work,
 * and the CPU time a block.
 *
 * `kill`: the time from the SIGKILL of a worker process in the middle of a sweep until all blocks that were at work
 * then have their results, the lost one among them.
 *
 * `bytes`: what a sweep takes in `blocks.ndjson`, in Redis at most, and in the coordinator's memory.
 */
import { fork, spawn } from "node:child_process";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setInterval } from "node:timers";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { z } from "zod";
import { PREFIX } from "../dist/distributed/connect-redis.js";
import { BLOCK_FILE, connectRedis, parseRedisUrl } from "../dist/distributed/index.js";
import { requirementsHere } from "../dist/distributed/compatibility.js";
import { blockId, BlockLedger, sizeOf } from "../dist/distributed/coordinator/block-ledger.js";
import { coordinate } from "../dist/distributed/coordinator/coordinator.js";
import { writeWorkerProcess } from "../dist/distributed/job-registry.js";
import { blockOf, blocksQueue } from "../dist/distributed/keys.js";
import { MESSAGES_VERSION } from "../dist/distributed/messages.js";
import { HeldJob } from "../dist/distributed/worker/held-job.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    seeds: { type: "string", default: "500" },
    workers: { type: "string", default: "100" },
    scenario: { type: "string", default: "disconnect-storm" },
    blocks: { type: "string", default: "20000" },
    processes: { type: "string", default: "3" },
  },
});
const rounds = Number(values.rounds);
const processes = Number(values.processes);
const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const JOB = "queue";
/** Blocks of each worker process before the next one is killed. */
const SETTLING_BLOCKS = 5;
/** Blocks that a worker process of `queue` holds: as many as threads of a large machine. */
const AT_ONCE = 32;

const measures = { sweep: measureSweep, queue: measureQueue, kill: measureKill, bytes: measureBytes, echo: echoBlocks };
const measure = measures[positionals[0]];
if (measure === undefined) throw new Error("expected sweep, queue, kill or bytes");
await measure(...positionals.slice(1));

async function measureSweep() {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-redis-"));
  const redis = await startRedis(directory);
  const meter = join(directory, "meter.cjs");
  const used = join(directory, "used");
  writeFileSync(
    meter,
    `const { isMainThread } = require("node:worker_threads");
    if (isMainThread) process.on("exit", () => {
      const { user, system } = process.cpuUsage();
      require("node:fs").writeFileSync(${JSON.stringify(used)}, String((user + system) / 1000));
    });`,
  );
  const crew = startCrew(redis.url);
  try {
    await Promise.all(crew.map((child) => said(child, child.stderr, /waiting for jobs/)));
    const pids = crew.map(({ pid }) => pid);
    const results = join(directory, "results");
    const args = ["sweep", "-s", values.scenario, "--workers", values.workers, "--seeds", `1..${values.seeds}`];
    const sweep = async (...more) => {
      const child = spawn(
        process.execPath,
        ["--require", meter, MAIN, ...args, "--json", "--results", results, ...more],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      let text = "";
      for await (const part of child.stdout) text += part;
      if (child.exitCode === null) await once(child, "exit");
      const { digest, seconds } = JSON.parse(text);
      return { digest, seconds, cpuMs: Number(readFileSync(used, "utf8")) };
    };
    const ratios = [];
    for (let round = 1; round <= rounds; round++) {
      const alone = await sweep();
      const before = [...pids, redis.pid].map(cpuMsOf);
      const shared = await sweep("--redis", redis.url, "--quiet");
      const after = [...pids, redis.pid].map(cpuMsOf);
      if (shared.digest !== alone.digest) throw new Error("the results differ");
      const byProcess = after.map((ms, index) => ms - before[index]);
      const redisMs = byProcess.pop();
      const workersMs = byProcess.reduce((sum, ms) => sum + ms, 0);
      const total = shared.cpuMs + workersMs + redisMs;
      ratios.push(total / alone.cpuMs);
      console.log(
        `round ${round}: alone ${ms(alone.cpuMs)} of CPU in ${alone.seconds.toFixed(1)} s; ` +
          `over ${processes} worker processes ${ms(total)} in ${shared.seconds.toFixed(1)} s ` +
          `(coordinator ${ms(shared.cpuMs)}, worker processes ${ms(workersMs)}, Redis ${ms(redisMs)}): ` +
          `${(total / alone.cpuMs).toFixed(3)} times`,
      );
    }
    console.log(`median: ${median(ratios).toFixed(3)} times the CPU time alone`);
  } finally {
    for (const child of crew) child.kill("SIGKILL");
    redis.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureQueue() {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-redis-"));
  const redis = await startRedis(directory);
  const crew = Array.from({ length: processes }, (_, index) =>
    fork(fileURLToPath(import.meta.url), ["echo", redis.url, String(index)]),
  );
  const server = await connect(redis.url);
  try {
    await Promise.all(crew.map((child) => once(child, "message")));
    const rates = [];
    for (let round = 1; round <= rounds; round++) {
      const pids = [...crew.map(({ pid }) => pid), redis.pid];
      const before = [process.pid, ...pids].map(cpuMsOf);
      const began = performance.now();
      await runBlocks(server, join(directory, String(round)));
      const seconds = (performance.now() - began) / 1000;
      const cpuUs = [process.pid, ...pids].map((pid, index) => (1000 * (cpuMsOf(pid) - before[index])) / values.blocks);
      const [coordinator, ...others] = cpuUs;
      const redisUs = others.pop();
      const workersUs = others.reduce((sum, us) => sum + us, 0);
      rates.push(values.blocks / seconds);
      console.log(
        `round ${round}: ${Math.round(values.blocks / seconds)} blocks a second; CPU a block: ` +
          `coordinator ${Math.round(coordinator)} µs, worker processes ${Math.round(workersUs)} µs, Redis ${Math.round(redisUs)} µs`,
      );
    }
    console.log(`median: ${Math.round(median(rates))} blocks a second`);
  } finally {
    for (const child of crew) child.kill("SIGKILL");
    server.close();
    redis.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measureKill() {
  await withSweep(async ({ crew, client, id, lines, url }) => {
    const times = [];
    for (let round = 1; round <= rounds; round++) {
      // The size of blocks has settled, and a killed process was replaced.
      const settled = lines().length + SETTLING_BLOCKS * processes;
      await until(() => lines().length >= settled);
      const began = performance.now();
      await until(() => lines().length >= settled + SETTLING_BLOCKS * processes);
      const blockMs = (performance.now() - began) / SETTLING_BLOCKS;
      crew.shift().kill("SIGKILL");
      const killed = performance.now();
      const open = new Set((await client.lrange(`${PREFIX}:${blocksQueue(id)}:active`, 0, -1)).map(blockOf));
      await until(() => lines().filter((line) => open.has(blockId(JSON.parse(line)))).length === open.size);
      times.push(performance.now() - killed);
      console.log(
        `round ${round}: ${open.size} blocks of ${ms(blockMs)} were at work, ` +
          `all had their results ${ms(times.at(-1))} after the SIGKILL`,
      );
      crew.push(...startCrew(url, 1));
    }
    console.log(`greatest: ${ms(Math.max(...times))}, median: ${ms(median(times))}`);
  });
}

async function measureBytes() {
  await withSweep(async ({ client, lines, atStart }) => {
    let most = 0;
    let seeds = 0;
    await until(async () => {
      most = Math.max(most, (await memoryOf(client)) - atStart);
      seeds = lines().reduce((sum, line) => sum + sizeOf(JSON.parse(line)), 0);
      return seeds >= Number(values.seeds);
    });
    const bytes = Buffer.byteLength(lines().join("\n"));
    console.log(
      `${seeds} seeds in ${lines().length} blocks: ${BLOCK_FILE} has ${Math.round(bytes / seeds)} bytes a seed; ` +
        `Redis took at most ${Math.round(most / 1024)} KiB; ` +
        `the coordinator keeps ${bytesOfCollectedBlock()} bytes a block`,
    );
  });
}

/** Calls `measured` in the middle of a sweep over worker processes, with the lines of its collected blocks. */
async function withSweep(measured) {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-redis-"));
  const redis = await startRedis(directory);
  const crew = startCrew(redis.url);
  const server = await connect(redis.url);
  const { client } = server;
  let sweep;
  try {
    await Promise.all(crew.map((child) => said(child, child.stderr, /waiting for jobs/)));
    const atStart = await memoryOf(client);
    const results = join(directory, "results");
    const options = ["-s", values.scenario, "--workers", values.workers, "--seeds", "1..10000000"];
    const all = [MAIN, "sweep", ...options, "--results", results, "--redis", redis.url];
    sweep = spawn(process.execPath, all, { stdio: ["ignore", "ignore", "pipe"] });
    await said(sweep, sweep.stderr, /works on the job/);
    const [id] = readdirSync(results);
    const lines = () =>
      readFileSync(join(results, id, BLOCK_FILE), "utf8")
        .split("\n")
        .slice(0, -1);
    await measured({ crew, client, id, lines, atStart, url: redis.url });
  } finally {
    for (const child of [sweep, ...crew]) child?.kill("SIGKILL");
    server.close();
    redis.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function startCrew(url, count = processes) {
  const args = [MAIN, "worker", "--redis", url, "--threads", "1"];
  return Array.from({ length: count }, () => spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] }));
}

async function until(condition) {
  while (!(await condition())) await delay(20);
}

async function memoryOf(client) {
  return Number(/^used_memory:(\d+)/m.exec(await client.info("memory"))[1]);
}

/** The memory of a block that a coordinator has collected. */
function bytesOfCollectedBlock() {
  const blocks = 1_000_000;
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  const used = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const ledger = new BlockLedger({ first: 1, last: blocks });
  const before = used();
  for (let block = ledger.cut(1); block !== undefined; block = ledger.cut(1))
    ledger.enter(block, createHash("sha256").update(String(block.first)).digest("hex"));
  const bytes = Math.round((used() - before) / blocks);
  if (!ledger.isWhole) throw new Error("a block is missing");
  return bytes;
}

async function runBlocks(server, directory) {
  mkdirSync(directory);
  const end = await coordinate({
    server,
    saved: {
      ...{ version: 1, id: JOB, kind: "none", title: "blocks without work", requires: requirementsHere() },
      ...{ spec: {}, first: 1, last: Number(values.blocks), options: {} },
    },
    maxBlock: 1,
    result: z.number(),
    fits: (result, { first }) => result === first,
    directory,
    interrupt: new globalThis.AbortController().signal,
    log: () => undefined,
    onResult: () => false,
    failed: () => 0,
  });
  if (end !== "complete") throw new Error(`the job ended: ${end}`);
}

/** A worker process of `queue`: returns each block at once. */
async function echoBlocks(url, index) {
  const server = await connect(url);
  const worker = `echo-${index}`;
  new HeldJob({
    job: { id: JOB },
    accepted: { run: async ({ first }) => ({ result: first, cpuMs: 0 }), close: async () => undefined },
    blocksAtOnce: AT_ONCE,
    host: { worker, server, log: () => undefined },
    onBlock: () => undefined,
  });
  const enter = () =>
    writeWorkerProcess(server.client, {
      ...{ messages: MESSAGES_VERSION, id: worker, host: "here", cores: 1, threads: AT_ONCE, node: process.version },
      ...{ version: requirementsHere().version, clock: { offsetMs: 0, uncertaintyMs: 0 }, accepted: [JOB] },
      ...{ refused: [], blocks: 0, blocksDone: 0, seenAt: Date.now() },
    });
  await enter();
  setInterval(enter, 500);
  process.send("ready");
}

function connect(url) {
  return connectRedis(parseRedisUrl(url, {}), { what: "this benchmark", log: console.error });
}

async function startRedis(directory) {
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory];
  const child = spawn("redis-server", options, { stdio: ["ignore", "pipe", "inherit"] });
  await said(child, child.stdout, /Ready to accept connections/);
  return { url: `redis://127.0.0.1:${port}`, pid: child.pid, stop: () => child.kill("SIGKILL") };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

/** Resolves when the process has written the pattern to `stream`. */
function said(child, stream, pattern) {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.on("data", (part) => pattern.test((text += part)) && resolve());
    child.once("close", () => reject(new Error(text)));
  });
}

/** The CPU time of all threads of a process, ms: fields 14 and 15, in hundredths of a second. */
function cpuMsOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function ms(value) {
  return `${(value / 1000).toFixed(2)} s`;
}
