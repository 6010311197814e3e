/**
 * What it costs a run to be looked at: the record of the order of operations, on against off, by the CPU time of whole runs that take
 * turns, each in a process of its own; and what every run records of each live update, beside the CPU time of the update.
 */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createRecorder, STAGES } from "../load/measure/index.js";
import { noteTaken, nothingTaken } from "../load/check/index.js";
import { summarySchema } from "../results/index.js";
import type { Bench } from "./figure.js";
import { inDirectory } from "./platform.js";

const execute = promisify(execFile);
const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));
const LOAD = ["--scenario", "steady", "--workers", "400", "--duration", "4s", "--quiet"];
/** A module that makes a process print the CPU time of all its threads as it ends, µs. Its threads load it as well. */
const TELL_CPU_TIME = `data:text/javascript,${encodeURIComponent(`
  import { isMainThread } from "node:worker_threads";
  if (isMainThread) process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    process.stdout.write(String(user + system));
  });
`)}`;
/** Updates recorded in a row. */
const UPDATES = 200_000;
/** Between two hand-overs to the coordinator, as many as a busy thread takes in a quarter of a second. */
const UPDATES_A_SNAPSHOT = 1000;

export const recording: Bench = {
  name: "recording",
  doc: "CPU time of a run with its record of order and without, and of what every run records",
  async measure(rounds) {
    const [recorded, bare, measures]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      for (const records of round % 2 === 0 ? [true, false] : [false, true])
        (records ? recorded : bare).push(await costOfAnUpdate(records));
      measures.push(costOfMeasures());
    }
    return [
      {
        name: "recording/order",
        doc: "CPU time of a run an update, with the record of order",
        unit: "µs",
        better: "smaller",
        rounds: recorded,
        floor: { doc: "the same run with --no-record", rounds: bare },
        goal: 1.03,
      },
      {
        name: "recording/measures",
        doc: "CPU time of recording one update's stages and evidence",
        unit: "µs",
        better: "smaller",
        rounds: measures,
        floor: { doc: "CPU time of a run an update, with --no-record", rounds: bare },
        goal: 0.03,
      },
    ];
  },
};

/** CPU time of a run over the updates that were taken in it, µs. All of its process is in it: start, clients, platform, database, report. */
function costOfAnUpdate(records: boolean): Promise<number> {
  return inDirectory(async (results) => {
    const args = ["--import", TELL_CPU_TIME, MAIN, ...LOAD, ...(records ? [] : ["--no-record"]), "--results", results];
    const { stdout } = await execute(process.execPath, args).catch((error: unknown) => {
      // A machine that is too busy for the schedule (exit 99) has still spent its CPU time on these updates.
      const { code, stdout: told } = error as { code?: unknown; stdout?: string };
      if (code !== 99 || told === undefined) throw error;
      return { stdout: told };
    });
    if (!/^\d+$/.test(stdout)) throw new Error(`a run did not tell its CPU time: ${stdout}`);
    const [run = ""] = readdirSync(results);
    const { counters } = summarySchema.parse(JSON.parse(readFileSync(join(results, run, "summary.json"), "utf8")));
    return Number(stdout) / (counters["live_updates_taken"] ?? NaN);
  });
}

/** What the threads of a run record of an update between them, in this thread alone, µs. */
function costOfMeasures(): number {
  const recorder = createRecorder({ thread: "bench", originMs: 0 });
  const taken = nothingTaken();
  const before = process.cpuUsage();
  for (let number = 1; number <= UPDATES; number++) {
    const ms = (number % 977) / 100;
    const atMs = number / 10;
    recorder.count("live_updates_sent");
    recorder.trend("schedule_slip").record(ms, atMs);
    for (const stage of STAGES) recorder.trend(stage).record(ms, atMs);
    for (const trend of ["live_update_latency", "live_update_service_time", "live_update_round_trip"] as const)
      recorder.trend(trend).record(ms, atMs);
    recorder.count("live_updates_taken");
    noteTaken(taken, number);
    if (number % UPDATES_A_SNAPSHOT === 0) recorder.take();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / UPDATES;
}
