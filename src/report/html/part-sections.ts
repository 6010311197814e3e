/**
 * The figures of a run by behaviour of the workers and by phase of the run. The reader chooses what the page shows
 * (`src/report/page/part-choice.ts`); without the script it shows everything.
 */
import { formatCount, formatMs, formatShare, plural } from "../../vocabulary/index.js";
import { countersOf, type ReportData, type Summary, type TrendSummary } from "../../results/index.js";
import { latenciesByPart, partsOf, type Division, type RunPart } from "../tagged-parts.js";
import { latencyHeads, latencyRow } from "./figure-sections.js";
import { groupedTable, table, type Cell, type TableColumn } from "./html-table.js";
import { html, nothing, type Markup } from "./markup.js";

const DIVISIONS: readonly Division[] = ["behaviour", "phase"];

/**
 * The choice of what the figures are divided by. Every section that can be divided has one, named after the section;
 * all of them show the same choice.
 */
export function partChoice(section: string, summary: Summary, behaviours: readonly string[] = []): Markup {
  const option = (value: Division | "all", label: string): Markup =>
    html`<label class="option"><input type="radio" name="by-${section}" value="${value}"${value === "all" ? html` checked` : nothing}>${label}</label>`;
  const select = (
    name: string,
    label: string,
    of: Division,
    options: readonly (readonly [string, string])[],
  ): Markup =>
    options.length === 0
      ? nothing
      : html`<label class="chosen" data-by="${of}">${label} <select data-choose="${name}">${options.map(
          ([value, text]) => html`<option value="${value}">${text}</option>`,
        )}</select></label>`;
  const each = behaviours.map((name) => [name, name] as const);
  return html`<fieldset class="choice screen" data-choice hidden><legend class="unseen">Divide the figures</legend>
<span class="options">${option("all", "All")}${option("behaviour", "By behaviour")}${option("phase", "By phase")}</span>
${select("behaviour", "Behaviour", "behaviour", each.length === 0 ? [] : [["", "each, p99"], ...each])}
${select(
  "span",
  "Window or fault",
  "phase",
  spansOf(partsOf(summary, "phase")).map((name) => [name, name]),
)}</fieldset>`;
}

/**
 * The content of a section: `whole` for the whole run, and `divided` for the behaviours, and for the phases of each
 * span.
 */
export function byPart(summary: Summary, whole: Markup, divided: (division: Divided) => Markup): Markup {
  const content = (by: Division, found: ReturnType<typeof partsOf>): Markup => {
    if (typeof found === "string") return html`<p class="note">${whyNotText(by, found)}</p>`;
    if (by === "behaviour") return html`${heading("By behaviour")}${divided({ by, parts: found })}`;
    return html`${spansOf(found).map((span) => {
      const parts = found.filter((part) => part.span === span);
      return html`<div data-span="${span}">${heading(`By phase: ${span}`)}${phaseTimes(parts)}${divided({ by, span, parts })}</div>
`;
    })}`;
  };
  return html`<div data-by="all">${whole}</div>
${DIVISIONS.map(
  (by) => html`<div data-by="${by}">${content(by, partsOf(summary, by))}</div>
`,
)}`;
}

/** The behaviours of a run, or the phases of one of its spans. */
export interface Divided {
  readonly by: Division;
  readonly span?: string;
  readonly parts: readonly RunPart[];
}

/** For a page that does not show the choice: without the script, or on paper. */
const heading = (text: string): Markup => html`<h3 class="divided">${text}</h3>
`;

/** What the charts over time show of the parts: a note for each division. */
export function chartNotes(summary: Summary, { parts: charted }: ReportData): Markup {
  const note = (by: Division, text: string): Markup => {
    const found = partsOf(summary, by);
    const missing = typeof found === "string" ? found : charted === undefined ? NO_CHART_DATA : undefined;
    return missing === undefined
      ? html`<p class="legend-note" data-by="${by}">${text}</p>`
      : html`<p class="note" data-by="${by}">${whyNotText(by, missing)}</p>`;
  };
  const { behaviours = 0, spans = 0 } = charted?.omitted ?? {};
  return html`${note(
    "behaviour",
    `Solid lines: the workers with a behaviour. Dashed lines: all workers.${omitted(behaviours, "behaviour")}`,
  )}
${note(
  "phase",
  `Level lines: p50 and p99 of the updates intended for the phase. An update that was held up ends in a later column. Dashed lines: over time.${omitted(spans, "window or fault", "windows and faults")}`,
)}`;
}

const NO_CHART_DATA = "not in the chart data of this run, which an older version wrote";

const whyNotText = (by: Division, why: string): string => `Not by ${by}: ${why}.`;

const omitted = (count: number, one: string, many?: string): string =>
  count === 0 ? "" : ` The charts leave out ${plural(count, one, many)} with fewer updates.`;

