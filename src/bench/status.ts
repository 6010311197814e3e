/**
 * The cost of a durable status update by the model and its writer thread, beside SQLite's own, singly and in batches.
 */
import { join } from "node:path";
import { Arena, systemClock } from "../platform/sync/index.js";
import { keptRounds, perSecond, type Bench, type Figure } from "./figure.js";
import { threadResources } from "./model-thread.js";
import { inDirectory, onPlatform } from "./platform.js";
import { openRawSqlite, type RawSqlite, startThread } from "../load/measure/floor/index.js";
import { percentileOf } from "./statistics.js";
import type { StatusAnswer, StatusQuestion, StatusThread } from "./status-thread.js";

const AGENTS = 200;
/** In each round, which takes a tenth of a second or more. */
const UPDATES = { alone: 2_000, together: 20_000, single: 5_000, batched: 50_000 };
const BATCH = 100;
const PERCENTILES = [50, 95, 99];
const US_PER_MS = 1000;

export const status: Bench = {
  name: "status",
  doc: `updateStatus until its row is committed: by ${AGENTS} agents at once, and by one alone`,
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
          const measured = await keptRounds(rounds, async () => {
            const together = await thread.ask({ updates: UPDATES.together, agents: AGENTS });
            const batched = perSecond(UPDATES.batched, batchedMs(raw));
            const alone = await thread.ask({ updates: UPDATES.alone, agents: 1 });
            return {
              together: perSecond(UPDATES.together, together.ms),
              took: together.took,
              batched,
              alone: perSecond(UPDATES.alone, alone.ms),
              single: perSecond(UPDATES.single, singleMs(raw)),
            };
          });
          return [
            {
              name: "status/together",
              doc: `durable status updates of ${AGENTS} agents`,
              unit: "/s",
              better: "greater",
              rounds: measured.map(({ together }) => together),
              floor: { doc: `SQLite, ${BATCH} in a transaction`, rounds: measured.map(({ batched }) => batched) },
              goal: 0.25,
            },
            ...PERCENTILES.map(
              (percentile): Figure => ({
                name: `status/p${percentile}`,
                doc: `a durable status update among those of ${AGENTS} agents, p${percentile}`,
                unit: "µs",
                better: "smaller",
                rounds: measured.map(({ took }) => percentileOf(took, percentile / 100) * US_PER_MS),
                // An update waits for those of all other agents, which are in the same batches.
                floor: {
                  doc: `SQLite, ${AGENTS} updates, ${BATCH} in a transaction`,
                  rounds: measured.map(({ batched }) => (AGENTS / batched) * 1_000_000),
                },
                goal: null,
              }),
            ),
            {
              name: "status/alone",
              doc: "durable status updates of one agent",
              unit: "/s",
              better: "greater",
              rounds: measured.map(({ alone }) => alone),
              floor: { doc: "SQLite, one in a transaction", rounds: measured.map(({ single }) => single) },
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
