/**
 * What a live update of a whole run asks of the operating system: context switches, bytes and calls of reading and
 * writing, and system calls by name where `strace` is installed. Each is the difference between a run of the scenario
 * and a run of few workers, divided by the updates between them, so that start-up is not counted.
 *
 *   npm run build && node bench/system-calls.js [--scenario disconnect-storm] [--few 100]
 *
 * Linux only. A run under strace takes several times as long, so that its verdict means nothing, but it makes the same
 * updates. Results: docs/performance.md.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MAIN = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const { values } = parseArgs({
  options: { scenario: { type: "string", default: "disconnect-storm" }, few: { type: "string", default: "100" } },
});
const directory = mkdtempSync(join(tmpdir(), "crowdstorm-system-calls-"));
const METER = join(directory, "meter.cjs");
const TRACE = join(directory, "trace");
const METERED = join(directory, "metered.json");
writeFileSync(
  METER,
  `if (require("node:worker_threads").isMainThread) process.on("exit", () => {
    const fs = require("node:fs");
    const usage = process.resourceUsage();
    const lines = fs.readFileSync("/proc/self/io", "utf8").trim().split("\\n");
    const io = Object.fromEntries(lines.map((line) => line.split(": ")));
    fs.writeFileSync(${JSON.stringify(METERED)}, JSON.stringify({
      "context switches, voluntary": usage.voluntaryContextSwitches,
      "context switches, involuntary": usage.involuntaryContextSwitches,
      "calls that read": Number(io.syscr),
      "calls that write": Number(io.syscw),
      "bytes read": Number(io.rchar),
      "bytes written": Number(io.wchar),
    }));
  });`,
);

/** A finished run: its updates, and the counts of `countsOf`. */
function run(prefix, workers, countsOf) {
  const results = mkdtempSync(join(directory, "results-"));
  const number = workers === undefined ? [] : ["--workers", workers];
  const words = [MAIN, "--scenario", values.scenario, ...number, "--quiet", "--results", results];
  const [program, ...options] = [...prefix, process.execPath, "--require", METER, ...words];
  const { status, signal, stderr, error } = spawnSync(program, options, { encoding: "utf8" });
  if (error) throw error;
  // A threshold that is missed (99), or a run that proves nothing (97): its updates were made.
  if (![0, 97, 99].includes(status)) throw new Error(`the run ended with ${status ?? signal}: ${stderr}`);
  const [name] = readdirSync(results, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const { counters } = JSON.parse(readFileSync(join(results, name.name, "summary.json"), "utf8"));
  return { updates: counters.live_updates_taken, counts: countsOf() };
}

function printEach(prefix, countsOf, isShown = () => true) {
  const many = run(prefix, undefined, countsOf);
  const few = run(prefix, values.few, countsOf);
  const updates = many.updates - few.updates;
  console.log(`\n${many.updates} updates less ${few.updates}`);
  for (const [name, count] of Object.entries(many.counts)) {
    const each = (count - (few.counts[name] ?? 0)) / updates;
    if (isShown(each)) console.log(`  ${name.padEnd(32)} ${each.toFixed(2).padStart(10)} an update`);
  }
}

/** The table that `strace -c` wrote: the number of calls by name. */
function tracedCalls() {
  const rows = readFileSync(TRACE, "utf8").matchAll(/^ *(?<count>\d+) (?<name>\w+)$/gm);
  return Object.fromEntries(Array.from(rows, ({ groups }) => [groups.name, Number(groups.count)]));
}

try {
  printEach([], () => JSON.parse(readFileSync(METERED, "utf8")));
  if (spawnSync("strace", ["-V"]).error) console.log("\nsystem calls by name: skipped, strace is not installed");
  else printEach(["strace", "-f", "-qq", "-c", "-U", "calls,name", "-o", TRACE], tracedCalls, (each) => each >= 0.01);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
