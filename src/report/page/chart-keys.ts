/**
 * The keyboard in a chart. Left and right move the cursor of all linked charts, and the legends show its values; up and
 * down move it between the cells of a heat map; + and - zoom; Escape shows the whole of all linked charts again.
 */
import type uPlot from "uplot";
import { at } from "../../vocabulary/assert.js";
import { cursorIsSetByKeys } from "./resting-pointer.js";

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The position of a cursor that is not shown. */
export const NO_CURSOR = { left: -10, top: -10 };

export interface OperatedChart {
  readonly chart: uPlot;
  /** All charts that share their cursor, this one included. */
  readonly linked: () => readonly uPlot[];
  /** The x axis without a zoom. */
  readonly whole: () => Range;
  /** The y values of the cells at an x value, ascending; absent where there are none. */
  readonly cells?: ((x: number) => readonly number[]) | undefined;
}

const MOVES: Readonly<Record<string, (index: number, first: number, last: number) => number>> = {
  ArrowRight: (index) => index + 1,
  ArrowLeft: (index) => index - 1,
  Home: (_index, first) => first,
  End: (_index, _first, last) => last,
  PageDown: (index) => index + 10,
  PageUp: (index) => index - 10,
};
const CELL_MOVES: Readonly<Record<string, (cells: readonly number[], from: number) => number | undefined>> = {
  // The factors cover the rounding of a position in pixels. Rows are further apart.
  ArrowUp: (cells, from) => cells.find((y) => y > from * 1.01) ?? cells.at(-1),
  ArrowDown: (cells, from) => cells.findLast((y) => y < from / 1.01) ?? cells[0],
};
const ZOOMS: Readonly<Record<string, number>> = { "+": 1 / 2, "=": 1 / 2, "-": 2 };

export function operateByKeys(element: HTMLElement, operated: OperatedChart): void {
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  element.onkeydown = (event) => {
    const isCommand = event.ctrlKey || event.metaKey || event.altKey;
    if (!isCommand && operate(operated, event.key)) event.preventDefault();
  };
}

/** Whether the key has a meaning in the chart. */
function operate(operated: OperatedChart, key: string): boolean {
  const { chart, cells } = operated;
  const [move, cellMove, zoom] = [MOVES[key], cells && CELL_MOVES[key], ZOOMS[key]];
  if (key === "Escape") {
    for (const each of operated.linked()) {
      each.setCursor(NO_CURSOR);
      each.setData(each.data);
    }
    return true;
  }
  if (zoom !== undefined) {
    zoomBy(zoom, operated);
    return true;
  }
  if (move === undefined && cellMove === undefined) return false;
  for (const shown of chart.root.querySelectorAll(".u-legend, .cell-text")) shown.setAttribute("aria-live", "polite");
  if (chart.data[0].length === 0) return true;

  const [first, last] = visible(chart);
  const index = chart.cursor.idx ?? undefined;
  const to = move === undefined ? (index ?? first) : move(index ?? first - 1, first, last);
  const x = at(chart.data[0], Math.min(Math.max(to, first), last));
  const { top = NO_CURSOR.top } = chart.cursor;
  const present = top < 0 ? chart.over.clientHeight / 2 : top;
  const cell = cells && cellMove?.(cells(x), chart.posToVal(present, "y"));
  pointAt(x, cell === undefined ? present : chart.valToPos(cell, "y"), operated);
  return true;
}

/** The indices of the first and of the last point that the zoom shows. */
function visible(chart: uPlot): readonly [first: number, last: number] {
  const [first = 0, last = chart.data[0].length - 1] = at(chart.series, 0).idxs ?? [];
  return [first, last];
}

/** In the other charts the cursor has no height: their y axes are others. */
function pointAt(x: number, top: number, { chart, linked }: OperatedChart): void {
  cursorIsSetByKeys();
  for (const each of linked())
    each.setCursor({ left: each.valToPos(x, "x"), top: each === chart ? top : NO_CURSOR.top });
}

/** What is under the cursor, or in the middle, keeps its place. */
function zoomBy(factor: number, { chart, linked, whole }: OperatedChart): void {
  const [first, last] = visible(chart);
  if (factor < 1 && last - first < 2) return;
  const width = chart.over.clientWidth;
  const { left = NO_CURSOR.left } = chart.cursor;
  const fixed = left < 0 ? width / 2 : left;
  const range = {
    min: Math.max(whole().min, chart.posToVal(fixed - fixed * factor, "x")),
    max: Math.min(whole().max, chart.posToVal(fixed + (width - fixed) * factor, "x")),
  };
  for (const each of linked()) each.setScale("x", range);
}
