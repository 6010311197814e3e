/** Whether an update costs more among many agents than among few. */
import type { Bench } from "./figure.js";
import type { ScaleQuestion, ScaleThread } from "./scale-thread.js";
import { startThread } from "../load/measure/floor/index.js";

const FEW = 1000;
const MORE = [10_000, 100_000];
/** In each round. */
const UPDATES = 20_000;

export const scale: Bench = {
  name: "scale",
  doc: `CPU time of a live update among ${[FEW, ...MORE].join(", ")} waiting agents`,
  async measure(rounds) {
    const crowds = [FEW, ...MORE].map((agents) => ({
      agents,
      thread: startThread<ScaleQuestion, number>(new URL("./scale-thread.js", import.meta.url), {
        agents,
      } satisfies ScaleThread),
      costs: [] as number[],
    }));
    try {
      // The first round, in which the crowd is made and the code compiled, is not kept.
      for (let round = 0; round <= rounds; round++) {
        for (const { thread, costs } of crowds) costs[round] = await thread.ask({ updates: UPDATES });
      }
    } finally {
      await Promise.all(crowds.map(({ thread }) => thread.end()));
    }
    const costsAmong = (agents: number): number[] =>
      crowds.find((crowd) => crowd.agents === agents)?.costs.slice(1) ?? [];
    return MORE.map((agents) => ({
      name: `scale/${agents}`,
      doc: `CPU time of an update among ${agents} agents`,
      unit: "µs",
      better: "smaller",
      rounds: costsAmong(agents),
      floor: { doc: `among ${FEW} agents`, rounds: costsAmong(FEW) },
      goal: 1.5,
    }));
  },
};
