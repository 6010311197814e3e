/** The report in a real browser: charts, keyboard, themes, narrow screens, paper, and hostile texts. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { compareReports, writeRun } from "../../../dist/report/index.js";
import { coloursOfCanvases, launchBrowser, noBrowser, openPage } from "../../support/report/browser.js";
import { exampleReport, exampleSummary } from "../../support/report/example.js";

describe("the report's page", { skip: noBrowser }, () => {
  let browser: Browser;
  let directory: string;
  const url = (file = "report.html"): string => pathToFileURL(join(directory, file)).href;

  before(async () => {
    browser = await launchBrowser();
    directory = mkdtempSync(join(tmpdir(), "crowdstorm-page-"));
    writeRun(directory, { summary: exampleSummary(), hlog: "", scenario: "", report: exampleReport() });
    writeFileSync(join(directory, "compare.html"), compareReports(directory, directory));
  });
  after(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("draws every chart without errors and without the network", async () => {
    const { page, troubles } = await openPage(browser);
    await page.goto(url());
    const colours = await coloursOfCanvases(page);
    // Latency, rate, machine, agents, percentiles; the example has no onboarding.
    assert.equal(colours.length, 5);
    for (const count of colours) assert.ok(count > 5, `a canvas shows ${count} colours`);
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("faults are marked on the time axis, and named below it", async () => {
    const { page, troubles } = await openPage(browser);
    await page.goto(url());
    assert.match(
      await page.locator("#time .faults").innerText(),
      /6\.5 s\s+the database was held \(plain\)\s+2 late\s+1 lost/,
    );
    // A pixel of the mark's own colour, in the chart that names the phases and in those below it.
    for (const chart of ["latency", "rate", "statuses-main"]) {
      const found = await page.evaluate<boolean>(`(() => {
        const canvas = document.querySelector(".chart-${chart} canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        for (let at = 0; at < data.length; at += 4)
          if (data[at] === 0x8b && data[at + 1] === 0x3f && data[at + 2] === 0xc9) return true;
        return false;
      })()`);
      assert.ok(found, chart);
    }
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("two runs side by side draw the charts of both", async () => {
    const { page, troubles } = await openPage(browser);
    await page.goto(url("compare.html"));
    const colours = await coloursOfCanvases(page);
    assert.equal(colours.length, 9);
    assert.ok(colours.every((count) => count > 5));
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("the keyboard reaches the charts and reads their values", async () => {
    const { page, troubles } = await openPage(browser);
    await page.goto(url());
    const legend = page.locator(".chart-latency .u-legend");
    assert.doesNotMatch(await legend.innerText(), /ms/);
    await page.locator(".chart-latency").focus();
    for (const key of ["Home", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
    // The third half second, from 1 s to 1.5 s.
    await legend.filter({ hasText: "1.25 s" }).waitFor();
    assert.match(await legend.innerText(), /p50\s*0\.\d+ ms/);
    // The charts over time share their cursor.
    await page.locator(".chart-rate .u-legend").filter({ hasText: "1.25 s" }).waitFor();
    await page.keyboard.press("Escape");
    await legend.filter({ hasNotText: "1.25 s" }).waitFor();
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("the theme is the system's until the reader chooses, and the choice is stored", async () => {
    const context = await browser.newContext({ colorScheme: "dark" });
    const page = await context.newPage();
    await page.goto(url());
    const background = (): Promise<string> => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const dark = await background();
    const drawn = await page.locator(".chart-latency canvas").first().screenshot();
    await page.locator("#theme").focus();
    await page.keyboard.press("Enter");
    const light = await background();
    assert.notEqual(light, dark);
    assert.notDeepEqual(await page.locator(".chart-latency canvas").first().screenshot(), drawn);
    await page.reload();
    assert.equal(await background(), light);
    await context.close();
  });

  test("paper is white in the dark theme too", async () => {
    const { page } = await openPage(browser, { colorScheme: "dark" });
    await page.goto(url());
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.equal(await page.evaluate<string>("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    assert.ok((await coloursOfCanvases(page)).every((count) => count > 5));
    await page.close();
  });

  for (const file of ["report.html", "compare.html"]) {
    test(`a phone of 360 px shows ${file} without scrolling sideways`, async () => {
      const { page } = await openPage(browser, { viewport: { width: 360, height: 740 } });
      await page.goto(url(file));
      await page.evaluate("document.querySelectorAll('details').forEach((element) => (element.open = true))");
      assert.equal(await page.evaluate<number>("document.documentElement.scrollWidth"), 360);
      await page.close();
    });
  }

  test("an agent opens to its history", async () => {
    const { page } = await openPage(browser);
    await page.goto(url());
    const agent = page.locator("details.agent").first();
    assert.equal(await agent.locator(".life").isVisible(), false);
    await agent.locator("summary").focus();
    await page.keyboard.press("Enter");
    assert.equal(await agent.locator(".life").isVisible(), true);
    assert.match(await agent.innerText(), /6\.200 s\s+took an update with a latency of 12\.5 ms/);
    await page.close();
  });

  test("without JavaScript the page has the verdict and the figures", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(url());
    const text = await page.locator("main").innerText();
    assert.match(text, /✓ Passed/);
    assert.match(text, /Without it, the table below each chart has the same figures/);
    await page.locator("#time summary").first().click();
    assert.match(await page.locator("#time").innerText(), /6 s\s+209\s+2\.82/);
    await context.close();
  });

  test("hostile texts of a scenario are escaped", async () => {
    const harm = '</script><script>document.title = "harmed"</script><img src=x onerror="document.title=1">';
    const summary = { ...exampleSummary(), scenario: { name: harm, description: harm }, reproduce: harm };
    const harmful = join(directory, "harmful");
    const run = mkdtempSync(harmful);
    writeRun(run, { summary, hlog: "", scenario: "", report: exampleReport({ text: harm }) });
    const { page, troubles } = await openPage(browser);
    await page.goto(pathToFileURL(join(run, "report.html")).href);
    assert.equal(await page.title(), `${harm} passed – crowdstorm`);
    assert.equal(await page.locator("main img, main script").count(), 0);
    assert.ok((await coloursOfCanvases(page)).every((count) => count > 5));
    assert.deepEqual(troubles, []);
    await page.close();
  });
});
