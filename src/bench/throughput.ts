/** The rate of live updates through the whole model, beside a bare ring between two threads. */
import { join } from "node:path";
import { Arena, systemClock } from "../platform/sync/index.js";
import { newBareRing } from "./bare-ring.js";
import { keptRounds, perSecond, type Bench, type Figure } from "./figure.js";
import { plural } from "../vocabulary/index.js";
import { threadResources } from "./model-thread.js";
import { inDirectory, onPlatform } from "./platform.js";
import { openRawSqlite, type RawSqlite, startThread } from "../load/measure/floor/index.js";
import type { ThroughputAnswer, ThroughputQuestion, ThroughputThread } from "./throughput-thread.js";

const AGENT_COUNTS = [1, 100, 10_000];
/** In each round; a multiple of every number of agents. */
const MESSAGES = 100_000;
/** The total size of all mailboxes, and the minimum size of one. */
const MAILBOX_BYTES = 1 << 20;
const MIN_RING_BYTES = 2048;

/** With this number of agents, the time until the updates are in the journal is also measured. */
const JOURNALLED_AGENTS = 100;
const BATCH = 100;

export const throughput: Bench = {
  name: "throughput",
  doc: `maximum rate of live updates through getLiveUpdate, with ${AGENT_COUNTS.join(", ")} agents`,
  async measure(rounds) {
    const figures: Figure[] = [];
    for (const agents of AGENT_COUNTS) figures.push(...(await measureWith(agents, rounds)));
    return figures;
  },
};

function measureWith(agentCount: number, rounds: number): Promise<Figure[]> {
  return onPlatform(agentCount, (writer) =>
    inDirectory(async (directory) => {
      const arena = Arena.create({
        slots: agentCount,
        ringBytes: Math.max(MIN_RING_BYTES, 2 ** Math.floor(Math.log2(MAILBOX_BYTES / agentCount))),
      });
      const slots = Array.from({ length: agentCount }, () => arena.allocate().index);
      const ring = newBareRing();
      const start = (side: ThroughputThread["side"], place: number) => {
        const resources = threadResources(arena, place, writer);
        const data: ThroughputThread = { ...resources, side, ring, slots };
        return startThread<ThroughputQuestion, ThroughputAnswer>(
          new URL("./throughput-thread.js", import.meta.url),
          data,
          resources.connection,
        );
      };
      const task = start("task", 0);
      const client = start("client", 1);
      const raw = openRawSqlite(join(directory, "raw.db"), agentCount);
      const send = async (through: ThroughputQuestion["through"]): Promise<{ taken: number; settled: number }> => {
        const began = systemClock.now();
        const question = { through, messages: MESSAGES };
        const [{ doneAt, settledAt }] = await Promise.all([task.ask(question), client.ask(question)]);
        return { taken: perSecond(MESSAGES, doneAt - began), settled: perSecond(MESSAGES, settledAt - began) };
      };
      try {
        const isJournalled = agentCount === JOURNALLED_AGENTS;
        const measured = await keptRounds(rounds, async () => ({
          model: await send("model"),
          bare: (await send("bare ring")).taken,
          inserts: isJournalled ? perSecond(MESSAGES, insertMs(raw, agentCount)) : undefined,
        }));
        const agents = plural(agentCount, "agent");
        const taken: Figure = {
          name: `throughput/${agentCount}`,
          doc: `live updates taken, ${agents}`,
          unit: "/s",
          better: "greater",
          rounds: measured.map(({ model }) => model.taken),
          floor: {
            doc: "a bare ring of JSON messages between two threads",
            rounds: measured.map(({ bare }) => bare),
          },
          goal: 0.5,
        };
        if (!isJournalled) return [taken];
        return [
          taken,
          {
            name: "throughput/journal",
            doc: `live updates taken and in the journal, ${agents}`,
            unit: "/s",
            better: "greater",
            rounds: measured.map(({ model }) => model.settled),
            floor: {
              doc: `SQLite, ${BATCH} inserts in a transaction`,
              rounds: measured.flatMap(({ inserts }) => inserts ?? []),
            },
            goal: null,
          },
        ];
      } finally {
        raw.close();
        await Promise.all([task.end(), client.end()]);
      }
    }),
  );
}

function insertMs(raw: RawSqlite, agents: number): number {
  const began = systemClock.now();
  for (let done = 0; done < MESSAGES; done += BATCH) {
    raw.batch(() => {
      for (let n = 0; n < BATCH; n++) raw.append(((done + n) % agents) + 1);
    });
  }
  return systemClock.now() - began;
}
