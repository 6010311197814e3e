/**
 * What a run of one worker costs beside bare programs of Node.js that start as many threads, load the same libraries
 * and open the same database, but have nothing of crowdstorm in them: CPU time of all threads of a process, from its
 * start to its exit.
 *
 *   npm run build && node bench/start-up.js [--rounds 5]
 *
 * The programs take turns, so that what else the machine does hits all alike. Results: docs/performance.md.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const directory = mkdtempSync(join(tmpdir(), "crowdstorm-start-up-"));
const MAIN = at("../dist/cli/main.js");

/** Loaded first: prints the CPU time of all threads at the end, ms. */
const meter = join(directory, "meter.cjs");
writeFileSync(
  meter,
  `if (require("node:worker_threads").isMainThread) process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    require("node:fs").writeSync(2, "\\n" + (user + system) / 1000);
  });`,
);

const sqlite = `const Sqlite = require(${JSON.stringify(at("../node_modules/better-sqlite3"))});`;
/** A thread that does what one of a run does before its first message. */
const reader = `${sqlite} new Sqlite(require("node:worker_threads").workerData, { readonly: true }).close()`;
const threads = (count, code, data) =>
  `for (let n = 0; n < ${count}; n++)
     new (require("node:worker_threads").Worker)(${JSON.stringify(code)}, { eval: true, workerData: ${data} });`;
/** The writer's database, which the threads of a run read: made here, as the threads need it. */
const database = `${sqlite} const path = ${JSON.stringify(join(directory, "bare.db"))};
  const db = new Sqlite(path); db.pragma("journal_mode = WAL"); db.exec("CREATE TABLE IF NOT EXISTS t (a)");`;
const libraries = ["yargs", "zod", "yaml", "hdr-histogram-js", "piscina", "chalk", "log-update"]
  .map((name) => `import(${JSON.stringify(import.meta.resolve(name))});`)
  .join(" ");

const run = ["-s", "disconnect-storm", "--workers", "1", "--duration", "1s", "--quiet", "--results"];
const programs = [
  ["node -e 0", ["-e", "0"]],
  ["five empty threads", ["-e", threads(5, "0", "0")]],
  [
    "the same, four with better-sqlite3 and a connection",
    ["-e", `${database} ${threads(4, reader, "path")} ${threads(1, "0", "0")}`],
  ],
  [
    "the same, with a run's libraries in the main thread",
    ["-e", `${database} ${threads(4, reader, "path")} ${threads(1, "0", "0")} ${libraries}`],
  ],
  ["simulate --help", [MAIN, "--help"]],
  ["simulate validate", [MAIN, "validate", "steady"]],
  ["a run of one worker", [MAIN, ...run, join(directory, "results")]],
];

const measured = new Map(programs.map(([name]) => [name, []]));
try {
  for (let round = 0; round < Number(values.rounds); round++)
    for (const [name, args] of programs) measured.get(name).push(cpuTimeOf(args));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
for (const [name, times] of measured) {
  const sorted = times.sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  console.log(
    `${name.padEnd(56)} ${median.toFixed(0).padStart(5)} ms (${sorted[0].toFixed(0)} – ${sorted.at(-1).toFixed(0)})`,
  );
}

/** A run that has not passed (97, 98, 99) costs as much as one that has. */
function cpuTimeOf(args) {
  const command = `"$@" 2>&1 >/dev/null || [ $? -ge 97 ]`;
  const output = execFileSync("sh", ["-c", command, "sh", process.execPath, "--require", meter, ...args], {
    encoding: "utf8",
  });
  return Number(output.trim().split("\n").at(-1));
}
