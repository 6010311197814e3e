/** Escapes text for HTML, SVG and XML. The report's script imports this file, so it imports nothing of Node. */
import { printable } from "../vocabulary/printable.js";

/** `text` for an element or for an attribute in double quotes. Unprintable characters are escaped too. */
export function escapeMarkup(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
