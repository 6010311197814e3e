/** The target's own metrics over time, each drawn as a line with its own scale. */
import { assert, at, formatCount } from "../../vocabulary/index.js";
import type { ReportData } from "../../results/index.js";
import { html, nothing, type Markup } from "./markup.js";
import { table } from "./html-table.js";

type Scraped = NonNullable<ReportData["scraped"]>;
type Series = Scraped["series"][number];

/** The maximum number of metrics that are drawn. The others are in report.json. */
const DRAWN = 60;
const WIDTH = 240;
const HEIGHT = 32;
const KINDS: Readonly<Record<Series["kind"], string>> = { gauge: "value", rate: "a second", mean: "mean" };

export function scrapedMetrics(scraped: Scraped): Markup {
  const { url, atMs, series } = scraped;
  const drawn = series.slice(0, DRAWN);
  const rows = drawn.map((each) => {
    const known = each.values.filter((value) => value !== null);
    const [least, most, last] = [Math.min(...known), Math.max(...known), known.at(-1)];
    return [each.name, KINDS[each.kind], line(each, atMs, least, most), ...[least, most, last].map(figure)];
  });
  const heads = ["metric", { head: "", text: true }, { head: "over time", text: true }, "min", "max", "last"] as const;
  return html`<p>From ${url}, ${formatCount(atMs.length)} requests.
${failures(scraped)}
${series.length > DRAWN ? html` ${formatCount(series.length - DRAWN)} more metrics are in report.json.` : nothing}</p>
${rows.length === 0 ? html`<p>No metric changed from 0.</p>` : table("Metrics of the target", heads, rows)}`;
}

function failures({ failed, why }: Scraped): Markup {
  if (failed === 0) return nothing;
  assert(why !== undefined, "a request that failed has a reason");
  return html` ${formatCount(failed)} failed: ${why}.`;
}

function figure(value: number | undefined): string {
  return value === undefined ? "–" : String(Number(value.toPrecision(4)));
}

/** A line with gaps for missing values. */
function line({ values }: Series, atMs: readonly number[], least: number, most: number): Markup {
  const [from = 0, to = 1] = [atMs[0], atMs.at(-1)];
  const x = (timeMs: number): number => (to === from ? 0 : ((timeMs - from) / (to - from)) * WIDTH);
  const y = (value: number): number =>
    most === least ? HEIGHT / 2 : HEIGHT - 1 - ((value - least) / (most - least)) * (HEIGHT - 2);
  let isDrawing = false;
  const path = values
    .map((value, index) => {
      if (value === null) {
        isDrawing = false;
        return "";
      }
      const command = isDrawing ? "L" : "M";
      isDrawing = true;
      return `${command}${x(at(atMs, index)).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join("");
  return html`<svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">
<path d="${path}" fill="none" stroke="currentColor"/></svg>`;
}
