/** News of a run that goes on, from the dashboard that serves the page (src/cli/shared/dashboard.ts), by server-sent events. */
import type { ReportData } from "../../results/data.js";

/** An event: chart data, and the HTML of the parts of the page that changed, by `data-part`. */
interface PageUpdate {
  readonly data: ReportData;
  readonly parts: Readonly<Record<string, string>>;
}

/** Takes in `news` until the run ends, when the `report` takes the place of the page's content. */
export function followRun(show: (data: ReportData) => void): void {
  const state = document.getElementById("live-state");
  const say = (text: string): void => {
    if (state !== null && state.textContent !== text) state.textContent = text;
  };
  const takeIn = (event: MessageEvent<string>): void => {
    const { data, parts } = JSON.parse(event.data) as PageUpdate;
    for (const [part, markup] of Object.entries(parts)) {
      const element = document.querySelector(`[data-part="${part}"]`);
      if (element !== null) element.innerHTML = markup;
    }
    show(data);
  };
  const source = new EventSource("events");
  source.addEventListener("open", () => say("live"));
  source.addEventListener("error", () => say("no connection to the run"));
  source.addEventListener("news", takeIn);
  source.addEventListener("report", (event: MessageEvent<string>) => {
    source.close();
    takeIn(event);
    say("the run has ended");
  });
}
