/** Receives the updates of a running run as server-sent events of the dashboard (src/cli/shared/dashboard.ts). */
import type { ReportData } from "../../results/data.js";

/** An event: chart data, and the HTML of the changed parts of the page, by `data-part`. */
interface PageUpdate {
  /** The title of the page, when it changes. */
  readonly title?: string;
  readonly data: ReportData;
  readonly parts: Readonly<Record<string, string>>;
}

/** Applies each `update` until the run ends; then the `report`, if there is one, replaces the content of the page. */
export function followRun(show: (data: ReportData) => void): void {
  const shown = new Map<string, string>();
  const state = document.getElementById("live-state");
  const showState = (text: string): void => {
    if (state !== null && state.textContent !== text) state.textContent = text;
  };
  const apply = (event: MessageEvent<string>): void => {
    const { title, data, parts } = JSON.parse(event.data) as PageUpdate;
    if (title !== undefined) document.title = title;
    for (const [part, markup] of Object.entries(parts)) {
      const element = document.querySelector(`[data-part="${part}"]`);
      if (element !== null && shown.get(part) !== markup) replaceContent(element, markup);
      shown.set(part, markup);
    }
    show(data);
  };
  const source = new EventSource("events");
  source.addEventListener("open", () => showState("live"));
  source.addEventListener("error", () => showState("no connection to the run"));
  source.addEventListener("update", apply);
  source.addEventListener("end", () => {
    source.close();
    showState("the run has ended without a report");
  });
  source.addEventListener("report", (event: MessageEvent<string>) => {
    source.close();
    apply(event);
    showState("the run has ended");
  });
}

/** What can have the focus or be scrolled in a part of the page. */
const OPERABLE = "[tabindex], a, button, summary";

/** The focus stays where it is, and tables stay scrolled. */
function replaceContent(element: Element, markup: string): void {
  const before = [...element.querySelectorAll<HTMLElement>(OPERABLE)];
  const focused = before.findIndex((each) => each === document.activeElement);
  const scrolled = before.map(({ scrollLeft, scrollTop }) => [scrollLeft, scrollTop] as const);
  element.innerHTML = markup;
  element.querySelectorAll<HTMLElement>(OPERABLE).forEach((each, index) => {
    each.scrollTo(...(scrolled[index] ?? [0, 0]));
    if (index === focused) each.focus({ preventScroll: true });
  });
}
