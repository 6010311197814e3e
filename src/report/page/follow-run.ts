/** Receives the updates of a running run as server-sent events of the dashboard (src/cli/shared/dashboard.ts). */
import type { ReportData } from "../../results/data.js";

/** An event: chart data, and the HTML of the changed parts of the page, by `data-part`. */
interface PageUpdate {
  readonly data: ReportData;
  readonly parts: Readonly<Record<string, string>>;
}

/** Applies each `update` until the run ends; then the `report` replaces the content of the page. */
export function followRun(show: (data: ReportData) => void): void {
  const state = document.getElementById("live-state");
  const showState = (text: string): void => {
    if (state !== null && state.textContent !== text) state.textContent = text;
  };
  const apply = (event: MessageEvent<string>): void => {
    const { data, parts } = JSON.parse(event.data) as PageUpdate;
    for (const [part, markup] of Object.entries(parts)) {
      const element = document.querySelector(`[data-part="${part}"]`);
      if (element !== null) element.innerHTML = markup;
    }
    show(data);
  };
  const source = new EventSource("events");
  source.addEventListener("open", () => showState("live"));
  source.addEventListener("error", () => showState("no connection to the run"));
  source.addEventListener("update", apply);
  source.addEventListener("report", (event: MessageEvent<string>) => {
    source.close();
    apply(event);
    showState("the run has ended");
  });
}
