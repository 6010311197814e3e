/**
 * The HTML document of a report: one file, which includes script, style and chart data. Its content security policy
 * forbids other scripts and all loading, so that even an unescaped text of a scenario could do no harm.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { CapacityData, ReportData } from "../../results/index.js";
import { html, json, nothing, raw, type Markup } from "./markup.js";
import { pack } from "./pack.js";

export interface Page {
  readonly title: string;
  readonly body: Markup;
  /** The data of the charts: one run, or two to compare. */
  readonly runs: readonly ReportData[];
  /** The data of the picture of a search for a capacity. */
  readonly capacity?: CapacityData;
  /** Whether the page receives updates from its server (`src/cli/shared/dashboard.ts`). */
  readonly live?: boolean;
}

/** Without it a browser asks for a file that does not exist, and reports an error. */
const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E" +
  "%3Cpath d='M1 11l3-6 3 8 3-10 2 8h3' fill='none' stroke='%231f5fbf' stroke-width='2'/%3E%3C/svg%3E";

export function renderPage({ title, body, runs, capacity, live = false }: Page): string {
  const { script, style } = assets();
  const policy = [
    "default-src 'none'",
    // The icon.
    "img-src data:",
    // Style attributes set the length of bars and the position of the charts' cursor.
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`,
    ...(live ? ["connect-src 'self'"] : []),
  ].join("; ");
  const page = html`<!doctype html>
<html lang="en"${live ? raw(" data-live") : raw("")}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="crowdstorm">
<title>${title}</title>
<link rel="icon" href="${raw(ICON)}">
<style>${raw(style)}</style>
</head>
<body>
<header class="top"><a class="skip" href="#main">Skip to the report</a><span class="brand">crowdstorm</span>
<span id="live-state" role="status"></span>
<button type="button" id="theme" hidden>Theme</button></header>
<main id="main" data-part="main">
<noscript>
<p class="note">A script draws the charts. Without it, the table below each chart has the same figures.</p>
</noscript>
${body}
</main>
<script type="application/json" id="runs">${json(runs.map(withoutSequences))}</script>
${sequencesOf(runs)}${
  capacity === undefined
    ? nothing
    : html`<script type="application/json" id="capacity">${json(capacity)}</script>
`
}<script>${raw(script)}</script>
</body>
</html>
`;
  return page.markup;
}

/** For JSON, which omits undefined values. */
function withoutSequences(run: ReportData): object {
  return { ...run, slowest: run.slowest.map((agent) => ({ ...agent, sequence: undefined })) };
}

/** The diagrams of the agents. They are compressed, as most are never opened. A comparison has no agents. */
function sequencesOf(runs: readonly ReportData[]): Markup {
  const [run, ...others] = runs;
  if (run === undefined || others.length > 0 || run.slowest.every(({ sequence }) => sequence === undefined))
    return nothing;
  const packed = raw(pack(run.slowest.map(({ sequence }) => sequence ?? null)));
  return html`<script type="text/plain" id="sequences">${packed}</script>
`;
}

/** A part of the report with its heading. During a run, updates replace its content. */
export function section(id: string, heading: string, ...content: readonly Markup[]): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${heading}</h2>
<div data-part="${id}">${content}</div></section>`;
}

let loaded: { readonly script: string; readonly style: string } | undefined;

/** The page's script and style, which the build bundles. */
function assets(): { readonly script: string; readonly style: string } {
  loaded ??= { script: asset("report-script.js"), style: asset("style.css") };
  return loaded;
}

function asset(name: string): string {
  const url = new URL(name, new URL("../page/", import.meta.url));
  if (!existsSync(url)) throw new Error(`${url.pathname} is missing: build with "npm run build"`);
  return readFileSync(url, "utf8").trim();
}
