/**
 * One figure over the runs of a series, as SVG in the page: every point is a link to the report of its run, which a
 * reader reaches by the keyboard too, and without a script.
 */
import type { HistoryFigure, HistoryRun, HistorySeries } from "../../results/index.js";
import { at } from "../../vocabulary/index.js";
import { changeText, figureText, runName } from "../history-texts.js";
import { html, nothing, type Markup } from "./markup.js";

const WIDTH = 960;
const HEIGHT = 170;
const LEFT = 90;
const RIGHT = 16;
const TOP = 14;
const BOTTOM = 24;
/** Values that differ by more than this factor have a logarithmic axis. */
const LOGARITHMIC_FROM = 10;

/** `hrefOf`: the link to the report of a run. */
export function historyChart(
  figure: HistoryFigure,
  series: HistorySeries,
  hrefOf: (run: HistoryRun) => string,
): Markup {
  const { runs } = series;
  const known = figure.values.filter((value) => value !== null);
  const y = scaleOf(known);
  const x = (index: number): number =>
    LEFT + (runs.length === 1 ? 0.5 : index / (runs.length - 1)) * (WIDTH - LEFT - RIGHT);
  const points = runs.map((run, index) => {
    const value = figure.values[index];
    return typeof value === "number"
      ? point(run, figureText(value, figure.unit), x(index), y.at(value), hrefOf(run))
      : nothing;
  });
  return html`<div class="history-chart"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="group" aria-label="${figure.label}">
${y.ticks.map((tick) => gridLine(figureText(tick, figure.unit), y.at(tick)))}
${levelsOf(figure, series).map(
  ({ from, to, value }) =>
    html`<line class="level" x1="${round(x(from))}" x2="${round(x(to))}" y1="${round(y.at(value))}" y2="${round(y.at(value))}"/>`,
)}
${figure.changes.map(
  (change) =>
    html`<line class="${change.isWorse ? "change worse" : "change better"}" x1="${round(x(change.run - 0.5))}" x2="${round(x(change.run - 0.5))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"><title>${changeText(change, figure, series)}</title></line>`,
)}
${points}
${dateLabels(runs, x)}
</svg></div>`;
}

function point(run: HistoryRun, value: string, x: number, y: number, href: string): Markup {
  const { outcome, seed, startedAt, unused } = run;
  const text = `${value}, ${outcome}, ${runName(run)}, ${startedAt.slice(0, 16).replace("T", " ")} UTC, seed ${seed}`;
  const note = unused === null ? "" : `; not used: ${unused}`;
  return html`<a href="${href}" aria-label="${text}"><circle class="point ${outcome}${unused === null ? "" : " unused"}" cx="${round(x)}" cy="${round(y)}" r="5"><title>${text}${note}</title></circle></a>
`;
}

function gridLine(text: string, y: number): Markup {
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y)}" y2="${round(y)}"/><text class="tick" x="${LEFT - 8}" y="${round(y + 4)}" text-anchor="end">${text}</text>`;
}

/** The first day, the last, and some between. */
function dateLabels(runs: readonly HistoryRun[], x: (index: number) => number): Markup[] {
  const count = Math.min(runs.length, 6);
  const places = Array.from({ length: count }, (_, n) => Math.round((n * (runs.length - 1)) / Math.max(1, count - 1)));
  return [...new Set(places)].map((index) => {
    const anchor = runs.length === 1 ? "middle" : index === 0 ? "start" : index === runs.length - 1 ? "end" : "middle";
    const day = at(runs, index).startedAt.slice(0, 10);
    return html`<text class="tick" x="${round(x(index))}" y="${HEIGHT - 6}" text-anchor="${anchor}">${day}</text>`;
  });
}

/** The medians between the changes; none without a change. */
function levelsOf({ changes }: HistoryFigure, { runs }: HistorySeries): { from: number; to: number; value: number }[] {
  const [first] = changes;
  if (first === undefined) return [];
  const starts = [{ run: 0, value: first.before }, ...changes.map(({ run, after }) => ({ run, value: after }))];
  return starts.map(({ run, value }, level) => ({ from: run, to: (starts[level + 1]?.run ?? runs.length) - 1, value }));
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** From 0, or logarithmic where the values differ much. */
function scaleOf(values: readonly number[]): Scale {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const position = (share: number): number => HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  if (least > 0 && most / least > LOGARITHMIC_FROM) {
    const [from, to] = [Math.log(least / 1.2), Math.log(most * 1.2)];
    const ticks = [least, Math.sqrt(least * most), most];
    return { at: (value) => position((Math.log(value) - from) / (to - from)), ticks };
  }
  const top = Math.max(most * 1.1, Number.MIN_VALUE);
  return { at: (value) => position(value / top), ticks: [0, most / 2, most] };
}

const round = (n: number): number => Math.round(n * 10) / 10;
