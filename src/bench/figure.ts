/**
 * The result of a benchmark: figures, each measured in rounds together with its floor, the same work without the
 * project. The figure and the floor of a round are measured one after the other in the same process, so that other load
 * on the machine affects both.
 */
import { z } from "zod";
import { at } from "../vocabulary/index.js";
import { median, medianInterval, type ConfidenceInterval } from "./statistics.js";

const rounds = z.array(z.number().nonnegative()).min(1);

export const figureSchema = z
  .object({
    /** The benchmark and its metric: `one-way/p99`. */
    name: z.string(),
    /** A description. */
    doc: z.string(),
    unit: z.enum(["µs", "ms", "/s", "bytes", "% of a core", "ratio"]),
    /** Which of two values is better. */
    better: z.enum(["smaller", "greater"]),
    /** One value for each round. */
    rounds,
    /** The floor's value in each round; null for a figure without a floor. */
    floor: z.object({ doc: z.string(), rounds }).nullable(),
    /**
     * The project's goal: a bound on the figure over its floor, or on the figure when it has no floor; null for none.
     */
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

/** A value with its 95 % confidence interval. */
export interface Estimate extends ConfidenceInterval {
  readonly value: number;
}

/** The median of the rounds. */
export function estimateOf(samples: readonly number[]): Estimate {
  return { value: median(samples), ...medianInterval(samples) };
}

/** The figure over its floor in each round; undefined for a figure without a floor. */
export function ratiosOf({ rounds: values, floor }: Figure): number[] | undefined {
  return floor?.rounds.map((base, round) => at(values, round) / base);
}

/** Whether the median of the figure meets its goal; null when it has no goal. */
export function keepsGoal(figure: Figure): boolean | null {
  if (figure.goal === null) return null;
  const { value } = estimateOf(ratiosOf(figure) ?? figure.rounds);
  return figure.better === "smaller" ? value <= figure.goal : value >= figure.goal;
}

/** Measures one round more than `rounds`, and drops the first one, in which V8 compiles the code. */
export async function keptRounds<T>(rounds: number, measure: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let round = 0; round <= rounds; round++) results.push(await measure());
  return results.slice(1);
}

/** The rate of `count` operations in `ms`. */
export function perSecond(count: number, ms: number): number {
  return (count / ms) * 1000;
}

/** What is measured. */
export interface BenchOptions {
  /** The scenario of the main job: a name or a path. Left out: disconnect-storm. */
  readonly scenario?: string | undefined;
  /** Called with a line about figures that could not be measured. */
  readonly onMissing?: ((line: string) => void) | undefined;
}

/** A benchmark of the suite. */
export interface Bench {
  readonly name: string;
  /** A description, one line. */
  readonly doc: string;
  /** Measures `rounds` rounds, 1 or more. Rejects when one of its threads or processes fails. */
  measure(rounds: number, options?: BenchOptions): Promise<Figure[]>;
  /**
   * A benchmark of whole processes measures one round of those figures that judge a change, with the built checkout at
   * `root`. The checkout needs no benchmark of its own, so that every commit can be measured. Left out: the checkout's
   * own `simulate bench` measures itself.
   */
  readonly measureCheckout?: (root: string, options: BenchOptions) => Promise<Figure[]>;
}
