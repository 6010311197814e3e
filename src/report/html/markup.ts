/** HTML from untrusted text: a value in a {@link html} template is escaped unless it is markup. */
import { printableData } from "../../vocabulary/index.js";
import { escapeMarkup } from "../escape-markup.js";

/** A piece of HTML. Only {@link html} and {@link raw} make one. */
export interface Markup {
  readonly markup: string;
}

type MarkupPart = Markup | string | number | readonly MarkupPart[];

/** Markup in which text is escaped. Markup and lists of markup are inserted unchanged. */
export function html(strings: TemplateStringsArray, ...values: readonly MarkupPart[]): Markup {
  return { markup: strings.map((text, at) => text + textOf(values[at] ?? "")).join("") };
}

/** Trusted text as markup: the page's own script and style. */
export function raw(markup: string): Markup {
  return { markup };
}

export const nothing = raw("");

function textOf(part: MarkupPart): string {
  if (typeof part === "string") return escapeMarkup(part).replaceAll("'", "&#39;");
  if (typeof part === "number") return String(part);
  if (isList(part)) return part.map(textOf).join("");
  return part.markup;
}

function isList(part: MarkupPart): part is readonly MarkupPart[] {
  return Array.isArray(part);
}

/** JSON as the content of a script element. No text in it can end the element. */
export function json(value: unknown): Markup {
  return raw(JSON.stringify(printableData(value)).replaceAll("<", String.raw`\u003c`));
}
