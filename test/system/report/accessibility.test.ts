/**
 * Every page of the program in a real browser, in both themes, wide and narrow: no violation that axe-core knows, and
 * nothing that is wider than the screen.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import {
  compareReports,
  renderCapacityReport,
  renderHistoryPage,
  renderSequencePage,
  writeRun,
} from "../../../dist/report/index.js";
import type { SequenceDiagram, Summary } from "../../../dist/results/index.js";
import { startDashboard } from "../../../dist/cli/shared/dashboard.js";
import {
  accessibilityProblems,
  launchBrowser,
  noBrowser,
  openPage,
  type OpenPage,
} from "../../support/report/browser.js";
import { exampleCapacity } from "../../support/report/example-capacity.js";
import { exampleLiveView } from "../../support/report/example-live-view.js";
import { exampleReport, exampleSummary } from "../../support/report/example.js";

const SEQUENCE: SequenceDiagram = {
  columns: ["client", "task"],
  rows: [
    { column: 1, at: "1", text: "waits for hasLiveUpdate" },
    { column: 0, at: "2", text: "▸ append update 1", kind: "call" },
    { column: 1, at: "end", text: "✗ a timeout though no time has passed", kind: "bad" },
  ],
  bars: [{ column: 1, from: 0, to: 2, kind: "waits" }],
  arrows: [{ from: 1, to: 2 }],
};

const HISTORY_RUN = {
  runId: "20260101T000000-steady-1-00000001",
  startedAt: "2026-01-01T00:00:00.000Z",
  seed: "1",
  commit: "1".repeat(40),
  branch: "main",
  outcome: "passed",
  exitCode: 0,
  unused: null,
} as const;

const SCREENS = [
  { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { colorScheme: "dark", viewport: { width: 360, height: 740 } },
] as const;

describe("accessibility", { skip: noBrowser }, () => {
  let browser: Browser;
  let directory: string;

  /** Checks the page on each screen. */
  async function check(url: string): Promise<void> {
    for (const screen of SCREENS) {
      const open = await openPage(browser, screen);
      await open.page.goto(url);
      await checkOpen(open, screen);
    }
  }
  /** Checks and closes a page, with everything opened that can be opened. */
  async function checkOpen({ page, troubles }: OpenPage, screen: (typeof SCREENS)[number]): Promise<void> {
    await page.evaluate("document.querySelectorAll('details').forEach((element) => (element.open = true))");
    await page.locator("body").hover();
    assert.deepEqual(await accessibilityProblems(page), [], screen.colorScheme);
    assert.equal(await page.evaluate<number>("document.documentElement.scrollWidth"), screen.viewport.width);
    assert.deepEqual(troubles, []);
    await page.close();
  }
  async function checkReport(summary: Summary, report = exampleReport()): Promise<void> {
    const run = mkdtempSync(join(directory, "run-"));
    writeRun(run, { summary, hlog: "", scenario: "", report });
    await check(pathToFileURL(join(run, "report.html")).href);
  }
  const write = (name: string, text: string): string => {
    writeFileSync(join(directory, name), text);
    return pathToFileURL(join(directory, name)).href;
  };

  before(async () => {
    browser = await launchBrowser();
    directory = mkdtempSync(join(tmpdir(), "crowdstorm-accessible-"));
    const report = exampleReport();
    const slowest = report.slowest.map((agent) => ({ ...agent, sequence: SEQUENCE }));
    writeRun(directory, { summary: exampleSummary(), hlog: "", scenario: "", report: { ...report, slowest } });
  });
  after(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("the report of a run that passed", () => check(pathToFileURL(join(directory, "report.html")).href));

  test("the report of a run divided by behaviour and by phase", async () => {
    for (const by of ["behaviour", "phase"])
      await check(`${pathToFileURL(join(directory, "report.html")).href}#by=${by}`);
  });

  test("the report of a run that failed, and of one that is inconclusive", async () => {
    const tagged = "live_update_latency{behaviour:unaffected,during:storm}";
    const failed = exampleSummary({ broken: true });
    const [threshold, ...thresholds] = failed.thresholds;
    assert.ok(threshold !== undefined);
    const reasons = [{ code: "threshold-failed" as const, text: `threshold ${tagged} p(99)<250 failed` }];
    const long: Summary = {
      ...failed,
      scenario: { ...failed.scenario, name: "a-scenario-with-a-name-that-is-wider-than-the-screen" },
      thresholds: [{ ...threshold, metric: tagged }, ...thresholds],
      verdict: { ...failed.verdict, reasons },
    };
    for (const summary of [failed, long, exampleSummary({ slipMs: 900, othersMs: 600 })]) await checkReport(summary);
  });

  test("the reports of a run under simulated time, and of one over a network", async () => {
    const passed = exampleSummary();
    const report = exampleReport();
    const { machine, ...simulated } = report;
    assert.ok(machine !== undefined);
    await checkReport({ ...passed, engine: "virtual", traceHash: "0".repeat(64) }, simulated);
    const url = "http://crowd.example:3000/metrics";
    const series = { name: 'requests_total{code="200"}', kind: "rate" as const, values: [null, 12, 40] };
    await checkReport(
      {
        ...passed,
        engine: "network",
        target: {
          mode: "client",
          url: "http://crowd.example:3000",
          dialect: "generic",
          client: "direct",
          database: false,
        },
        notChecked: [{ kind: "invariant", id: "accounting-consistent", why: "the task's rows are not known" }],
        failures: [{ what: "POST /register_worker: status 503", count: 3, firstAtMs: 120 }],
      },
      { ...report, scraped: { url, atMs: [0, 5000, 10_000], series: [series], failed: 1, why: "no answer" } },
    );
  });

  test("the comparison of two runs", () => check(write("compare.html", compareReports(directory, directory))));

  test("the history of runs", () => {
    const run = { ...HISTORY_RUN, directory };
    const runs = [run, { ...run, outcome: "inconclusive" as const, unused: "busy" }, run];
    const change = { run: 2, before: 1, after: 2, isWorse: true, p: 0.001 };
    const figure = { name: "cpu", label: "CPU used", unit: "cores", better: "smaller" } as const;
    const figures = [{ ...figure, values: [1, 3, 2], changes: [change] }];
    const history = {
      series: [{ scenario: "steady", facts: [], olderRuns: 0, runs, figures }],
      excluded: [{ directory, why: "lost" }],
    };
    return check(write("history.html", renderHistoryPage(history, join(directory, "history.html"))));
  });

  test("the page of a search for a capacity", () =>
    check(write("capacity.html", renderCapacityReport(exampleCapacity()))));

  test("a sequence diagram, as of a failing schedule", () => {
    const text = renderSequencePage({
      title: "a program",
      problems: ["task: a timeout though no time has passed"],
      facts: ["2 context switches"],
      command: { label: "Replay it", text: "simulate explore replay schedule.json" },
      outcomes: { client: "null" },
      sequence: SEQUENCE,
    });
    return check(write("schedule.html", text));
  });

  test("the dashboard, before the run has started, while it runs, and when it has ended", async () => {
    const dashboard = await startDashboard(0);
    try {
      // The page would load itself again during the check.
      await check(write("waiting.html", await (await fetch(dashboard.url)).text()));
      dashboard.update(() => exampleLiveView());
      await check(dashboard.url);
      const open = await Promise.all(SCREENS.map((screen) => openPage(browser, screen)));
      for (const { page } of open) {
        await page.goto(dashboard.url);
        await page.locator("#live-state").filter({ hasText: "live" }).waitFor();
      }
      await dashboard.finish({ summary: exampleSummary(), data: exampleReport() });
      for (const [index, screen] of SCREENS.entries()) {
        const ended = open[index];
        assert.ok(ended !== undefined);
        await ended.page.locator("#live-state").filter({ hasText: "the run has ended" }).waitFor();
        await checkOpen(ended, screen);
      }
    } finally {
      await dashboard.finish();
    }
  });
});
