/**
 * Draws a sequence diagram as SVG text: for a page that is written, and in the report's page when a reader opens an
 * agent. No library draws such diagrams without a browser and is small enough for every report (mermaid has megabytes),
 * and a diagram has only lines, rectangles and text. The font is monospaced, so that the layout needs no measuring.
 */
import { at } from "../vocabulary/assert.js";
import { wrap } from "../vocabulary/format-figures.js";
import type { SequenceDiagram, SequenceRow } from "../results/sequence-diagram.js";
import { printableData } from "../vocabulary/printable.js";
import { escapeMarkup } from "./escape-markup.js";

/** CSS pixels. */
const CHARACTER = 6.65;
const LINE = 14;
const ROW_GAP = 6;
const TIME_GAP = 20;
const HEAD = 26;
const BAR = 8;
/** From a column's edge to its lifeline, and from there to its text. */
const INDENT = 12;
const COLUMN = { least: 110 };
/** The width of all columns together on the report's page. A column gets its share of it, within bounds. */
const ROOM = 900;
const SHARE = { least: 224, most: 340 };
/** A higher drawing scrolls in a box of its own, under the heads. */
const SCROLLED = 1800;
/** The height of a drawing on a page of paper, and on the first page, which has more text above it. */
const PAPER = 980;
const FIRST_PAPER = 620;
/** The number of colours of lifelines. They repeat. */
const LANES = 6;

interface Place {
  readonly row: SequenceRow;
  readonly lines: readonly string[];
  readonly top: number;
  readonly bottom: number;
}

/** The drawing under heads that stay visible, and in pieces for paper. `id` is unique in the page, `label` its name. */
export function drawSequence(drawn: SequenceDiagram, id: string, label: string): string {
  const sequence = printableData(drawn);
  const widths = columnWidths(sequence);
  const marginTexts = sequence.rows.flatMap(({ at: time, gap = "" }) => [time, gap]);
  const margin = 22 + Math.ceil(CHARACTER * Math.max(4, ...marginTexts.map(({ length }) => length)));
  const lifeline = (column: number): number =>
    margin + INDENT + widths.slice(0, column).reduce((sum, width) => sum + width, 0);
  const width = lifeline(widths.length) - INDENT + 8;
  const places = placeRows(sequence, widths);
  const height = Math.ceil((places.at(-1)?.bottom ?? 0) + ROW_GAP);
  const layers = [
    ...places.map(({ row, top, bottom }, index) => {
      const size = `width="${width}" height="${bottom - top + 4}"`;
      return `<rect class="behind ${row.kind ?? ""}" data-row="${index}" x="0" y="${top - 2}" ${size}/>`;
    }),
    ...widths.map(
      (_, column) => `<line class="lifeline" x1="${lifeline(column)}" x2="${lifeline(column)}" y1="0" y2="${height}"/>`,
    ),
    ...barsOf(sequence, places, lifeline, height),
    ...arrowsOf(sequence, places, lifeline),
    ...places.map((place, index) =>
      textOf(place, places[index - 1]?.row.at, lifeline(place.row.column), margin, width),
    ),
  ];
  const heads = sequence.columns
    .map(
      (name, column) =>
        `<text class="lane-${column % LANES}" x="${lifeline(column) - BAR / 2}" y="17">${escapeMarkup(name)}</text>`,
    )
    .join("");
  const svg = (classes: string, top: number, tall: number, content: string): string => {
    const size = `width="${width}" height="${tall}" viewBox="0 ${top} ${width} ${tall}"`;
    return `<svg class="${classes}" ${size} aria-hidden="true">${content}</svg>`;
  };
  const onPaper = pieces(places, height).map(([top, bottom]) => {
    const y = top - HEAD;
    const background = `<rect class="paper" x="0" y="${y}" width="${width}" height="${HEAD}"/>`;
    const content = `<use href="#${id}"/>${background}<use href="#${id}-heads" y="${y}"/>`;
    return svg("piece", y, bottom - y, content);
  });
  const classes = `sequence${height > SCROLLED ? " long" : ""}`;
  const headRow = svg("heads", 0, HEAD, `<g id="${id}-heads">${heads}</g>`);
  const whole = svg("whole", 0, height, `<g id="${id}">${layers.join("\n")}</g>`);
  return `<div class="${classes}" tabindex="0" role="group" aria-label="${escapeMarkup(label)}">
${headRow}${whole}</div>
<p class="unseen" aria-live="polite"></p>
<div class="on-paper">${onPaper.join("")}</div>`;
}

function columnWidths({ columns, rows }: SequenceDiagram): number[] {
  const most = Math.min(SHARE.most, Math.max(SHARE.least, Math.floor(ROOM / columns.length)));
  return columns.map((name, column) => {
    const longest = Math.max(
      name.length,
      ...rows.filter((row) => row.column === column).map(({ text }) => text.length),
    );
    return Math.min(most, Math.max(COLUMN.least, Math.ceil(longest * CHARACTER) + 3 * INDENT));
  });
}

