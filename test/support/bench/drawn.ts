/** Comparisons of recorded rounds, pairs of which are drawn as often as `--against` measures by default. All of it is seeded. */
import seedrandom from "seedrandom";
import { compareFigures, type MetricComparison, type Figure } from "../../../dist/bench/index.js";

type Side = "base" | "current";

/** A value a round and that of the floor, of either side of each pair. */
export type RecordedPairs = Pick<Figure, "unit" | "better"> & Record<Side | `${Side}Floors`, readonly number[]>;

const ROUNDS = 40;
/** As many comparisons as "at least 95 times in 100" speaks of. */
export const TRIALS = 100;

export interface Drawing {
  /** Which of a pair is the base is drawn too, so that nothing can differ but by noise. */
  readonly mixed: boolean;
  /** The metric whose cost grows by `factor` on the current side. */
  readonly slowed?: { readonly name: string; readonly factor: number } | undefined;
}

export function compareDrawn(
  recorded: Readonly<Record<string, RecordedPairs>>,
  seed: string,
  { mixed, slowed }: Drawing,
): readonly MetricComparison[] {
  const random = seedrandom(seed);
  const figures = Object.entries(recorded);
  const pairs = figures[0]?.[1].base.length ?? 0;
  const drawn = Array.from({ length: ROUNDS }, () => ({
    pair: Math.floor(random() * pairs),
    swapped: mixed && random() < 0.5,
  }));
  const sideOf = (side: Side, other: Side): Figure[] =>
    figures.map(([name, figure]) => {
      const { unit, better } = figure;
      const pick = (kind: "" | "Floors"): number[] =>
        drawn.map(({ pair, swapped }) => figure[`${swapped ? other : side}${kind}`][pair] ?? NaN);
      const growth = side === "current" && slowed?.name === name ? slowed.factor : 1;
      const factor = better === "smaller" ? growth : 1 / growth;
      return {
        name,
        doc: "",
        unit,
        better,
        rounds: pick("").map((value) => value * factor),
        floor: { doc: "", rounds: pick("Floors") },
        goal: null,
      };
    });
  return compareFigures(sideOf("base", "current"), sideOf("current", "base"), { paired: true, leastEffect: 0.05 })
    .comparisons;
}
