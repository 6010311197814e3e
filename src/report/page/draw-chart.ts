/**
 * Draws a chart, and keeps what its reader has chosen when it is drawn again. The chart library is uPlot: it is small
 * enough (50 KB) for every report, draws ten thousand cells without a delay, and shares a cursor between charts.
 */
import uPlot from "uplot";
import { assert, at } from "../../vocabulary/assert.js";
import { NO_CURSOR, operateByKeys, type OperatedChart, type Range } from "./chart-keys.js";
import { MOVES_OF_POINTER } from "./resting-pointer.js";

export interface ChartSpec extends Pick<OperatedChart, "cells"> {
  readonly data: uPlot.AlignedData;
  readonly height: number;
  readonly series: uPlot.Series[];
  readonly axes: uPlot.Axis[];
  readonly scales: uPlot.Scales;
  readonly plugins: readonly uPlot.Plugin[];
  /** Whether it shares its cursor and its zoom with the other charts over time of the page. */
  readonly isOverTime?: true;
  readonly padding?: uPlot.Padding;
}

/** What the reader of a chart has chosen. */
export interface ChartView {
  readonly cursor: { readonly left: number; readonly top: number };
  /** The part of the x axis that is shown; undefined for the whole. */
  readonly zoom: Range | undefined;
  /** The labels of the hidden series. */
  readonly hidden: readonly string[];
  /** The index of the button of the legend that has the focus; -1 for none. */
  readonly focused: number;
}

export interface DrawnChart {
  readonly chart: uPlot;
  readonly view: () => ChartView;
}

const UNTOUCHED: ChartView = { cursor: NO_CURSOR, zoom: undefined, hidden: [], focused: -1 };
const OVER_TIME = "time";

/** Draws a chart into `element`, in its width. */
export function drawChart(element: HTMLElement, spec: ChartSpec, view = UNTOUCHED): DrawnChart {
  element.replaceChildren();
  const { data, isOverTime = false, cells, height, plugins, padding, series, ...options } = spec;
  // Known once the chart has its scales, which is after this task.
  let whole: Range | undefined;
  const chart = new uPlot(
    {
      ...options,
      series: series.map((each) => ({ ...each, show: !view.hidden.includes(labelOf(each)) })),
      width: element.clientWidth,
      height,
      plugins: [...plugins],
      ...(padding !== undefined && { padding }),
      legend: { live: true, markers: { width: 0, fill: markerFill } },
      cursor: {
        points: { size: 6 },
        drag: { x: true, y: false },
        bind: MOVES_OF_POINTER,
        ...(isOverTime && { sync: sharedTime() }),
      },
      hooks: {
        ready: [
          (ready) => {
            const { zoom, cursor } = view;
            whole = xRange(ready);
            ready.setCursor(cursor);
            // The chart ignores a scale that is set while it sets its own.
            if (zoom !== undefined) queueMicrotask(() => ready.setScale("x", zoom));
          },
        ],
        setSeries: [markPressed],
      },
    },
    data,
    element,
  );
  operateByKeys(element, {
    chart,
    linked: () => (isOverTime ? uPlot.sync(OVER_TIME).plots : [chart]),
    whole: () => whole ?? xRange(chart),
    cells,
  });
  if (!element.classList.contains("stacked")) operateLegend(chart);
  legendButtons(chart)[view.focused]?.button.focus({ preventScroll: true });
  return {
    chart,
    view: () => ({
      cursor: { left: chart.cursor.left ?? NO_CURSOR.left, top: chart.cursor.top ?? NO_CURSOR.top },
      zoom: whole === undefined ? view.zoom : zoomIn(chart, whole),
      hidden: chart.series.filter(({ show }) => show === false).map(labelOf),
      focused: legendButtons(chart).findIndex(({ button }) => button === document.activeElement),
    }),
  };
}

/** The cursors of linked charts are at the same time. Their heights are not linked: the y axes are different. */
function sharedTime(): uPlot.Cursor.Sync {
  return { key: OVER_TIME, scales: ["x", "y"], match: [(a, b) => a === b, () => false] };
}

function xRange(chart: uPlot): Range {
  const { x } = chart.scales;
  assert(x !== undefined, "a chart has an x axis");
  // Without data there is no range.
  return { min: x.min ?? 0, max: x.max ?? 0 };
}

function zoomIn(chart: uPlot, whole: Range): Range | undefined {
  const { min, max } = xRange(chart);
  return min === whole.min && max === whole.max ? undefined : { min, max };
}

function labelOf({ label }: uPlot.Series): string {
  return typeof label === "string" ? label : "";
}

/** The colour of a series' square in the legend: that of its line; transparent for a series without a line. */
function markerFill(chart: uPlot, index: number): string {
  const { stroke } = at(chart.series, index);
  const paint: unknown =
    typeof stroke === "function" ? (stroke as (self: uPlot, index: number) => unknown)(chart, index) : stroke;
  return typeof paint === "string" ? paint : "transparent";
}

/** The labels in the legend, in the order of the series. */
function legendLabels(chart: uPlot): HTMLElement[] {
  return [...chart.root.querySelectorAll<HTMLElement>(".u-series th")];
}

/**
 * The labels that hide and show their lines. That of the x axis, and a series that is only in the legend, have none.
 */
function legendButtons(chart: uPlot): { readonly button: HTMLElement; readonly series: uPlot.Series }[] {
  return legendLabels(chart).flatMap((button, index) =>
    index === 0 || markerFill(chart, index) === "transparent" ? [] : [{ button, series: at(chart.series, index) }],
  );
}

function operateLegend(chart: uPlot): void {
  for (const label of legendLabels(chart)) label.classList.add("fixed");
  for (const { button } of legendButtons(chart)) {
    button.classList.remove("fixed");
    button.tabIndex = 0;
    button.setAttribute("role", "button");
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      button.click();
    });
  }
  markPressed(chart);
}

function markPressed(chart: uPlot): void {
  for (const { button, series } of legendButtons(chart))
    button.setAttribute("aria-pressed", String(series.show !== false));
}
