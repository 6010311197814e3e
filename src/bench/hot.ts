/**
 * The latency of a live update between two threads that do not pause, beside two threads that spin on a word, and two
 * that spin and transfer the update as JSON.
 */
import { Arena } from "../platform/sync/index.js";
import { newBareMessage } from "./bare-message.js";
import { keptRounds, type Bench } from "./figure.js";
import type { HotQuestion, HotThread } from "./hot-thread.js";
import { onPlatform } from "./platform.js";
import { percentileOf } from "./statistics.js";
import { startThread } from "../load/measure/floor/index.js";

/** In each round. */
const ROUND_TRIPS = 20_000;

/** Two words, each in a cache line of its own. */
const EXCHANGE_BYTES = 256;

export const hot: Bench = {
  name: "hot",
  doc: "a live update between two threads that answer each other without a pause",
  measure: (rounds) =>
    onPlatform(2, async (writer) => {
      const arena = Arena.create({ slots: 2 });
      const shared = {
        exchange: new SharedArrayBuffer(EXCHANGE_BYTES),
        messages: [newBareMessage(), newBareMessage()] as const,
        arena: arena.shared,
        slots: [arena.allocate().index, arena.allocate().index] as const,
      };
      const start = (initiates: boolean) => {
        const connection = writer.connect();
        return startThread<HotQuestion, Float64Array>(
          new URL("./hot-thread.js", import.meta.url),
          { ...shared, initiates, connection } satisfies HotThread,
          connection,
        );
      };
      const initiator = start(true);
      const responder = start(false);
      const median = async (over: HotQuestion["over"]): Promise<number> => {
        const question = { over, roundTrips: ROUND_TRIPS };
        const [latencies] = await Promise.all([initiator.ask(question), responder.ask(question)]);
        return percentileOf(latencies, 0.5);
      };
      try {
        const measured = await keptRounds(rounds, async () => ({
          path: await median("mailboxes"),
          spin: await median("words"),
          message: await median("messages"),
        }));
        const path = measured.map((round) => round.path);
        return [
          {
            name: "hot/p50",
            doc: "live update one way, both threads hot, p50",
            unit: "µs",
            better: "smaller",
            rounds: path,
            floor: { doc: "two threads spinning on a word", rounds: measured.map(({ spin }) => spin) },
            goal: 5,
          },
          {
            name: "hot/message",
            doc: "the same, beside a hand-over that transfers the message",
            unit: "µs",
            better: "smaller",
            rounds: path,
            floor: {
              doc: "two threads spinning, with the update as JSON beside the word",
              rounds: measured.map(({ message }) => message),
            },
            goal: null,
          },
        ];
      } finally {
        await Promise.all([initiator.end(), responder.end()]);
      }
    }),
};
