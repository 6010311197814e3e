/** HTML made of text that cannot be trusted: whatever goes into a {@link html} template is escaped unless it is markup itself. */
import { printable, printableData } from "../../vocabulary/index.js";

/** A piece of HTML. Only {@link html} and {@link raw} make one. */
export interface Markup {
  readonly markup: string;
}

type MarkupPart = Markup | string | number | readonly MarkupPart[];

/** Markup with its values escaped; markup and lists of markup go in as they are. */
export function html(strings: TemplateStringsArray, ...values: readonly MarkupPart[]): Markup {
  return { markup: strings.map((text, at) => text + textOf(values[at] ?? "")).join("") };
}

/** Text that is markup already: the page's own script and style. */
export function raw(markup: string): Markup {
  return { markup };
}

export const nothing = raw("");

function textOf(part: MarkupPart): string {
  if (typeof part === "string") return escape(part);
  if (typeof part === "number") return String(part);
  if (isList(part)) return part.map(textOf).join("");
  return part.markup;
}

function isList(part: MarkupPart): part is readonly MarkupPart[] {
  return Array.isArray(part);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** JSON as the content of a script element: no text in it can end the element. */
export function json(value: unknown): Markup {
  return raw(JSON.stringify(printableData(value)).replaceAll("<", String.raw`\u003c`));
}
