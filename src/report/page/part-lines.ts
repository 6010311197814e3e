/** The lines of the charts over time: of the whole run, or of the parts that the reader has chosen. */
import type uPlot from "uplot";
import type { BehaviourLatency, LatencyOverTime, PhaseLatency, ReportData } from "../../results/data.js";
import { countValue, line } from "./chart-parts.js";
import type { PartChoice } from "./part-choice.js";
import { colour } from "./theme.js";

/** A line, with a value for each interval of the run that has updates. */
export interface TimeLine {
  readonly values: readonly (number | null)[];
  /** The value of an interval without updates; null unless given. */
  readonly gap?: number;
  readonly series: uPlot.Series;
}

const DASHED = { dash: [5, 4], width: 1.5 };

/** The latency of live updates. */
export function latencyLines({ latency, parts }: ReportData, choice: PartChoice): TimeLine[] {
  const { p50, p99, max } = latency;
  const whole = (label: string, values: readonly number[], name: string): TimeLine => ({
    values,
    series: line(`${label} of all`, name, DASHED),
  });
  if (parts !== undefined && choice.by === "behaviour") {
    const chosen = parts.behaviours.find(({ behaviour }) => behaviour === choice.behaviour);
    if (chosen === undefined) return [...parts.behaviours.map(p99Line), whole("p99", p99, "part-all")];
    return [
      { values: chosen.p50, series: line(`p50 of ${chosen.behaviour}`, "p50") },
      { values: chosen.p99, series: line(`p99 of ${chosen.behaviour}`, "p99") },
      whole("p50", p50, "p50"),
      whole("p99", p99, "p99"),
    ];
  }
  if (parts !== undefined && choice.by === "phase") {
    const phases = parts.phases.filter(({ span }) => span === choice.span);
    return [
      levels(phases, (phase) => phase.p50, latency, line("p50 of the phase", "p50", { width: 3 })),
      levels(phases, (phase) => phase.p99, latency, line("p99 of the phase", "p99", { width: 3 })),
      whole("p50", p50, "p50"),
      whole("p99", p99, "p99"),
    ];
  }
  return [
    { values: p50, series: line("p50", "p50") },
    { values: p99, series: line("p99", "p99") },
    { values: max, series: line("max", "max", { dash: [4, 4], width: 1.5 }) },
  ];
}

/** Live updates a second. */
export function rateLines({ latency, parts }: ReportData, choice: PartChoice): TimeLine[] {
  const { count, lengthMs } = latency;
  const perSecond = (counts: readonly number[]): number[] => counts.map((n) => (n * 1000) / lengthMs);
  const whole: TimeLine = {
    values: perSecond(count),
    gap: 0,
    series: line(choice.by === "all" ? "updates a second" : "all", "link", {
      fill: () => `color-mix(in srgb, ${colour("link")} 22%, transparent)`,
      width: 1.5,
      value: countValue,
    }),
  };
  if (parts === undefined || choice.by === "all") return [whole];
  if (choice.by === "phase") {
    const phases = parts.phases.filter(({ span }) => span === choice.span);
    const rate = ({ count: updates, fromMs, toMs }: PhaseLatency): number => (updates * 1000) / (toMs - fromMs);
    return [
      whole,
      levels(phases, rate, latency, line("intended for the phase", "p99", { value: countValue, width: 3 })),
    ];
  }
  const shown = parts.behaviours
    .map(({ behaviour, count: counts }, index) => ({ behaviour, counts, name: `part-${index}` }))
    .filter(({ behaviour }) => choice.behaviour === "" || behaviour === choice.behaviour);
  return [
    whole,
    ...shown.map(({ behaviour, counts, name }) => ({
      values: perSecond(counts),
      gap: 0,
      series: line(behaviour, name, { value: countValue }),
    })),
  ];
}

function p99Line({ behaviour, p99 }: BehaviourLatency, index: number): TimeLine {
  return { values: p99, series: line(behaviour, `part-${index}`) };
}

/** A level line for each phase. The value at an interval is that of the phase in which its middle is. */
function levels(
  phases: readonly PhaseLatency[],
  of: (phase: PhaseLatency) => number | null,
  { startMs, lengthMs }: LatencyOverTime,
  series: uPlot.Series,
): TimeLine {
  const values = startMs.map((start) => {
    const middle = start + lengthMs / 2;
    const phase = phases.find(({ fromMs, toMs }) => fromMs <= middle && middle < toMs);
    return phase === undefined ? null : of(phase);
  });
  const paths: uPlot.Series.PathBuilder = (chart) => {
    const stroke = new Path2D();
    for (const phase of phases) {
      const value = of(phase);
      if (value === null) continue;
      const y = chart.valToPos(value, "y", true);
      stroke.moveTo(chart.valToPos(phase.fromMs / 1000, "x", true), y);
      stroke.lineTo(chart.valToPos(phase.toMs / 1000, "x", true), y);
    }
    return { stroke };
  };
  return { values, series: { ...series, paths } };
}