function placeRows({ rows }: SequenceDiagram, widths: readonly number[]): Place[] {
  let y = 4;
  return rows.map((row): Place => {
    const characters = Math.floor((at(widths, row.column) - 2.5 * INDENT) / CHARACTER);
    const lines = wrap(row.text, characters);
    const top = y + (row.gap === undefined ? 0 : TIME_GAP);
    const bottom = top + lines.length * LINE;
    y = bottom + ROW_GAP;
    return { row, lines, top, bottom };
  });
}

const middleOf = ({ top }: Place): number => top + LINE / 2;

function barsOf(
  { bars }: SequenceDiagram,
  places: readonly Place[],
  lifeline: (column: number) => number,
  height: number,
): string[] {
  return bars.map(({ column, from, to, kind }) => {
    // A bar can begin before the first row and end after the last.
    const [first, last] = [places[from], places[to]];
    const top = first === undefined ? 0 : kind === "waits" ? first.bottom : first.top;
    const bottom = last === undefined ? height : kind === "waits" ? Math.max(last.top, top + 4) : last.bottom;
    const box = `x="${lifeline(column) - BAR / 2}" y="${top}" width="${BAR}" height="${bottom - top}" rx="2"`;
    return `<rect class="bar ${kind} lane-${column % LANES}" ${box}/>`;
  });
}

function arrowsOf(
  { arrows }: SequenceDiagram,
  places: readonly Place[],
  lifeline: (column: number) => number,
): string[] {
  return arrows.flatMap(({ from, to }) => {
    const start = places[from];
    // The event that an arrow starts from can have no row.
    if (start === undefined) return [];
    const end = typeof to === "number" ? at(places, to) : undefined;
    const column = typeof to === "number" ? at(places, to).row.column : to.column;
    const kind = typeof to === "number" ? "" : to.lost === true ? "lost" : "unseen-end";
    // Below the text of the row where it starts.
    const y1 = start.bottom + 1;
    const [x1, tip] = [lifeline(start.row.column), lifeline(column)];
    if (x1 === tip) return [];
    const side = tip > x1 ? -1 : 1;
    // An arrow from the right ends above the text of its last row, which it would cross otherwise.
    const y2 = end === undefined ? y1 : Math.max(side < 0 ? middleOf(end) : end.top - 2, y1);
    const x2 = kind === "lost" ? (x1 + tip) / 2 : tip + (side * BAR) / 2;
    const head =
      kind === "lost"
        ? `M${x2 - 4} ${y2 - 4}L${x2 + 4} ${y2 + 4}M${x2 - 4} ${y2 + 4}L${x2 + 4} ${y2 - 4}`
        : `M${x2 + side * 7} ${y2 - 4}L${x2} ${y2}L${x2 + side * 7} ${y2 + 4}`;
    return [`<path class="arrow ${kind}" d="M${x1} ${y1}L${x2} ${y2}"/><path class="arrow-head ${kind}" d="${head}"/>`];
  });
}

function textOf(place: Place, before: string | undefined, lifeline: number, margin: number, width: number): string {
  const { row, lines, top } = place;
  const base = top + 11;
  const inMargin = (text: string, y: number): string =>
    `<text class="at" x="${margin - 12}" y="${y}">${escapeMarkup(text)}</text>`;
  const time = row.at === before ? "" : inMargin(row.at, base);
  const pause = top - TIME_GAP / 2;
  const line = `<line class="pause" x1="${margin - 6}" x2="${width}" y1="${pause - 2}" y2="${pause - 2}"/>`;
  const gap = row.gap === undefined ? "" : inMargin(row.gap, pause + 2) + line;
  const kind = row.kind ?? "";
  const point = `class="point ${kind} lane-${row.column % LANES}" cx="${lifeline}" cy="${middleOf(place)}" r="3"`;
  const words = lines
    .map((text, n) => `<tspan x="${lifeline + INDENT}" y="${base + n * LINE}">${escapeMarkup(text)}</tspan>`)
    .join("");
  return `${gap}${time}<circle ${point}/><text class="what ${kind}">${words}</text>`;
}

/** The top and the bottom of each piece of the drawing. No piece ends within a row. */
function pieces(places: readonly Place[], height: number): [number, number][] {
  const found: [number, number][] = [];
  let top = 0;
  let last = 0;
  for (const { row, top: rowTop, bottom } of places) {
    const above = rowTop - (row.gap === undefined ? 0 : TIME_GAP) - 2;
    if (bottom - top > (found.length === 0 ? FIRST_PAPER : PAPER) && last > top) {
      found.push([top, above]);
      top = above;
    }
    last = bottom;
  }
  return [...found, [top, height]];
}
