/** The latency of live updates by behaviour of the workers, over time, and by phase of the run. Pure. */
import { measuredPhases, type Distribution, type Measurements, type Viewpoint } from "../load/measure/index.js";
import type { BehaviourLatency, LatencyByPart, PhaseLatency } from "./data.js";
import { percentileCurve, round } from "./percentile-curve.js";
import { mainTrend } from "./summary.js";

/** The most behaviours, and spans, that the data of a report has: a chart with more lines cannot be read. */
const MOST_PARTS = 8;

/** `from`: the viewpoint of the measurements. */
export function latencyByPart(measurements: Measurements, from: Viewpoint): LatencyByPart {
  const { tags, durationMs } = measurements;
  const main = mainTrend(from);
  const whole = measurements.intervals(main);
  const behaviours = tags.behaviours
    .map((behaviour) => ({ behaviour, measured: measurements.where({ behaviour }) }))
    .filter(({ measured }) => measured.trends[main].count > 0);
  const phases = measuredPhases(tags, durationMs).map((phase) => {
    const distribution = measurements.where(phase.tags).trends[main];
    return { ...phase, distribution, count: distribution.count };
  });
  const spans = [...new Set(phases.map(({ span }) => span))];
  // What is during a span is what sets it apart.
  const during = (name: string): number =>
    phases.find(({ phase, span }) => phase === "during" && span === name)?.count ?? 0;
  const shownBehaviours = greatest(behaviours, ({ measured }) => measured.trends[main].count);
  const shownSpans = greatest(spans, during);
  return {
    behaviours: shownBehaviours.map(({ behaviour, measured }): BehaviourLatency => {
      const byStart = new Map(measured.intervals(main).map(({ startMs, distribution }) => [startMs, distribution]));
      const column = <T>(of: (distribution: Distribution) => number, none: T): (number | T)[] =>
        whole.map(({ startMs }) => {
          const distribution = byStart.get(startMs);
          return distribution === undefined ? none : round(of(distribution));
        });
      return {
        behaviour,
        count: column(({ count }) => count, 0),
        p50: column((distribution) => distribution.percentile(50), null),
        p99: column((distribution) => distribution.percentile(99), null),
        curve: percentileCurve(behaviour, measured.trends[main]),
      };
    }),
    phases: phases
      .filter(({ span }) => shownSpans.includes(span))
      .map(
        ({ phase, span, fromMs, toMs, distribution }): PhaseLatency => ({
          phase,
          span,
          fromMs: round(fromMs),
          toMs: round(toMs),
          count: distribution.count,
          p50: percentile(distribution, 50),
          p99: percentile(distribution, 99),
          curve: percentileCurve(phase, distribution),
        }),
      ),
    omitted: { behaviours: behaviours.length - shownBehaviours.length, spans: spans.length - shownSpans.length },
  };
}

function percentile(distribution: Distribution, percent: number): number | null {
  return distribution.count === 0 ? null : round(distribution.percentile(percent));
}

/** The {@link MOST_PARTS} elements with the greatest size, in their order. */
function greatest<T>(all: readonly T[], sizeOf: (element: T) => number): T[] {
  const chosen = new Set([...all].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, MOST_PARTS));
  return all.filter((element) => chosen.has(element));
}
