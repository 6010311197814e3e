/** A page with one sequence diagram: a failing schedule of the explorer, or an agent's events under simulated time. */
import { drawSequence } from "../draw-sequence.js";
import type { SequenceDiagram } from "../../results/index.js";
import { at } from "../../vocabulary/index.js";
import { html, nothing, raw, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { table } from "./html-table.js";
import { command } from "./verdict-section.js";

export interface SequencePage {
  readonly title: string;
  /** The violations, a line each; empty when there are none. */
  readonly problems: readonly string[];
  readonly facts: readonly string[];
  /** The command that shows the same again. */
  readonly command: { readonly label: string; readonly text: string };
  /** What each column returned, when that is known. */
  readonly outcomes?: Readonly<Record<string, string>>;
  readonly sequence: SequenceDiagram;
}

export function renderSequencePage({
  title,
  problems,
  facts,
  command: again,
  outcomes = {},
  sequence,
}: SequencePage): string {
  const failed = problems.length > 0;
  const returned = table("Outcomes", ["", { head: "returned", text: true }], Object.entries(outcomes));
  return renderPage({
    title: `${title} – crowdstorm`,
    runs: [],
    body: html`<section class="verdict ${failed ? "failed" : "neutral"}" aria-labelledby="verdict">
<h1 id="verdict">${failed ? html`<span class="stamp">✗ Violation</span> ` : nothing}${title}</h1>
${failed ? html`<ul class="reasons">${problems.map((problem) => html`<li>${problem}</li>`)}</ul>` : nothing}
<p class="facts">${facts.map((fact) => html`<span>${fact}</span> `)}</p>
${command(again.label, again.text)}
</section>
${section("sequence", "Events, from top to bottom", sequenceFigure(sequence))}
${Object.keys(outcomes).length === 0 ? nothing : section("outcomes", "Returned values", returned)}`,
  });
}

function sequenceFigure(sequence: SequenceDiagram): Markup {
  const { columns, rows } = sequence;
  const label = "Sequence diagram: a column for each thread, time from top to bottom";
  const cells = rows.map((row) => [row.at, at(columns, row.column), row.text]);
  const heads = ["at", { head: "thread", text: true }, { head: "event", text: true }] as const;
  return html`<figure>${raw(drawSequence(sequence, "sequence-1", label))}
<details class="figures-table"><summary>As a table</summary>${table("Events", heads, cells)}</details></figure>
${SEQUENCE_LEGEND}`;
}

export const SEQUENCE_LEGEND = html`<p class="legend-note">A filled bar: the thread runs. A hollow bar: it waits.
An arrow: from the sender to the receiver, or from the waker to the woken thread; dashed when its arrival is not shown.
<span class="screen">The arrow keys move between the rows.</span></p>`;
