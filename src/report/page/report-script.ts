/** The report's script: draws the charts, keeps the theme, and on a live page takes in news. */
import type uPlot from "uplot";
import type { ReportData } from "../../results/data.js";
import { CHARTS } from "./charts.js";
import { followRun } from "./follow-run.js";
import { drawWhenOpened, followKeys } from "./sequence-viewer.js";
import { startTheme } from "./theme.js";
import { draw } from "./time-chart.js";

let runs = JSON.parse(document.getElementById("runs")?.textContent ?? "[]") as readonly ReportData[];
const drawn = new Map<HTMLElement, uPlot>();

function drawAll(): void {
  const cursors = new Map(
    [...drawn].map(([element, { cursor }]) => [element, { left: cursor.left ?? -10, top: cursor.top ?? -10 }]),
  );
  for (const chart of drawn.values()) chart.destroy();
  drawn.clear();
  for (const element of document.querySelectorAll<HTMLElement>("[data-chart]")) {
    const run = runs[Number(element.dataset["run"])];
    const spec = CHARTS[element.dataset["chart"] ?? ""];
    if (run === undefined || spec === undefined) continue;
    element.classList.toggle("stacked", element.dataset["chart"]?.startsWith("statuses") === true);
    const chart = draw(element, spec(runs, run));
    chart.setCursor(cursors.get(element) ?? { left: -10, top: -10 });
    drawn.set(element, chart);
  }
}

function fitAll(): void {
  for (const [element, chart] of drawn) {
    if (element.clientWidth !== chart.width) chart.setSize({ width: element.clientWidth, height: chart.height });
  }
}

function offerCopying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      void navigator.clipboard.writeText(button.previousElementSibling?.textContent.trim() ?? "").then(() => {
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 1500);
      });
    });
  }
}

startTheme(drawAll);
// On paper the page is narrower than on the screen, and light.
addEventListener("beforeprint", fitAll);
addEventListener("afterprint", fitAll);
new ResizeObserver(fitAll).observe(document.body);
offerCopying();
drawWhenOpened(() => runs);
followKeys();
if (document.documentElement.dataset["live"] !== undefined) {
  followRun((news) => {
    runs = [news];
    drawAll();
    offerCopying();
  });
}
