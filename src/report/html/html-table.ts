/** Tables of figures: a heading for each column, numbers aligned at the right. */
import { at } from "../../vocabulary/index.js";
import { html, nothing, type Markup } from "./markup.js";

export interface TableColumn {
  readonly head: Markup | string;
  /** Aligned at the left. The first column always is. */
  readonly text?: true;
  /** Hidden on a narrow page. */
  readonly wide?: true;
}

export type Cell = Markup | string | number;

/** Rows under a heading of their own. */
export interface RowGroup {
  readonly heading: Cell;
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * A table that scrolls sideways inside its own box when it does not fit. A column of numbers is given by its heading.
 * The first cell of a row is the heading of the row.
 */
export function table(
  label: string,
  columns: readonly (string | TableColumn)[],
  rows: readonly (readonly Cell[])[],
): Markup {
  return tableOf(label, columns, html`<tbody>${rowsOf(columns, rows)}</tbody>`);
}

/** A table whose rows are in groups. */
export function groupedTable(
  label: string,
  columns: readonly (string | TableColumn)[],
  groups: readonly RowGroup[],
): Markup {
  const bodies = groups.map(
    ({
      heading,
      rows,
    }) => html`<tbody><tr class="group"><th scope="rowgroup" colspan="${columns.length}">${heading}</th></tr>
${rowsOf(columns, rows)}</tbody>`,
  );
  return tableOf(label, columns, html`${bodies}`);
}

function tableOf(label: string, columns: readonly (string | TableColumn)[], bodies: Markup): Markup {
  const heads = columns.map((column, index) => {
    const head = typeof column === "string" ? column : column.head;
    // A column without a heading has no header cell.
    const kind = kindOf(column, index);
    return head === "" ? html`<td${kind}></td>` : html`<th scope="col"${kind}>${head}</th>`;
  });
  return html`<div class="table" role="group" aria-label="${label}" tabindex="0"><table>
<thead><tr>${heads}</tr></thead>
${bodies}</table></div>`;
}

function rowsOf(columns: readonly (string | TableColumn)[], rows: readonly (readonly Cell[])[]): Markup {
  const kinds = columns.map(kindOf);
  const cell = (value: Cell, index: number): Markup =>
    index === 0 ? html`<th scope="row"${at(kinds, index)}>${value}</th>` : html`<td${at(kinds, index)}>${value}</td>`;
  const lines = rows.map(
    (row) => html`<tr>${row.map(cell)}</tr>
`,
  );
  return html`${lines}`;
}

/** The classes of the cells of a column. */
function kindOf(column: string | TableColumn, index: number): Markup {
  const { text = index === 0, wide = false } = typeof column === "string" ? {} : column;
  const classes = [...(text ? ["text"] : []), ...(wide ? ["wide"] : [])];
  return classes.length === 0 ? nothing : html` class="${classes.join(" ")}"`;
}

/** A bar as wide as `share` (0 to 1) of its box, beside the number that it repeats. */
export function meter(share: number, kind = ""): Markup {
  // NaN, the share of an empty total, gives an empty bar.
  const percent = Math.round((share > 0 ? Math.min(share, 1) : 0) * 1000) / 10;
  return html`<span class="meter" aria-hidden="true"><span class="${kind}" style="width:${percent}%"></span></span>`;
}
