/** The common parts of the charts over time: an axis in seconds, and bands for the phases of the run. */
import uPlot from "uplot";
import type { Phase, ReportData } from "../../results/data.js";
import { colour } from "./theme.js";

export const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';

export function axis(options: uPlot.Axis): uPlot.Axis {
  const line = { stroke: () => colour("line"), width: 1 };
  return {
    font: FONT,
    labelFont: FONT,
    stroke: () => colour("soft"),
    grid: line,
    ticks: { ...line, size: 4 },
    ...options,
  };
}

/** The axis of the run's time, in seconds. */
export const timeAxis = (): uPlot.Axis =>
  axis({ scale: "x", values: (_chart, splits) => splits.map(clockTime), size: 34 });

/** The range is the whole run, even without samples at its ends, unless the reader has zoomed in. */
export function timeScale(durationMs: number): uPlot.Scale {
  return {
    time: false,
    range: ({ data: [x] }, min, max) =>
      !Number.isFinite(min) || (min === x[0] && max === x.at(-1)) ? [0, durationMs / 1000] : [min, max],
  };
}

/** Seconds as text: 4 s, 2:30, with up to three decimals. */
export function clockTime(seconds: number): string {
  const shown = Number(seconds.toFixed(3));
  if (shown < 120) return `${shown} s`;
  const rest = Number((shown % 60).toFixed(1));
  return `${Math.floor(shown / 60)}:${String(rest).padStart(2, "0")}`;
}

/** The height of a lane with the names of phases above a chart, CSS pixels. */
const LANE = 17;
const LANES: Readonly<Record<Phase["kind"], number>> = { arrivals: 0, drain: 0, disconnects: 1, shutdown: 1, fault: 2 };

type Marked = Pick<ReportData, "phases" | "faultMarks">;

/** The lanes that are not empty in all of the runs, from top to bottom. */
export function lanesOf(runs: readonly Marked[]): number[] {
  const inUse = runs.flatMap(({ phases, faultMarks = [] }) => [
    ...phases.map(({ kind }) => LANES[kind]),
    ...(faultMarks.length > 0 ? [LANES.fault] : []),
  ]);
  return [...new Set(inUse)].sort();
}

/** The height of the lanes of {@link phaseBands} above a chart, CSS pixels. */
export function lanesHeight(lanes: readonly number[]): number {
  return LANE * lanes.length;
}

/** Marks phases and faults behind a chart. With `lanes`, their names are above it. */
export function phaseBands({ phases, faultMarks = [] }: Marked, lanes: readonly number[] = []): uPlot.Plugin {
  const named = lanes.length > 0;
  return {
    hooks: {
      drawClear: (chart) => {
        const { ctx, bbox } = chart;
        const ratio = uPlot.pxRatio;
        const right = bbox.left + bbox.width;
        const position = (ms: number): number => chart.valToPos(ms / 1000, "x", true);
        const topOf = (kind: Phase["kind"]): number =>
          bbox.top - (lanes.length - lanes.indexOf(LANES[kind])) * LANE * ratio + ratio;
        ctx.save();
        for (const { kind, fromMs, toMs, label } of phases) {
          const from = clamp(position(fromMs), bbox.left, right);
          const width = Math.max(
            clamp(position(toMs), bbox.left, right) - from,
            BEGINS.has(kind) && isWithin(chart, fromMs) ? 2 * ratio : 0,
          );
          if (width <= 0) continue;
          ctx.fillStyle = colour(`phase-${kind}`);
          // Arrivals take most of a run, so their colour would cover the whole chart.
          ctx.globalAlpha = kind === "arrivals" ? 0 : kind === "fault" ? 0.2 : 0.1;
          ctx.fillRect(from, bbox.top, width, bbox.height);
          ctx.globalAlpha = 1;
          if (!named) continue;
          ctx.fillRect(from, topOf(kind), Math.max(width - ratio, 2 * ratio), (LANE - 3) * ratio);
          const next = phases
            .filter((other) => LANES[other.kind] === LANES[kind] && other.fromMs > fromMs)
            .map((other) => position(other.fromMs));
          name(
            ctx,
            label,
            { left: from, top: topOf(kind), right: from + width, free: Math.min(...next, right) },
            ratio,
          );
        }
        if (named) {
          ctx.fillStyle = colour("phase-fault");
          ctx.globalAlpha = 0.7;
          for (const ms of faultMarks.flatMap(({ atMs }) => atMs)) {
            if (isWithin(chart, ms)) ctx.fillRect(position(ms), topOf("fault"), ratio, (LANE - 3) * ratio);
          }
        }
        ctx.restore();
      },
      // In front of the data, which would hide it.
      draw: (chart) => {
        const { ctx, bbox } = chart;
        const ratio = uPlot.pxRatio;
        ctx.save();
        for (const { kind, fromMs } of phases) {
          if (!BEGINS.has(kind) || !isWithin(chart, fromMs)) continue;
          ctx.fillStyle = colour(`phase-${kind}`);
          ctx.fillRect(Math.round(chart.valToPos(fromMs / 1000, "x", true)), bbox.top, Math.round(ratio), bbox.height);
        }
        ctx.restore();
      },
    },
  };
}

/** The phases whose beginning is marked. Some have no length, and must be visible too. */
const BEGINS: ReadonlySet<Phase["kind"]> = new Set(["fault", "shutdown"]);

function isWithin(chart: uPlot, ms: number): boolean {
  const { left, width } = chart.bbox;
  const at = chart.valToPos(ms / 1000, "x", true);
  return at >= left && at <= left + width;
}

/** Writes a label on its band; or beside the band, up to `free`; or shortened on the band. Canvas pixels. */
function name(
  ctx: CanvasRenderingContext2D,
  label: string,
  band: { left: number; top: number; right: number; free: number },
  ratio: number,
): void {
  ctx.font = FONT.replace("12px", `${11 * ratio}px`);
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  const inset = 4 * ratio;
  const middle = band.top + ((LANE - 3) / 2) * ratio;
  const room = (text: string): number => ctx.measureText(text).width + 2 * inset;
  if (room(label) > band.right - band.left && room(label) <= band.free - band.right) {
    ctx.fillStyle = colour("soft");
    ctx.fillText(label, band.right + inset, middle);
    return;
  }
  let text = label;
  while (text.length > 1 && room(text) > band.right - band.left) text = `${text.slice(0, -2).trimEnd()}…`;
  if (text.length < 4) return;
  ctx.fillStyle = colour("on-phase");
  ctx.fillText(text, band.left + inset, middle);
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
