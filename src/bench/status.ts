/** What a durable status update costs: the model's, by the writer thread, beside SQLite's own, singly and in batches. */
import { join } from "node:path";
import { Arena, systemClock } from "../platform/sync/index.js";
import type { Bench, Figure } from "./figure.js";
import { threadResources } from "./model-thread.js";
import { inDirectory, onPlatform } from "./platform.js";
import { openRawSqlite, type RawSqlite, startThread } from "../load/measure/floor/index.js";
import { percentileOf } from "./statistics.js";
import type { StatusAnswer, StatusQuestion, StatusThread } from "./status-thread.js";

const AGENTS = 200;
/** In each round: a tenth of a second or more. */
const UPDATES = { alone: 2_000, together: 20_000, single: 5_000, batched: 50_000 };
const BATCH = 100;
const PERCENTILES = [50, 99];
const US_PER_MS = 1000;

export const status: Bench = {
  name: "status",
  doc: `updateStatus, over when its row is committed: by ${AGENTS} agents at once, and by one alone`,
  measure: (rounds) =>
    inDirectory((directory) =>
      onPlatform(AGENTS, async (writer) => {
        const resources = threadResources(Arena.create({ slots: AGENTS }), 0, writer);
        const data = { ...resources, agents: AGENTS } satisfies StatusThread;
        const thread = startThread<StatusQuestion, StatusAnswer>(
          new URL("./status-thread.js", import.meta.url),
          data,
          resources.connection,
        );
        const raw = openRawSqlite(join(directory, "raw.db"), AGENTS);
        try {
          const together: number[] = [];
          const took: Float64Array[] = [];
          const alone: number[] = [];
          const batched: number[] = [];
          const single: number[] = [];
          // The first round, in which the code is compiled, is not kept.
          for (let round = 0; round <= rounds; round++) {
            const crowd = await thread.ask({ updates: UPDATES.together, agents: AGENTS });
            together[round] = perSecond(UPDATES.together, crowd.ms);
            took[round] = crowd.took;
            batched[round] = perSecond(UPDATES.batched, batchedMs(raw));
            alone[round] = perSecond(UPDATES.alone, (await thread.ask({ updates: UPDATES.alone, agents: 1 })).ms);
            single[round] = perSecond(UPDATES.single, singleMs(raw));
          }
          return [
            {
              name: "status/together",
              doc: `durable status updates of ${AGENTS} agents`,
              unit: "/s",
              better: "greater",
              rounds: together.slice(1),
              floor: { doc: `SQLite, ${BATCH} in a transaction`, rounds: batched.slice(1) },
              goal: 0.25,
            },
            ...PERCENTILES.map(
              (percentile): Figure => ({
                name: `status/p${percentile}`,
                doc: `a durable status update among those of ${AGENTS} agents, p${percentile}`,
                unit: "µs",
                better: "smaller",
                rounds: took.slice(1).map((times) => percentileOf(times, percentile / 100) * US_PER_MS),
                // What an update waits for when every other agent's goes into the same batches.
                floor: {
                  doc: `SQLite, ${AGENTS} updates, ${BATCH} in a transaction`,
                  rounds: batched.slice(1).map((rate) => (AGENTS / rate) * 1_000_000),
                },
                goal: null,
              }),
            ),
            {
              name: "status/alone",
              doc: "durable status updates of one agent",
              unit: "/s",
              better: "greater",
              rounds: alone.slice(1),
              floor: { doc: "SQLite, one in a transaction", rounds: single.slice(1) },
              goal: null,
            },
          ];
        } finally {
          raw.close();
          await thread.end();
        }
      }),
    ),
};

function perSecond(updates: number, ms: number): number {
  return (updates / ms) * 1000;
}

function batchedMs(raw: RawSqlite): number {
  const began = systemClock.now();
  for (let done = 0; done < UPDATES.batched; done += BATCH) {
    raw.batch(() => {
      for (let n = 0; n < BATCH; n++) raw.update(((done + n) % AGENTS) + 1);
    });
  }
  return systemClock.now() - began;
}

function singleMs(raw: RawSqlite): number {
  const began = systemClock.now();
  for (let done = 0; done < UPDATES.single; done++) raw.update((done % AGENTS) + 1);
  return systemClock.now() - began;
}
