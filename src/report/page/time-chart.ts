/**
 * What the charts over time have in common: an axis in seconds, one cursor for all of them, bands for the phases of the run,
 * and the keyboard. uPlot draws; it is the one chart library of a size (50 KB) that can go into the report of every run, draws
 * ten thousand cells without a pause, and shares a cursor between charts.
 */
import uPlot from "uplot";
import type { Phase, ReportData } from "../../results/data.js";
import { colour } from "./theme.js";

export interface ChartSpec {
  readonly data: uPlot.AlignedData;
  readonly height: number;
  readonly series: uPlot.Series[];
  readonly axes: uPlot.Axis[];
  readonly scales: uPlot.Scales;
  readonly plugins: readonly uPlot.Plugin[];
  /** Charts of one group share their cursor. */
  readonly group?: string;
  readonly padding?: uPlot.Padding;
}

export const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';

/** Draws into `element`, in its width, again and again as that changes. */
export function draw(element: HTMLElement, spec: ChartSpec): uPlot {
  element.replaceChildren();
  const { data, group, height, plugins, padding, ...options } = spec;
  const chart = new uPlot(
    {
      ...options,
      width: element.clientWidth,
      height,
      plugins: [...plugins],
      ...(padding !== undefined && { padding }),
      legend: { live: true, markers: { width: 0, fill: (self, at) => markerFill(self, at) } },
      cursor: {
        points: { size: 6 },
        drag: { x: true, y: false },
        ...(group !== undefined && { sync: { key: group } }),
      },
    },
    data,
    element,
  );
  operableByKeys(element, chart);
  return chart;
}

/** A legend's square in the colour of its line, or nothing for a series that is not drawn. */
function markerFill(chart: uPlot, at: number): string {
  const { stroke } = chart.series[at] ?? {};
  const paint: unknown =
    typeof stroke === "function" ? (stroke as (self: uPlot, at: number) => unknown)(chart, at) : stroke;
  return typeof paint === "string" ? paint : "transparent";
}

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

/** The whole run, even where nothing was measured at its ends, unless the reader has chosen a part of it. Without data there are no limits. */
export function timeScale(durationMs: number): uPlot.Scale {
  return {
    time: false,
    range: ({ data: [x] }, min, max) =>
      !Number.isFinite(min) || (min === x[0] && max === x.at(-1)) ? [0, durationMs / 1000] : [min, max],
  };
}

/** Seconds as a reader says them: 4 s, 2:30, and finer where the axis is. */
export function clockTime(seconds: number): string {
  const shown = Number(seconds.toFixed(3));
  if (shown < 120) return `${shown} s`;
  const rest = Number((shown % 60).toFixed(1));
  return `${Math.floor(shown / 60)}:${String(rest).padStart(2, "0")}`;
}

/** Heights of the lanes above a chart in which phases are named, CSS pixels. */
const LANE = 17;
const LANES: Readonly<Record<Phase["kind"], number>> = { arrivals: 0, drain: 0, disconnects: 1, shutdown: 1, fault: 2 };

type Marked = Pick<ReportData, "phases" | "faultMarks">;

/** The lanes that have something in them, from the top. */
function lanesOf({ phases, faultMarks = [] }: Marked): number[] {
  return [
    ...new Set([...phases.map(({ kind }) => LANES[kind]), ...(faultMarks.length > 0 ? [LANES.fault] : [])]),
  ].sort();
}

/** How much room {@link phaseBands} needs above a chart when it names the phases, CSS pixels. */
export function lanesHeight(run: Marked): number {
  return LANE * lanesOf(run).length;
}

/** Marks phases and faults behind a chart; `named` writes what they are above it. */
export function phaseBands(run: Marked, named: boolean): uPlot.Plugin {
  const { phases, faultMarks = [] } = run;
  const lanes = lanesOf(run);
  return {
    hooks: {
      drawClear: (chart) => {
        const { ctx, bbox } = chart;
        const ratio = uPlot.pxRatio;
        const right = bbox.left + bbox.width;
        const at = (ms: number): number => chart.valToPos(ms / 1000, "x", true);
        const topOf = (kind: Phase["kind"]): number =>
          bbox.top - (lanes.length - lanes.indexOf(LANES[kind])) * LANE * ratio + ratio;
        ctx.save();
        for (const { kind, fromMs, toMs, label } of phases) {
          const from = clamp(at(fromMs), bbox.left, right);
          const width = Math.max(
            clamp(at(toMs), bbox.left, right) - from,
            BEGINS.has(kind) && isWithin(chart, fromMs) ? 2 * ratio : 0,
          );
          if (width <= 0) continue;
          ctx.fillStyle = colour(`phase-${kind}`);
          // Arrivals go on for most of a run: a tint would only grey the chart.
          ctx.globalAlpha = kind === "arrivals" ? 0 : kind === "fault" ? 0.2 : 0.1;
          ctx.fillRect(from, bbox.top, width, bbox.height);
          ctx.globalAlpha = 1;
          if (!named) continue;
          ctx.fillRect(from, topOf(kind), Math.max(width - ratio, 2 * ratio), (LANE - 3) * ratio);
          const next = phases
            .filter((other) => LANES[other.kind] === LANES[kind] && other.fromMs > fromMs)
            .map((other) => at(other.fromMs));
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
            if (isWithin(chart, ms)) ctx.fillRect(at(ms), topOf("fault"), ratio, (LANE - 3) * ratio);
          }
        }
        ctx.restore();
      },
      // In front of the data: areas would hide it.
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

/** Phases of which it matters when they begin; some have no length, and must be seen all the same. */
const BEGINS: ReadonlySet<Phase["kind"]> = new Set(["fault", "shutdown"]);

function isWithin(chart: uPlot, ms: number): boolean {
  const { left, width } = chart.bbox;
  const at = chart.valToPos(ms / 1000, "x", true);
  return at >= left && at <= left + width;
}

/** Writes a label on its band, or beside it as far as the lane is `free`, or as much of it as the band holds. Canvas pixels. */
function name(
  ctx: CanvasRenderingContext2D,
  label: string,
  band: { left: number; top: number; right: number; free: number },
  ratio: number,
): void {
  ctx.font = FONT.replace("12px", `${10.5 * ratio}px`);
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

/** Arrow keys move the cursor, which reads the values out in the legend; Escape takes it away and shows the chart whole. */
function operableByKeys(element: HTMLElement, chart: uPlot): void {
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  const [legend] = chart.root.getElementsByClassName("u-legend");
  element.onkeydown = (event) => {
    const last = chart.data[0].length - 1;
    const at = chart.cursor.idx ?? -1;
    const key = chart.cursor.sync?.key;
    const together = key === undefined ? [chart] : uPlot.sync(key).plots;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last, PageDown: at + 10, PageUp: at - 10 }[
      event.key
    ];
    if (event.key === "Escape") {
      for (const each of together) each.setCursor({ left: -10, top: -10 });
      chart.setData(chart.data);
    } else if (to !== undefined && last >= 0) {
      legend?.setAttribute("aria-live", "polite");
      const x = chart.data[0][clamp(to, 0, last)] ?? 0;
      for (const each of together) each.setCursor({ left: each.valToPos(x, "x"), top: each.over.clientHeight / 2 });
    } else {
      return;
    }
    event.preventDefault();
  };
  for (const label of chart.root.querySelectorAll<HTMLElement>(".u-series th")) {
    if (element.classList.contains("stacked") || label.closest(".u-series")?.previousElementSibling === null) continue;
    label.tabIndex = 0;
    label.setAttribute("role", "button");
    label.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        label.click();
      }
    });
  }
}
