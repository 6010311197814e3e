/** Whether an update takes more CPU time with many agents than with few. */
import { keptRounds, type Bench } from "./figure.js";
import type { ScaleQuestion, ScaleThread } from "./scale-thread.js";
import { startThread } from "../load/measure/floor/index.js";
import { at } from "../vocabulary/index.js";

const FEW = 1000;
const MORE = [10_000, 100_000];
/** In each round. */
const UPDATES = 20_000;

export const scale: Bench = {
  name: "scale",
  doc: `CPU time of a live update among ${[FEW, ...MORE].join(", ")} waiting agents`,
  async measure(rounds) {
    const threads = [FEW, ...MORE].map((agents) => {
      const data: ScaleThread = { agents };
      return startThread<ScaleQuestion, number>(new URL("./scale-thread.js", import.meta.url), data);
    });
    try {
      const measured = await keptRounds(rounds, async () => {
        const costs: number[] = [];
        for (const thread of threads) costs.push(await thread.ask({ updates: UPDATES }));
        return costs;
      });
      return MORE.map((agents, index) => ({
        name: `scale/${agents}`,
        doc: `CPU time of an update among ${agents} agents`,
        unit: "µs",
        better: "smaller",
        rounds: measured.map((costs) => at(costs, index + 1)),
        floor: { doc: `among ${FEW} agents`, rounds: measured.map((costs) => at(costs, 0)) },
        goal: 1.5,
      }));
    } finally {
      await Promise.all(threads.map((thread) => thread.end()));
    }
  },
};
