/** The dashboard: its pages, its access control, and the final report. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { test, type TestContext } from "node:test";
import { startDashboard, type Dashboard } from "../../../dist/cli/shared/dashboard.js";
import { parseThresholds } from "../../../dist/load/measure/index.js";
import type { LiveView } from "../../../dist/report/index.js";
import { coloursOfCanvases, launchBrowser, noBrowser, openPage } from "../../support/report/browser.js";
import { exampleMeasurements, exampleReport, exampleSummary } from "../../support/report/example.js";

const view = (scenario = "disconnect-storm"): LiveView => ({
  runId: "20240102-030405-disconnect-storm-42",
  scenario: { name: scenario, description: "Half of the workers vanish at once." },
  measurements: exampleMeasurements(),
  thresholds: parseThresholds({ live_update_latency: ["p(99)<5"] }),
  phases: [{ kind: "arrivals", label: "arrivals, rising", fromMs: 0, toMs: 60_000 }],
  statusEvents: [{ agentType: "main", from: null, to: "none", atMs: 10 }],
  outcomes: { agents: { "in task": 1 }, onboardingAgents: {} },
});

async function started(context: TestContext): Promise<Dashboard> {
  const dashboard = await startDashboard(0);
  context.after(() => dashboard.finish());
  return dashboard;
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
  assert.equal(await status(dashboard.url), 503);
  dashboard.update(() => view());
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
  const dashboard = await started(context);
  dashboard.update(() => view());
  const browser = await launchBrowser();
  context.after(() => browser.close());
  const { page, troubles } = await openPage(browser);
  await page.goto(dashboard.url);
  await page.locator("#live-state").filter({ hasText: "live" }).waitFor();
  assert.match(await page.locator("h1").innerText(), /● Running disconnect-storm/);
  assert.ok((await coloursOfCanvases(page)).every((count) => count > 1));

  dashboard.update(() => view("<b>renamed</b>"));
  await page.locator("h1").filter({ hasText: "<b>renamed</b>" }).waitFor();

  await dashboard.finish({ summary: exampleSummary(), data: exampleReport() });
  await page.locator("h1").filter({ hasText: "✓ Passed disconnect-storm" }).waitFor();
  assert.equal(await page.locator("#live-state").innerText(), "the run has ended");
  const colours = await coloursOfCanvases(page);
  // One a chart.
  assert.equal(colours.length, 5);
  assert.ok(colours.every((count) => count > 5));
  assert.deepEqual(troubles, []);
});
