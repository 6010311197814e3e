/** A status in its colour. */
import { statusClass } from "../status-class.js";
import { html, type Markup } from "./markup.js";

export function badge(status: string): Markup {
  return html`<span class="badge ${statusClass(status)}">${status}</span>`;
}