/** Latencies by part: a group of rows for each latency, a row for each part and one for the whole run. */
export function latenciesDivided(summary: Summary, { by, span, parts }: Divided, data: ReportData): Markup {
  const latencies = latenciesByPart([{ label: ALL, figures: summary }, ...parts]);
  const range = rangeColumn(latencies.flatMap(({ rows }) => rows.map(({ trend }) => trend)));
  const groups = latencies.map(({ label, rows }) => ({
    heading: label,
    rows: rows.map(({ label: name, trend }) => {
      const part = parts.find((each) => each.label === name);
      return [...latencyRow(partName(part, by, data), trend), range.cellOf(trend, keyOf(part, by, data))];
    }),
  }));
  return groupedTable(tableTitle("Latencies, ms", by, span), [...latencyHeads(), range.column], groups);
}

/** Counters and rates by part: a column for each part and one for the whole run. */
export function countersDivided(summary: Summary, { by, span, parts }: Divided, data: ReportData): Markup {
  const columns = [{ part: undefined, figures: summary }, ...parts.map((part) => ({ part, figures: part.figures }))];
  const heads = columns.map(({ part }): TableColumn => ({ head: partName(part, by, data) }));
  const row = (name: string, cell: (figures: RunPart["figures"]) => string): Cell[] => [
    breakable(name),
    ...columns.map(({ figures }) => cell(figures)),
  ];
  const counts = countersOf(summary).map(({ name }) => row(name, ({ counters }) => formatCount(counters[name] ?? 0)));
  const rates = Object.keys(summary.rates).map((name) =>
    row(name, ({ rates: { [name]: rate } }) =>
      rate === undefined || rate.total === 0 ? "–" : formatShare(rate.passes, rate.total),
    ),
  );
  return html`${table(tableTitle("Counters", by, span), ["metric", ...heads], [...counts, ...rates])}
<p class="legend-note">${PARTS_NOTE[by]}</p>`;
}

const PARTS_NOTE: Readonly<Record<Division, string>> = {
  behaviour: "What is of no single worker has no behaviour: the behaviours together can be less than all.",
  phase: "A count belongs to the phase in which it was counted. What is of the run as a whole is in no phase.",
};

const ALL = "all";

const tableTitle = (what: string, by: Division, span?: string): string =>
  `${what} by ${by}${span === undefined ? "" : ` of ${span}`}`;

/** The name of a metric, which a narrow page may break after an underscore. */
function breakable(metric: string): Markup {
  return html`${metric.split("_").map((word, index) => (index === 0 ? word : html`_<wbr>${word}`))}`;
}

/** When the phases of a span were. */
function phaseTimes(parts: readonly RunPart[]): Markup {
  const times = parts.map(
    ({ phase = "", time = "" }) => html`<span><span class="key part-${phase}">${phase}</span> ${time}</span> `,
  );
  return html`<p class="facts">${times}</p>
`;
}

/** The name of a part, or of the whole run, with the colour of its line in the charts. */
function partName(part: RunPart | undefined, by: Division, data: ReportData): Markup {
  const key = keyOf(part, by, data);
  return html`<span class="${key === "" ? "" : `key ${key}`}">${part?.phase ?? part?.label ?? ALL}</span>`;
}

/** The class of the colour of a part's line in the charts; empty for one without a line. */
function keyOf(part: RunPart | undefined, by: Division, { parts: charted }: ReportData): string {
  if (part === undefined) return "part-all";
  if (by === "phase") return `part-${part.phase ?? ""}`;
  const index = charted?.behaviours.findIndex(({ behaviour }) => behaviour === part.label) ?? -1;
  return index === -1 ? "" : `part-${index}`;
}

interface RangeColumn {
  readonly column: TableColumn;
  readonly cellOf: (trend: TrendSummary, key: string) => Markup;
}

/** Bars from p50 to p99 on one logarithmic scale for all `trends`, beside the numbers that they repeat. */
function rangeColumn(trends: readonly TrendSummary[]): RangeColumn {
  const exponent = (ms: number | null): number => Math.log10(Math.max(ms ?? 0, 0.001));
  const least = Math.floor(Math.min(...trends.map(({ p50 }) => exponent(p50))));
  const most = Math.max(least + 1, Math.ceil(Math.max(...trends.map(({ p99 }) => exponent(p99)))));
  const place = (ms: number | null): number => (100 * (exponent(ms) - least)) / (most - least);
  const scale = `from ${formatMs(10 ** least)} to ${formatMs(10 ** most)} ms, logarithmic`;
  return {
    column: { head: html`p50 to p99 <span class="scale">${scale}</span>`, text: true, wide: true },
    cellOf({ p50, p99 }, key) {
      const [left, right] = [place(p50), place(p99)];
      const style = `left:${left.toFixed(1)}%;width:${(right - left).toFixed(1)}%`;
      return html`<span class="range" aria-hidden="true"><span class="${key}" style="${style}"></span></span>`;
    },
  };
}

function spansOf(parts: readonly RunPart[] | string): string[] {
  return typeof parts === "string" ? [] : [...new Set(parts.flatMap(({ span }) => span ?? []))];
}
