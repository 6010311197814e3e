/**
 * What a benchmark gives: figures, each measured round by round beside its floor, the same work without the project. A round's
 * figure and floor are measured one after the other in the same process, so that what else the machine does hits both.
 */
import { z } from "zod";
import { bootstrap, median, type ConfidenceInterval } from "./statistics.js";

const rounds = z.array(z.number().nonnegative()).min(1);

export const figureSchema = z
  .object({
    /** The benchmark it belongs to and what it measures: `one-way/p99`. */
    name: z.string(),
    /** What it measures, in words. */
    doc: z.string(),
    unit: z.enum(["µs", "/s", "bytes", "% of a core", "ratio"]),
    /** Which of two values is the better one. */
    better: z.enum(["smaller", "greater"]),
    /** One value a round, in the order of the rounds. */
    rounds,
    /** The floor's value in each of the same rounds; null where nothing bounds the figure. */
    floor: z.object({ doc: z.string(), rounds }).nullable(),
    /** What the project promises: a bound on the figure over its floor, or on the figure itself if it has no floor; null for none. */
    goal: z.number().positive().nullable(),
  })
  .superRefine(({ rounds: values, floor }, context) => {
    if (floor === null || floor.rounds.length === values.length) return;
    context.addIssue({
      code: "custom",
      path: ["floor", "rounds"],
      message: `must have a value for each of the figure's ${values.length} rounds, not ${floor.rounds.length} values`,
    });
  });
export type Figure = z.infer<typeof figureSchema>;

/** A value with the 95 % interval that the rounds allow. */
export interface Estimate extends ConfidenceInterval {
  readonly value: number;
}

/** The median round. */
export function estimateOf(samples: readonly number[]): Estimate {
  return { value: median(samples), ...bootstrap(median, samples) };
}

/** Round by round, the figure over its floor; undefined for a figure without one. */
export function ratiosOf({ rounds: values, floor }: Figure): number[] | undefined {
  return floor?.rounds.map((base, round) => (values[round] ?? NaN) / base);
}

/** Whether the figure keeps its goal, by its median round; null when it has no goal. */
export function keepsGoal(figure: Figure): boolean | null {
  if (figure.goal === null) return null;
  const { value } = estimateOf(ratiosOf(figure) ?? figure.rounds);
  return figure.better === "smaller" ? value <= figure.goal : value >= figure.goal;
}

/** A benchmark of the suite. */
export interface Bench {
  readonly name: string;
  /** One line on what it measures. */
  readonly doc: string;
  /** Measures it `rounds` times, 1 or more. Rejects when a thread of it fails. */
  measure(rounds: number): Promise<Figure[]>;
}
