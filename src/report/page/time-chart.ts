/**
 * The common parts of the charts over time: an axis in seconds, a shared cursor, bands for the phases of the run, and
 * the keyboard. The chart library is uPlot: it is small enough (50 KB) for every report, draws ten thousand cells
 * without a delay, and shares a cursor between charts.
 */
import uPlot from "uplot";
import type { Phase, ReportData } from "../../results/data.js";
import { at } from "../../vocabulary/assert.js";
import { colour } from "./theme.js";

export interface ChartSpec {
  readonly data: uPlot.AlignedData;
  readonly height: number;
  readonly series: uPlot.Series[];
  readonly axes: uPlot.Axis[];
  readonly scales: uPlot.Scales;
  readonly plugins: readonly uPlot.Plugin[];
  /** The charts of a group share their cursor. */
  readonly group?: string;
  readonly padding?: uPlot.Padding;
}

export const FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';

/** The position of a cursor that is not shown. */
export const NO_CURSOR = { left: -10, top: -10 };

/** Draws a chart into `element`, in its width. */
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
      legend: { live: true, markers: { width: 0, fill: markerFill } },
      cursor: {
        points: { size: 6 },
        drag: { x: true, y: false },
        ...(group !== undefined && { sync: { key: group } }),
      },
    },
    data,
    element,
  );
  operableByKeys(element, chart, group);
  return chart;
}

/** The colour of a series' square in the legend: that of its line; transparent for a series without a line. */
function markerFill(chart: uPlot, index: number): string {
  const { stroke } = at(chart.series, index);
  const paint: unknown =
    typeof stroke === "function" ? (stroke as (self: uPlot, index: number) => unknown)(chart, index) : stroke;
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

/** The lanes that are not empty, from top to bottom. */
function lanesOf({ phases, faultMarks = [] }: Marked): number[] {
  return [
    ...new Set([...phases.map(({ kind }) => LANES[kind]), ...(faultMarks.length > 0 ? [LANES.fault] : [])]),
  ].sort();
}

/** The height of the lanes of {@link phaseBands} above a chart, CSS pixels. */
export function lanesHeight(run: Marked): number {
  return LANE * lanesOf(run).length;
}

/** Marks phases and faults behind a chart. With `named`, their names are above it. */
export function phaseBands(run: Marked, named: boolean): uPlot.Plugin {
  const { phases, faultMarks = [] } = run;
  const lanes = lanesOf(run);
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

/** Arrow keys move the cursor of the chart, or of all charts of its group, and the legend shows its values. Escape hides the cursor and zooms out. */
function operableByKeys(element: HTMLElement, chart: uPlot, group: string | undefined): void {
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  const [legend] = chart.root.getElementsByClassName("u-legend");
  element.onkeydown = (event) => {
    const last = chart.data[0].length - 1;
    const index = chart.cursor.idx ?? -1;
    const together = group === undefined ? [chart] : uPlot.sync(group).plots;
    const targets: Readonly<Record<string, number>> = {
      ArrowRight: index + 1,
      ArrowLeft: index - 1,
      Home: 0,
      End: last,
      PageDown: index + 10,
      PageUp: index - 10,
    };
    const to = targets[event.key];
    if (event.key === "Escape") {
      for (const each of together) each.setCursor(NO_CURSOR);
      chart.setData(chart.data);
    } else if (to !== undefined && last >= 0) {
      legend?.setAttribute("aria-live", "polite");
      const x = at(chart.data[0], clamp(to, 0, last));
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
