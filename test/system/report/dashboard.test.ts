/** The dashboard: its pages, its access control, and the final report. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { test, type TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import { startDashboard, type Dashboard } from "../../../dist/cli/shared/dashboard.js";
import { coloursOfCanvases, launchBrowser, noBrowser, openPage, type OpenPage } from "../../support/report/browser.js";
import { exampleLiveView } from "../../support/report/example-live-view.js";
import { exampleMachine, exampleReport, exampleSummary } from "../../support/report/example.js";

async function started(context: TestContext): Promise<Dashboard> {
  const dashboard = await startDashboard(0);
  context.after(() => dashboard.finish());
  return dashboard;
}

/** A browser that shows the page of a dashboard. */
async function opened(context: TestContext): Promise<OpenPage & { readonly dashboard: Dashboard }> {
  const dashboard = await started(context);
  const browser = await launchBrowser();
  context.after(() => browser.close());
  const open = await openPage(browser);
  await open.page.goto(dashboard.url);
  return { ...open, dashboard };
}

function status(
  url: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

test("it serves one page and its updates to this machine, by GET only", async (context) => {
  const dashboard = await started(context);
  assert.match(dashboard.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  assert.equal(await status(dashboard.url), 200);
  dashboard.update(() => exampleLiveView());
  assert.equal(await status(dashboard.url), 200);
  assert.equal(await status(`${dashboard.url}elsewhere`), 404);
  assert.equal(await status(dashboard.url, { method: "POST" }), 405);
  assert.equal(await status(dashboard.url, { headers: { host: "elsewhere.example" } }), 403);
});

test("a port that is in use is reported in one line", async (context) => {
  const port = Number(new URL((await started(context)).url).port);
  await assert.rejects(startDashboard(port), {
    name: "PortError",
    message:
      `cannot serve the dashboard on port ${port}: it is in use; ` +
      "expected a free port, or --dashboard 0 for any free port",
  });
});

test("an open page applies updates, and becomes the report", { skip: noBrowser }, async (context) => {
  const { dashboard, page, troubles } = await opened(context);
  await page.locator("h1").filter({ hasText: "The run has not started" }).waitFor();
  dashboard.update(() => exampleLiveView());
  // The page asks again by itself.
  await page.locator("#live-state").filter({ hasText: "live" }).waitFor();
  assert.match(await page.locator("h1").innerText(), /● Running disconnect-storm/);
  assert.ok((await coloursOfCanvases(page)).every((count) => count > 1));

  dashboard.update(() => exampleLiveView({ scenario: { name: "<b>renamed</b>", description: "" } }));
  await page.locator("h1").filter({ hasText: "<b>renamed</b>" }).waitFor();

  await dashboard.finish({ summary: exampleSummary(), data: exampleReport() });
  await page.locator("h1").filter({ hasText: "✓ Passed disconnect-storm" }).waitFor();
  assert.equal(await page.title(), "disconnect-storm passed – crowdstorm");
  assert.equal(await page.locator("#live-state").innerText(), "the run has ended");
  const colours = await coloursOfCanvases(page);
  // One a chart.
  assert.equal(colours.length, 5);
  assert.ok(colours.every((count) => count > 5));
  assert.deepEqual(troubles, []);
});

test("it shows how far the run is, and which thresholds say nothing yet", { skip: noBrowser }, async (context) => {
  const { dashboard, page, troubles } = await opened(context);
  dashboard.update(() => exampleLiveView());
  await page.locator("#live-state").filter({ hasText: "live" }).waitFor();
  const figures = await page.locator('[data-part="head"] .figures').first().innerText();
  assert.match(figures, /Workers arrived\s+1,240 of 2,500/);
  assert.match(figures, /Time\s+14\.2 s of 30\.0 s/);
  assert.match(figures, /Load generated late, p99\s+0\.900 ms\s+allowed: 100 ms/);
  const thresholds = page.locator("#thresholds tbody tr");
  const signs = await page.evaluate<string[]>(
    `[...document.querySelectorAll("#thresholds [role=img]")].map((sign) => sign.getAttribute("aria-label"))`,
  );
  assert.deepEqual(signs, ["passed", "passed", "not yet", "not yet"]);
  assert.match(await thresholds.nth(2).innerText(), /not yet: no samples/);
  assert.match(await thresholds.nth(3).innerText(), /not yet: 0/);
  assert.deepEqual(troubles, []);
});

test("it shows the waits for a core under the latencies, as far as they are known", {
  skip: noBrowser,
}, async (context) => {
  const { dashboard, page, troubles } = await opened(context);
  const { intervals, use } = exampleMachine();
  dashboard.update(() => exampleLiveView({ machine: { use, intervals: intervals.slice(0, 2) } }));
  await page.locator("#live-state").filter({ hasText: "live" }).waitFor();
  const charts = await page.evaluate<string[]>(
    `[...document.querySelectorAll("#time [data-chart]")].map((chart) => chart.dataset.chart)`,
  );
  assert.deepEqual(charts, ["latency", "rate", "machine"]);
  const legend = page.locator(".chart-machine .u-legend");
  const last = async (): Promise<string> => {
    await page.locator(".chart-machine").focus();
    await page.keyboard.press("End");
    return legend.innerText();
  };
  assert.match(await last(), /at\s+0\.65 s\s+waited\s+7\.9 %\s+because of other programs\s+0\.1 %/);
  // An update is sent at most once a second.
  while (!/at\s+14\.15 s/.test(await last())) {
    dashboard.update(() => exampleLiveView());
    await setTimeout(50);
  }
  assert.deepEqual(troubles, []);
});

test("where the system does not measure the waits, a line says so", { skip: noBrowser }, async (context) => {
  const { dashboard, page, troubles } = await opened(context);
  dashboard.update(() => exampleLiveView({ machine: exampleMachine("estimated") }));
  await page.locator("#live-state").filter({ hasText: "live" }).waitFor();
  assert.equal(await page.locator(".chart-machine").count(), 0);
  assert.match(await page.locator("#time").innerText(), /Not shown: this system does not measure how long a thread/);

  const { machine, ...report } = exampleReport();
  assert.ok(machine !== undefined);
  await dashboard.finish({
    summary: exampleSummary(),
    data: { ...report, machine: { ...machine, waits: "estimated" } },
  });
  await page.locator("h1").filter({ hasText: "✓ Passed disconnect-storm" }).waitFor();
  assert.equal(await page.locator(".chart-machine").count(), 0);
  assert.match(await page.locator("#time").innerText(), /Not shown: this system does not measure how long a thread/);
  assert.deepEqual(troubles, []);
});

test("an update keeps the focus, the zoom and the hidden lines of the reader", { skip: noBrowser }, async (context) => {
  const { dashboard, page, troubles } = await opened(context);
  dashboard.update(() => exampleLiveView());
  await page.locator("#live-state").filter({ hasText: "live" }).waitFor();
  const legend = page.locator(".chart-latency .u-legend");
  const p50 = legend.getByRole("button", { name: "p50" });
  await p50.focus();
  await page.keyboard.press("Enter");
  assert.equal(await p50.getAttribute("aria-pressed"), "false");
  await page.keyboard.press("Home");
  await page.keyboard.press("+");
  const focused = (): Promise<string> => page.evaluate<string>("document.activeElement.textContent");
  assert.equal(await focused(), "p50");

  const renamed = async (name: string): Promise<void> => {
    const shown = page.locator("h1").filter({ hasText: name });
    // An update is sent at most once a second.
    while ((await shown.count()) === 0) {
      dashboard.update(() => exampleLiveView({ scenario: { name, description: "" } }));
      await setTimeout(50);
    }
  };
  await renamed("second");
  assert.equal(await focused(), "p50");
  assert.equal(await p50.getAttribute("aria-pressed"), "false");
  await page.keyboard.press("End");
  // The zoom shows the first half.
  await legend.filter({ hasText: /[67]\.\d+ s/ }).waitFor();

  const table = page.getByRole("group", { name: "Latencies in ms" });
  await table.focus();
  await renamed("third");
  assert.equal(await page.evaluate("document.activeElement.getAttribute('aria-label')"), "Latencies in ms");
  assert.deepEqual(troubles, []);
});

test("a run that ends without a report is told, and asked for no more", { skip: noBrowser }, async (context) => {
  const { dashboard, page, troubles } = await opened(context);
  dashboard.update(() => exampleLiveView());
  await page.locator("#live-state").filter({ hasText: "live" }).waitFor();
  await dashboard.finish();
  await page.locator("#live-state").filter({ hasText: "the run has ended without a report" }).waitFor();
  assert.deepEqual(troubles, []);
});
