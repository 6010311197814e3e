/** The report's script: draws the charts, sets the theme, and applies the updates of a live page. */
import type { CapacityData } from "../../results/capacity-data.js";
import type { ReportData } from "../../results/data.js";
import { CHARTS } from "./charts.js";
import { commonScales } from "./common-scales.js";
import { drawChart, type ChartView, type DrawnChart } from "./draw-chart.js";
import { followRun } from "./follow-run.js";
import { partChoice, showChoice, startPartChoice } from "./part-choice.js";
import { drawWhenOpened, followKeys } from "./sequence-viewer.js";
import { startTheme } from "./theme.js";
import { assert } from "../../vocabulary/assert.js";

const embedded = document.getElementById("runs");
assert(embedded !== null, "the page has no element with its data");
let runs = JSON.parse(embedded.textContent) as readonly ReportData[];
const capacity = document.getElementById("capacity");
const searched = capacity === null ? undefined : (JSON.parse(capacity.textContent) as CapacityData);
const drawn = new Map<HTMLElement, DrawnChart>();
/** Also of charts that are hidden at present. */
const views = new WeakMap<HTMLElement, ChartView>();

function drawAll(): void {
  for (const [element, { chart, view }] of drawn) {
    views.set(element, view());
    chart.destroy();
  }
  drawn.clear();
  const page = { runs, scales: commonScales(runs), capacity: searched, choice: partChoice() };
  for (const element of document.querySelectorAll<HTMLElement>("[data-chart]")) {
    if (element.closest("[hidden]") !== null) continue;
    const { chart: kind = "", run: index } = element.dataset;
    const spec = CHARTS[kind];
    assert(spec !== undefined, `the page has an unknown chart "${kind}"`);
    element.classList.toggle("stacked", kind.startsWith("statuses"));
    drawn.set(element, drawChart(element, spec(page, Number(index)), views.get(element)));
  }
}

/** Adapts the charts to the width of the page. */
function fitAll(): void {
  for (const [element, { chart }] of drawn) {
    if (element.clientWidth !== chart.width) chart.setSize({ width: element.clientWidth, height: chart.height });
  }
}

/** Only a table that scrolls is a stop of the Tab key. */
const tables = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const isScrolled = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
    if (target instanceof HTMLElement) target.tabIndex = isScrolled ? 0 : -1;
  }
});

function watchTables(): void {
  tables.disconnect();
  for (const table of document.querySelectorAll(".table")) tables.observe(table);
}

function showCopyButtons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-copy][hidden]")) {
    const { previousElementSibling: command } = button;
    assert(command !== null, "a button to copy has no command before it");
    button.hidden = false;
    button.addEventListener("click", () => {
      void navigator.clipboard.writeText(command.textContent.trim()).then(() => {
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 1500);
      });
    });
  }
}

startPartChoice(drawAll);
startTheme(drawAll);
// On paper the page has another width and the light theme.
addEventListener("beforeprint", fitAll);
addEventListener("afterprint", fitAll);
new ResizeObserver(fitAll).observe(document.body);
showCopyButtons();
watchTables();
drawWhenOpened(() => runs);
followKeys();
if (document.documentElement.dataset["live"] !== undefined) {
  followRun((data) => {
    runs = [data];
    showChoice();
    drawAll();
    showCopyButtons();
    watchTables();
  });
}
