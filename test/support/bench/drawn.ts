/** Compares recorded rounds: draws as many pairs of them as `--against` measures by default, from a seed. */
import seedrandom from "seedrandom";
import { compareFigures, type MetricComparison, type Figure } from "../../../dist/bench/index.js";

type Side = "base" | "current";

/** The values and the floors of both sides, by round. */
export type RecordedPairs = Pick<Figure, "unit" | "better"> & Record<Side | `${Side}Floors`, readonly number[]>;

const ROUNDS = 40;
/** The number of comparisons. */
export const TRIALS = 100;

export interface Drawing {
  /** Whether the sides of each pair are swapped at random, so that all differences are noise. */
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
