/** How many live updates a second go through the whole model, beside a bare ring between two threads. */
import { join } from "node:path";
import { Arena, systemClock } from "../platform/sync/index.js";
import { newBareRing } from "./bare-ring.js";
import type { Bench, Figure } from "./figure.js";
import { threadResources } from "./model-thread.js";
import { inDirectory, onPlatform } from "./platform.js";
import { openRawSqlite, type RawSqlite, startThread } from "../load/measure/floor/index.js";
import type { ThroughputAnswer, ThroughputQuestion, ThroughputThread } from "./throughput-thread.js";

const CROWDS = [1, 100, 10_000];
/** In each round; a multiple of every crowd. */
const MESSAGES = 100_000;
/** Bytes that all mailboxes of a crowd have together, the ring's own size at least. */
const MAILBOX_BYTES = 1 << 20;
const MIN_RING_BYTES = 2048;

/** The crowd whose updates are also timed until the journal has them. */
const JOURNALLED_CROWD = 100;
const BATCH = 100;

export const throughput: Bench = {
  name: "throughput",
  doc: `live updates as fast as they go, through getLiveUpdate, of ${CROWDS.join(", ")} agents`,
  async measure(rounds) {
    const figures: Figure[] = [];
    for (const crowd of CROWDS) figures.push(...(await ofCrowd(crowd, rounds)));
    return figures;
  },
};

function ofCrowd(crowd: number, rounds: number): Promise<Figure[]> {
  return onPlatform(crowd, (writer) =>
    inDirectory(async (directory) => {
      const arena = Arena.create({
        slots: crowd,
        ringBytes: Math.max(MIN_RING_BYTES, 2 ** Math.floor(Math.log2(MAILBOX_BYTES / crowd))),
      });
      const slots = Array.from({ length: crowd }, () => arena.allocate().index);
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
      const raw = openRawSqlite(join(directory, "raw.db"), crowd);
      const send = async (through: ThroughputQuestion["through"]): Promise<{ taken: number; settled: number }> => {
        const began = systemClock.now();
        const question = { through, messages: MESSAGES };
        const [{ doneAt, settledAt }] = await Promise.all([task.ask(question), client.ask(question)]);
        return { taken: perSecond(doneAt - began), settled: perSecond(settledAt - began) };
      };
      try {
        const model: { taken: number; settled: number }[] = [];
        const bare: number[] = [];
        const inserts: number[] = [];
        // The first round, in which the code is compiled, is not kept.
        for (let round = 0; round <= rounds; round++) {
          model[round] = await send("model");
          bare[round] = (await send("bare ring")).taken;
          if (crowd === JOURNALLED_CROWD) inserts[round] = perSecond(insertMs(raw, crowd));
        }
        const agents = `${crowd} ${crowd === 1 ? "agent" : "agents"}`;
        const taken: Figure = {
          name: `throughput/${crowd}`,
          doc: `live updates taken, ${agents}`,
          unit: "/s",
          better: "greater",
          rounds: model.slice(1).map((round) => round.taken),
          floor: { doc: "a bare ring of JSON messages between two threads", rounds: bare.slice(1) },
          goal: 0.5,
        };
        if (crowd !== JOURNALLED_CROWD) return [taken];
        return [
          taken,
          {
            name: "throughput/journal",
            doc: `live updates taken and in the journal, ${agents}`,
            unit: "/s",
            better: "greater",
            rounds: model.slice(1).map((round) => round.settled),
            floor: { doc: `SQLite, ${BATCH} inserts in a transaction`, rounds: inserts.slice(1) },
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

function perSecond(ms: number): number {
  return (MESSAGES / ms) * 1000;
}

function insertMs(raw: RawSqlite, crowd: number): number {
  const began = systemClock.now();
  for (let done = 0; done < MESSAGES; done += BATCH) {
    raw.batch(() => {
      for (let n = 0; n < BATCH; n++) raw.append(((done + n) % crowd) + 1);
    });
  }
  return systemClock.now() - began;
}
