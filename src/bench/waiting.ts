/** The cost of 100,000 agents that wait at once in one process: memory beyond the arena, and CPU time. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectDatabase, startWriter } from "../platform/db/index.js";
import type { Bench, Figure } from "./figure.js";
import { populate } from "../load/measure/floor/index.js";
import { inDirectory } from "./platform.js";
import type { WaitingOptions, WaitingResult } from "./waiting-process.js";

const AGENTS = 100_000;
const ACTIVE = AGENTS / 100;
const WATCH_MS = 2000;

export const waiting: Bench = {
  name: "waiting",
  doc: `${AGENTS} agents waiting in getLiveUpdate at once in one process`,
  measure: (rounds) =>
    inDirectory(async (directory) => {
      const path = join(directory, "run.db");
      const writer = await startWriter(path, { create: true });
      const db = connectDatabase(writer.connect());
      populate(db, AGENTS);
      db.close();
      await writer.close();

      const results: WaitingResult[] = [];
      for (let round = 0; round < rounds; round++) {
        results.push(await measureOnce({ path, agents: AGENTS, active: ACTIVE, watchMs: WATCH_MS }));
      }
      const figure = (
        name: string,
        doc: string,
        unit: Figure["unit"],
        goal: number | null,
        of: (result: WaitingResult) => number,
      ): Figure => ({
        name: `waiting/${name}`,
        doc,
        unit,
        better: "smaller",
        rounds: results.map((result) => Math.max(0, of(result))),
        floor: null,
        goal,
      });
      return [
        figure(
          "memory",
          "JavaScript memory of an agent, without the arena",
          "bytes",
          2048,
          ({ heapBytes }) => heapBytes,
        ),
        figure(
          "resident",
          "resident memory of an agent, without the arena",
          "bytes",
          null,
          ({ residentBytes }) => residentBytes,
        ),
        figure("idle", "CPU while all wait", "% of a core", 3, ({ idleCores }) => idleCores * 100),
        figure(
          "active",
          "CPU while 1 % receive an update every second",
          "% of a core",
          null,
          ({ activeCores }) => activeCores * 100,
        ),
      ];
    }),
};

async function measureOnce(options: WaitingOptions): Promise<WaitingResult> {
  const child = fork(fileURLToPath(new URL("./waiting-process.js", import.meta.url)), [JSON.stringify(options)], {
    execArgv: ["--expose-gc"],
  });
  let result: WaitingResult | undefined;
  child.on("message", (message) => (result = message as WaitingResult));
  const [code] = (await once(child, "exit")) as [number | null];
  if (result === undefined)
    throw new Error(`the process of the waiting benchmark ended with code ${String(code)} and no result`);
  return result;
}
