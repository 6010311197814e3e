/**
 * The cost of recording. The record of the order of operations: the CPU time of alternating runs with and without it,
 * each in a process of its own. The measurements of each live update: their CPU time beside that of the update.
 */
import { createRecorder, STAGES } from "../load/measure/index.js";
import { noteTaken, nothingTaken } from "../load/check/index.js";
import type { Bench } from "./figure.js";
import { averageOf } from "./run-cost.js";
import { onWholeRun, OWN_ROOT } from "./whole-run.js";

const LOAD = ["--scenario", "steady", "--workers", "400", "--duration", "4s"];
/** The number of recorded updates. */
const UPDATES = 200_000;
/** Updates between two snapshots for the coordinator: those of a busy thread in a quarter of a second. */
const UPDATES_A_SNAPSHOT = 1000;

export const recording: Bench = {
  name: "recording",
  doc: "CPU time of a run with and without its record of order, and of the measurements of every run",
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
        doc: "CPU time of a run for each update, with the record of order",
        unit: "µs",
        better: "smaller",
        rounds: recorded,
        floor: { doc: "the same run with --no-record", rounds: bare },
        goal: 1.03,
      },
      {
        name: "recording/measures",
        doc: "CPU time of recording the stages and the evidence of an update",
        unit: "µs",
        better: "smaller",
        rounds: measures,
        floor: { doc: "CPU time of a run for each update, with --no-record", rounds: bare },
        goal: 0.03,
      },
    ];
  },
};

/** The CPU time of a run for each taken update, µs. It includes the whole process, from its start to the report. */
function costOfAnUpdate(records: boolean): Promise<number> {
  const options = [...LOAD, ...(records ? [] : ["--no-record"])];
  return onWholeRun(OWN_ROOT, options, ({ cost }) => averageOf(cost).updateUs);
}

/** The CPU time of the measurements that all threads of a run record for an update, here in one thread, µs. */
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
