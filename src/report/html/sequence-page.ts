/** A page that shows one sequence diagram: a failing schedule of the explorer, or the life of an agent under simulated time. */
import { drawSequence } from "../draw-sequence.js";
import type { SequenceDiagram } from "../../results/index.js";
import { html, nothing, raw, type Markup } from "./markup.js";
import { renderPage, section } from "./page.js";
import { table } from "./html-table.js";
import { command } from "./verdict-section.js";

export interface SequencePage {
  readonly title: string;
  /** What broke, a line each; empty when the page is no complaint. */
  readonly problems: readonly string[];
  readonly facts: readonly string[];
  /** What shows the same again. */
  readonly command: { readonly label: string; readonly text: string };
  /** What each column came to, where that is known. */
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
  return renderPage({
    title: `${title} – crowdstorm`,
    runs: [],
    body: html`<section class="verdict ${failed ? "failed" : "neutral"}" aria-labelledby="verdict">
<h1 id="verdict">${failed ? html`<span class="stamp">✗ Violation</span> ` : nothing}${title}</h1>
${failed ? html`<ul class="reasons">${problems.map((problem) => html`<li>${problem}</li>`)}</ul>` : nothing}
<p class="facts">${facts.map((fact) => html`<span>${fact}</span> `)}</p>
${command(again.label, again.text)}
</section>
${section("sequence", "What happened, from the top down", sequenceFigure(sequence))}
${
  Object.keys(outcomes).length === 0
    ? nothing
    : section(
        "outcomes",
        "What each returned",
        table(
          "Outcomes",
          [
            { head: "", text: true },
            { head: "returned", text: true },
          ],
          Object.entries(outcomes),
        ),
      )
}`,
  });
}

function sequenceFigure(sequence: SequenceDiagram): Markup {
  const { columns, rows } = sequence;
  const cells = rows.map(({ at, column, text }) => [at, columns[column] ?? "", text]);
  return html`<figure>${raw(drawSequence(sequence, "sequence-1", "Sequence diagram: a column for each, time from the top down"))}
<details class="figures-table"><summary>As a table</summary>${table(
    "What happened",
    [
      { head: "at", text: true },
      { head: "who", text: true },
      { head: "what", text: true },
    ],
    cells,
  )}</details></figure>
${SEQUENCE_LEGEND}`;
}

export const SEQUENCE_LEGEND = html`<p class="legend-note">A filled bar: runs; a hollow one: waits. An arrow: from who sends or wakes to who takes or is woken; dashed, where its arrival is not shown.
<span class="screen">The arrow keys go from row to row.</span></p>`;
