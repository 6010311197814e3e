/** The figures of a summary by behaviour of the workers, and by phase of the run. */
import { z } from "zod";
import {
  COUNTER_NAMES,
  isMeasured,
  measuredPhases,
  PHASES,
  RATE_NAMES,
  tagsOf,
  TREND_NAMES,
  type Measurements,
  type MetricName,
  type TagSelector,
  type Viewpoint,
} from "../load/measure/index.js";
import { count } from "./schema-fields.js";
import { summariseTrend, trendSchema } from "./trend-summary.js";

/** A rate of the metric catalogue. */
export const rateSchema = z.object({
  passes: count.describe("The number of samples that passed."),
  total: count.describe("The number of samples."),
});

const figures = {
  trends: z.record(z.string(), trendSchema).describe("Trends by name; those without samples are left out."),
  counters: z.record(z.string(), z.number()).describe("Counters by name; those that are 0 are left out."),
  rates: z.record(z.string(), rateSchema).describe("Rates by name; those without samples are left out."),
};

export const taggedSchema = z.object({
  behaviours: z
    .array(z.object({ behaviour: z.string().describe("Its name."), ...figures }))
    .describe("The behaviours in the order of the scenario. What is of no worker is in none of them."),
  phases: z
    .array(
      z.object({
        phase: z.enum(PHASES).describe("Where it lies beside the span."),
        span: z.string().describe("The window of disconnects, the fault or the shutdown."),
        fromMs: z.number().describe("Its begin, ms since the start of the run."),
        toMs: z.number().describe("Its end, ms since the start of the run."),
        ...figures,
      }),
    )
    .describe(
      "The phases that took place: before, during and after each window of disconnects, each fault, and the shutdown.",
    ),
});
export type TaggedFigures = z.infer<typeof taggedSchema>;
type Figures = Pick<TaggedFigures["behaviours"][number], keyof typeof figures>;

/** `from`: the viewpoint of the measurements. */
export function taggedFigures(measurements: Measurements, from: Viewpoint): TaggedFigures {
  const { tags, durationMs } = measurements;
  return {
    behaviours: tags.behaviours.map((behaviour) => ({ behaviour, ...figuresWhere(measurements, { behaviour }, from) })),
    phases: measuredPhases(tags, durationMs).map(({ tags: selector, phase, span, fromMs, toMs }) => ({
      phase,
      span,
      fromMs,
      toMs,
      ...figuresWhere(measurements, selector, from),
    })),
  };
}

function figuresWhere(measurements: Measurements, selector: TagSelector, from: Viewpoint): Figures {
  const { trends, counters, rates } = measurements.where(selector);
  const tag = selector.behaviour === undefined ? "during" : "behaviour";
  const shown = <Name extends MetricName, Value>(
    names: readonly Name[],
    value: (name: Name) => Value,
    isEmpty: (name: Name) => boolean,
  ) =>
    Object.fromEntries(
      names
        .filter((name) => isMeasured(name, from) && tagsOf(name).includes(tag) && !isEmpty(name))
        .map((name) => [name, value(name)]),
    );
  return {
    trends: shown(
      TREND_NAMES,
      (name) => summariseTrend(trends[name]),
      (name) => trends[name].count === 0,
    ),
    counters: shown(
      COUNTER_NAMES,
      (name) => counters[name],
      (name) => counters[name] === 0,
    ),
    rates: shown(
      RATE_NAMES,
      (name) => rates[name],
      (name) => rates[name].total === 0,
    ),
  };
}
