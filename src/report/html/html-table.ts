/** Tables of figures: a heading and a unit for each column, numbers aligned at the right. */
import { html, nothing, type Markup } from "./markup.js";

export interface TableColumn {
  readonly head: string;
  /** Text columns are aligned at the left. */
  readonly text?: true;
  /** Left out where the page is narrow: what the other columns can do without. */
  readonly wide?: boolean;
}

export type Cell = Markup | string | number;

/** A table that scrolls sideways inside its own box where it does not fit. The first cell of a row is its heading. */
export function table(label: string, columns: readonly TableColumn[], rows: readonly (readonly Cell[])[]): Markup {
  const kind = (at: number): Markup => {
    const { text, wide } = columns[at] ?? {};
    const classes = [...(text === true ? ["text"] : []), ...(wide === true ? ["wide"] : [])];
    return classes.length === 0 ? nothing : html` class="${classes.join(" ")}"`;
  };
  const cell = (value: Cell, at: number): Markup =>
    at === 0 ? html`<th scope="row"${kind(at)}>${value}</th>` : html`<td${kind(at)}>${value}</td>`;
  return html`<div class="table" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${columns.map(({ head }, at) => html`<th scope="col"${kind(at)}>${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${row.map(cell)}</tr>
`,
  )}</tbody></table></div>`;
}

/** A bar of `share` (0 to 1) of the width it is given, beside a number that says the same. */
export function meter(share: number, kind = ""): Markup {
  const percent = Math.round(Math.min(Math.max(share, 0), 1) * 1000) / 10;
  return html`<span class="meter" aria-hidden="true"><span class="${kind}" style="width:${percent}%"></span></span>`;
}
