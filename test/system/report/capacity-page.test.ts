/** The picture of a search for a capacity in a real browser: drawn in both colour schemes, read with the keyboard. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { writeCapacityReport } from "../../../dist/report/index.js";
import { launchBrowser, noBrowser, openPage } from "../../support/report/browser.js";
import { exampleCapacity } from "../../support/report/example-capacity.js";

const COLOURS = ["p50", "p99", "curve-0", "ok", "bad"];

/**
 * The pixels of each colour in the canvas of the picture. It is read once: a second time is a warning of the browser.
 */
const pixels = (page: Page): Promise<Record<string, number>> =>
  page.evaluate<Record<string, number>>(`(() => {
    const canvas = document.querySelector(".chart-capacity canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return Object.fromEntries(${JSON.stringify(COLOURS)}.map((name) => {
      const probe = document.createElement("span");
      probe.style.color = "var(--" + name + ")";
      document.body.append(probe);
      const [red, green, blue] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
      let found = 0;
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) found++;
      return [name, found];
    }));
  })()`);

describe("the page of a search", { skip: noBrowser }, () => {
  let browser: Browser;
  let directory: string;

  before(async () => {
    browser = await launchBrowser();
    directory = mkdtempSync(join(tmpdir(), "crowdstorm-page-"));
    writeCapacityReport(directory, exampleCapacity());
  });
  after(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`draws the curves and both marks without errors (${colorScheme})`, async () => {
      const { page, troubles } = await openPage(browser, { colorScheme });
      await page.goto(pathToFileURL(join(directory, "report.html")).href);
      for (const [name, count] of Object.entries(await pixels(page)))
        assert.ok(count > 50, `${count} pixels of ${name}`);
      assert.deepEqual(troubles, []);
      await page.close();
    });
  }

  test("the arrow keys read the figures of each rate", async () => {
    const { page, troubles } = await openPage(browser);
    await page.goto(pathToFileURL(join(directory, "report.html")).href);
    const legend = page.locator(".chart-capacity .u-legend");
    await page.locator(".chart-capacity").focus();
    for (const key of ["Home", "ArrowRight"]) await page.keyboard.press(key);
    await legend.filter({ hasText: "833" }).waitFor();
    const text = await legend.innerText();
    assert.match(text, /p50\s*0\.750 ms/);
    assert.match(text, /CPU\s*1\.31 of 2 cores/);
    assert.match(text, /passed\s*2 of 2 trials/);
    await page.keyboard.press("End");
    await legend.filter({ hasText: "0 of 2 trials" }).waitFor();
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("a phone of 360 px shows it without scrolling sideways", async () => {
    const { page } = await openPage(browser, { viewport: { width: 360, height: 740 } });
    await page.goto(pathToFileURL(join(directory, "report.html")).href);
    await page.evaluate("document.querySelectorAll('details').forEach((element) => (element.open = true))");
    const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(wide <= 360, `${wide} px`);
    await page.close();
  });
});
