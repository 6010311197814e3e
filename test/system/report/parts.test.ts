/** The report by behaviour and by phase in a real browser: the choice, its charts and tables, its address. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { writeRun } from "../../../dist/report/index.js";
import type { ReportData, Summary } from "../../../dist/results/index.js";
import { coloursOfCanvases, launchBrowser, noBrowser, openPage } from "../../support/report/browser.js";
import { exampleReport, exampleSummary } from "../../support/report/example.js";

function without<T extends object, Key extends keyof T>(object: T, key: Key): Omit<T, Key> {
  const rest = Object.entries(object).filter(([name]) => name !== key);
  return Object.fromEntries(rest) as Omit<T, Key>;
}

describe("the report by behaviour and by phase", { skip: noBrowser }, () => {
  let browser: Browser;
  let root: string;

  before(async () => {
    browser = await launchBrowser();
    root = mkdtempSync(join(tmpdir(), "crowdstorm-parts-"));
  });
  after(async () => {
    await browser.close();
    rmSync(root, { recursive: true, force: true });
  });

  function written(summary: Summary = exampleSummary(), report: ReportData = exampleReport()): string {
    const directory = mkdtempSync(join(root, "run-"));
    writeRun(directory, { summary, hlog: "", scenario: "", report });
    return pathToFileURL(join(directory, "report.html")).href;
  }

  async function opened(fragment: string, url = written()): Promise<{ page: Page; troubles: string[] }> {
    const { page, troubles } = await openPage(browser);
    await page.goto(url + fragment);
    return { page, troubles };
  }

  /** The labels of a chart's lines, without that of its x axis. */
  const lines = async (page: Page, chart: string): Promise<string[]> =>
    (await page.locator(`.chart-${chart}:visible .u-series + .u-series .u-label`).allTextContents()).filter(
      (label) => label !== "updates",
    );

  test("the keyboard chooses a division in any section, for all of them, and the address keeps it", async () => {
    const { page, troubles } = await opened("");
    assert.deepEqual(await lines(page, "latency"), ["p50", "p99", "max"]);
    await page.locator("#counters input[value=all]").focus();
    await page.keyboard.press("ArrowRight");
    for (const section of ["time", "percentiles", "counters"])
      assert.ok(await page.locator(`#${section} input[value=behaviour]`).isChecked(), section);
    await page.waitForURL(/#by=behaviour$/);
    assert.deepEqual(await lines(page, "latency"), ["dropping", "unaffected", "p99 of all"]);
    assert.deepEqual(await lines(page, "percentiles-behaviour"), ["dropping", "unaffected", "all"]);
    assert.match(
      await page.locator("#counters").innerText(),
      /metric\s+all\s+dropping\s+unaffected\s+live_updates_sent\s+5,001\s+1,667\s+3,334/,
    );
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(/#by=phase&span=storm$/);
    assert.match(
      await page.locator("#counters").innerText(),
      /before 0\.0 s to 6\.0 s\s+during 6\.0 s to 8\.0 s\s+after 8\.0 s to 14\.2 s[^]*live_updates_sent\s+5,001\s+1,667\s+3,334\s+0/,
    );
    for (const key of ["ArrowLeft", "ArrowLeft"]) await page.keyboard.press(key);
    await page.waitForURL((address) => address.hash === "");
    assert.deepEqual(await lines(page, "latency"), ["p50", "p99", "max"]);
    assert.ok((await coloursOfCanvases(page)).every((count) => count > 5));
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("a chosen behaviour is drawn beside all, over time", async () => {
    const { page, troubles } = await opened("#by=behaviour");
    await page.locator("#time select[data-choose=behaviour]").selectOption("unaffected");
    assert.deepEqual(await lines(page, "latency"), [
      "p50 of unaffected",
      "p99 of unaffected",
      "p50 of all",
      "p99 of all",
    ]);
    assert.deepEqual(await lines(page, "rate"), ["all", "unaffected"]);
    assert.equal(new URL(page.url()).hash, "#by=behaviour&behaviour=unaffected");
    await page.reload();
    assert.deepEqual(await lines(page, "rate"), ["all", "unaffected"]);
    await page.locator(".chart-rate").focus();
    await page.keyboard.press("Home");
    const values = await page.locator(".chart-rate .u-series + .u-series .u-value").allInnerTexts();
    const [all = NaN, unaffected = NaN] = values.map(Number);
    assert.ok(unaffected > 0 && unaffected < all, values.join());
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("phases of another window or fault can be chosen, and the level lines have its figures", async () => {
    const { page, troubles } = await opened("#by=phase");
    assert.deepEqual(await lines(page, "percentiles-phase"), ["before storm", "during storm", "after storm", "all"]);
    const { tagged } = exampleSummary();
    const storm = tagged?.phases.find(({ phase, span }) => phase === "during" && span === "storm");
    await page.locator(".chart-latency").focus();
    // The 13th half second of the run is the first of the storm.
    for (const key of ["Home", "PageDown", "ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    const legend = await page.locator(".chart-latency .u-legend").innerText();
    const p99 = storm?.trends["live_update_latency"]?.p99 ?? NaN;
    assert.match(legend, new RegExp(`p99 of the phase\\s*${p99.toPrecision(3)} ms`));

    await page.locator("#percentiles select[data-choose=span]").selectOption("shutdown");
    assert.equal(await page.locator("#counters select[data-choose=span]").inputValue(), "shutdown");
    assert.equal(new URL(page.url()).hash, "#by=phase&span=shutdown");
    // Nothing is during a moment.
    assert.deepEqual(await lines(page, "percentiles-phase"), ["before shutdown", "after shutdown", "all"]);
    assert.match(
      await page.locator("#percentiles").innerText(),
      /live update \(intended\)\s+all\s+5,000[^]*before\s+4,\d+[^]*after\s+4\d+/,
    );
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("a choice keeps the zoom of the charts over time, and Escape shows the whole of them", async () => {
    const { page, troubles } = await opened("");
    const at = async (chart: string): Promise<string> =>
      (await page.locator(`.chart-${chart} .u-legend .u-value`).first().innerText()).trim();
    await page.locator(".chart-latency").focus();
    for (const key of ["Home", "+", "End"]) await page.keyboard.press(key);
    const last = await at("latency");
    assert.match(last, /^[67]\.\d+ s$/);
    await page.locator("#time input[value=phase]").check();
    await page.locator(".chart-latency").focus();
    await page.keyboard.press("End");
    assert.equal(await at("latency"), last);
    await page.locator(".chart-rate").focus();
    await page.keyboard.press("Escape");
    await page.locator(".chart-latency").focus();
    await page.keyboard.press("End");
    assert.equal(await at("latency"), "11.75 s");
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("a run that cannot be divided says why, in words", async () => {
    const tags = { behaviours: [], spans: [] };
    const whole = written(exampleSummary({ tags }), exampleReport({ tags }));
    const [older, olderData] = [without(exampleSummary(), "tagged"), without(exampleReport(), "parts")];
    const cases = [
      [whole, "behaviour", "Not by behaviour: the run had no simulated workers."],
      [whole, "phase", "Not by phase: the scenario has no window of disconnects, fault or shutdown."],
      [
        written(older, olderData),
        "phase",
        "Not by phase: not in the summary of this run, which an older version wrote.",
      ],
    ] as const;
    for (const [url, by, text] of cases) {
      const { page, troubles } = await opened(`#by=${by}`, url);
      for (const section of ["time", "percentiles", "counters"])
        assert.equal(await page.locator(`#${section} .note:visible`).innerText(), text);
      assert.deepEqual(troubles, []);
      await page.close();
    }
  });

  test("chart data of an older version leaves the tables", async () => {
    const older = written(exampleSummary(), without(exampleReport(), "parts"));
    const { page, troubles } = await opened("#by=behaviour", older);
    assert.equal(
      await page.locator("#time .note:visible").innerText(),
      "Not by behaviour: not in the chart data of this run, which an older version wrote.",
    );
    assert.deepEqual(await lines(page, "latency"), ["p50", "p99", "max"]);
    assert.match(await page.locator("#percentiles").innerText(), /disconnect detection\s+all\s+400[^]*dropping\s+400/);
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("an address of another run, and one that is no choice, show what there is", async () => {
    const { page, troubles } = await opened("#by=behaviour&behaviour=nobody&span=none");
    assert.deepEqual(await lines(page, "latency"), ["dropping", "unaffected", "p99 of all"]);
    await page.goto(`${page.url().replace(/#.*/, "")}#by=phase&span=shutdown`);
    await page.locator("#time select[data-choose=span]:visible").waitFor();
    assert.deepEqual(await lines(page, "percentiles-phase"), ["before shutdown", "after shutdown", "all"]);
    // A place of the page is no choice.
    await page.goto(`${page.url().replace(/#.*/, "")}#counters`);
    assert.ok(await page.locator("#time input[value=phase]").isChecked());
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("without JavaScript the page has the figures of all parts", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(written());
    const text = await page.locator("#counters").innerText();
    assert.match(text, /By behaviour\s+metric\s+all\s+dropping[^]*By phase: storm[^]*By phase: shutdown/);
    assert.equal(await page.locator("[data-choice]").first().isVisible(), false);
    await context.close();
  });

  test("hostile names of behaviours are escaped, and can be chosen", async () => {
    const harm = `"><img src=x onerror="document.title=1">&by=all`;
    const tags = { behaviours: ["unaffected", harm], spans: [] };
    const summary = exampleSummary({ tags });
    const report = exampleReport({ tags });
    const behaviour = report.parts?.behaviours[0];
    assert.ok(behaviour !== undefined && report.parts !== undefined);
    const behaviours = [{ ...behaviour, behaviour: harm, curve: { ...behaviour.curve, name: harm } }];
    const { page, troubles } = await opened(
      "#by=behaviour",
      written(summary, { ...report, parts: { ...report.parts, behaviours } }),
    );
    await page.locator("#time select[data-choose=behaviour]").selectOption(harm);
    await page.reload();
    assert.deepEqual(await lines(page, "rate"), ["all", harm]);
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.deepEqual(troubles, []);
    await page.close();
  });
});
