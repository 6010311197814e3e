/** The latency of a live update from the client's thread to the task's at low load, beside a bare hand-over. */
import { Arena } from "../platform/sync/index.js";
import { newBareMessage } from "./bare-message.js";
import type { Bench, Figure } from "./figure.js";
import { newLane, startThread } from "../load/measure/floor/index.js";
import type { OneWayQuestion, OneWaySamples, OneWayThread } from "./one-way-thread.js";
import { onPlatform } from "./platform.js";
import { percentileOf } from "./statistics.js";

/** Of each kind in a round. Five samples are then above the p99. */
const MESSAGES = 500;
/** Enough for V8 to optimise the path, as in a platform that runs for a minute. */
const WARM_UP = 10_000;

export const oneWay: Bench = {
  name: "one-way",
  doc: "a live update, appended by one thread, taken by another thread that is parked in getLiveUpdate",
  measure: (rounds) =>
    onPlatform(1, async (writer) => {
      const arena = Arena.create({ slots: 1 });
      const shared = {
        lane: newLane(),
        message: newBareMessage(),
        arena: arena.shared,
        slot: arena.allocate().index,
        sentAt: new SharedArrayBuffer(8),
      };
      const start = (side: OneWayThread["side"]) => {
        const connection = writer.connect();
        const data: OneWayThread = { ...shared, side, connection };
        return startThread<OneWayQuestion, OneWaySamples>(
          new URL("./one-way-thread.js", import.meta.url),
          data,
          connection,
        );
      };
      const task = start("task");
      const client = start("client");
      const handOver = async (question: OneWayQuestion): Promise<OneWaySamples> => {
        const [samples] = await Promise.all([task.ask(question), client.ask(question)]);
        return samples;
      };
      try {
        await handOver({ messages: WARM_UP, paced: false });
        const samples: OneWaySamples[] = [];
        for (let round = 0; round < rounds; round++) samples.push(await handOver({ messages: MESSAGES, paced: true }));
        return [
          figureOf(samples, 0.5, "p50", "word", 1.25),
          figureOf(samples, 0.95, "p95", "word", null),
          figureOf(samples, 0.99, "p99", "word", 1.5),
          figureOf(samples, 0.5, "p50", "message", 1.5),
          figureOf(samples, 0.95, "p95", "message", null),
          figureOf(samples, 0.99, "p99", "message", 2),
        ];
      } finally {
        await Promise.all([task.end(), client.end()]);
      }
    }),
};

const FLOORS = {
  word: { prefix: "", doc: "bare Atomics.wait and notify" },
  message: { prefix: "message-", doc: "the same with the update as JSON beside the word" },
} as const;

function figureOf(
  rounds: readonly OneWaySamples[],
  percentile: number,
  name: string,
  floor: keyof typeof FLOORS,
  goal: number | null,
): Figure {
  const { prefix, doc } = FLOORS[floor];
  const of = (way: keyof OneWaySamples): number[] => rounds.map((samples) => percentileOf(samples[way], percentile));
  return {
    name: `one-way/${prefix}${name}`,
    doc: `live update one way, low load, ${name}${floor === "message" ? ", beside a hand-over of the message" : ""}`,
    unit: "µs",
    better: "smaller",
    rounds: of("path"),
    floor: { doc, rounds: of(floor) },
    goal,
  };
}
