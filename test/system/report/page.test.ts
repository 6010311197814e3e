/** The report in a real browser: charts, keyboard, themes, narrow screens, paper, and hostile texts. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Locator } from "playwright-core";
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

  test("Escape in any chart over time shows the whole of all of them again", async () => {
    const { page, troubles } = await openPage(browser);
    await page.goto(url());
    const legend = (chart: string): Locator => page.locator(`.chart-${chart} .u-legend`);
    const press = async (chart: string, ...keys: readonly string[]): Promise<void> => {
      await page.locator(`.chart-${chart}`).focus();
      for (const key of keys) await page.keyboard.press(key);
    };
    await press("latency", "Home", "+", "+", "End");
    // Of 14.2 s, the zoom shows a quarter.
    await legend("latency")
      .filter({ hasText: /^at\s*3\.\d+ s/ })
      .waitFor();
    await press("machine", "End");
    await legend("machine")
      .filter({ hasText: /^at\s*3\.\d+ s/ })
      .waitFor();
    await press("rate", "Escape");
    await press("latency", "End");
    await legend("latency").filter({ hasText: "11.75 s" }).waitFor();
    await press("machine", "End");
    await legend("machine").filter({ hasText: "14.15 s" }).waitFor();

    await page.locator(".chart-latency").scrollIntoViewIfNeeded();
    const plot = await page.locator(".chart-latency .u-over").boundingBox();
    assert.ok(plot !== null);
    await page.mouse.move(plot.x + 20, plot.y + 90);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width / 4, plot.y + 90, { steps: 4 });
    await page.mouse.up();
    await press("statuses-main", "End");
    await legend("statuses-main")
      .filter({ hasText: /^at\s*3\.\d+ s/ })
      .waitFor();
    await press("statuses-main", "Escape", "End");
    await legend("statuses-main").filter({ hasText: "14.2 s" }).waitFor();
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("a cursor that keys have set stays when the page scrolls under a pointer that rests", async () => {
    const { page } = await openPage(browser);
    await page.goto(url());
    const plot = page.locator(".chart-latency .u-over");
    for (const x of [20, 40]) await plot.hover({ position: { x, y: 90 } });
    const legend = page.locator(".chart-statuses-main .u-legend");
    // In one task: the browser sees that the page has scrolled away from the pointer only after the key.
    await page.evaluate(`(() => {
      window.left = new Promise((resolve) =>
        document.querySelector(".chart-latency .u-over").addEventListener("mouseleave", resolve, { once: true }));
      const chart = document.querySelector(".chart-statuses-main");
      chart.focus();
      chart.dispatchEvent(new KeyboardEvent("keydown", { key: "End" }));
    })()`);
    await page.evaluate("left");
    assert.match(await legend.innerText(), /14\.2 s/);
    for (const x of [20, 40]) await plot.hover({ position: { x, y: 90 } });
    assert.doesNotMatch(await legend.innerText(), /14\.2 s/);
    await page.close();
  });

  test("each cell of the heat map tells its time, its latencies and its updates, by keys and by pointer", async () => {
    const { page, troubles } = await openPage(browser);
    await page.goto(url());
    const [chart, cell] = [page.locator(".chart-latency"), page.locator(".chart-latency .cell-text")];
    assert.equal(await cell.isVisible(), false);
    await chart.focus();
    for (const key of ["Home", "ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
    await cell.waitFor();
    const texts = new Set<string>();
    for (const key of ["ArrowUp", "ArrowDown"]) {
      // The last cell in this direction stays.
      for (let text = await cell.innerText(), last = ""; text !== last; text = await cell.innerText()) {
        texts.add(text);
        last = text;
        await page.keyboard.press(key);
      }
    }
    const found = [...texts].map((text) => /^0\.5 s to 1 s, [\d.]+ to [\d.]+ ms: (\d+) updates?$/.exec(text)?.[1]);
    const updates = /updates\s*(\d+)/.exec(await chart.locator(".u-legend").innerText())?.[1];
    assert.equal(
      found.reduce((sum, count) => sum + Number(count), 0),
      Number(updates),
      [...texts].join("\n"),
    );

    const text = await cell.innerText();
    const box = await page.locator(".chart-latency .cell-box").boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + box.width / 2, box.y - 200);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    assert.equal(await cell.innerText(), text);
    // A cursor in another chart has no latency, so that it points at no cell.
    await page.locator(".chart-rate .u-over").hover();
    await cell.waitFor({ state: "hidden" });
    assert.deepEqual(troubles, []);
    await page.close();
  });

  for (const width of [1280, 360]) {
    test(`legends stay where they are when the cursor moves (${width} px)`, async () => {
      const { page } = await openPage(browser, { viewport: { width, height: 740 } });
      await page.goto(url());
      const places = (): Promise<string> =>
        page.evaluate<string>(`[...document.querySelectorAll(".u-legend th, figure:not([hidden] *)")].map((element) => {
          const { left, top, width } = element.getBoundingClientRect();
          return [left + scrollX, top + scrollY, width].map(Math.round).join();
        }).join(" ")`);
      const untouched = await places();
      for (const chart of ["latency", "machine", "statuses-main", "percentiles"]) {
        await page.locator(`.chart-${chart}`).focus();
        for (const key of ["Home", "PageDown", "End"]) {
          await page.keyboard.press(key);
          assert.equal(await places(), untouched, `${chart}, ${key}`);
        }
      }
      await page.close();
    });
  }

  test("two runs side by side have one scale", async () => {
    const slow = mkdtempSync(join(directory, "slow-"));
    const { latency, ...report } = exampleReport();
    const slower = (column: readonly number[]): number[] => column.map((ms) => ms * 50);
    const edgesMs = slower(latency.edgesMs);
    const [p50, p99, max] = [latency.p50, latency.p99, latency.max].map(slower);
    assert.ok(p50 !== undefined && p99 !== undefined && max !== undefined);
    const data = { ...report, durationMs: 2 * report.durationMs, latency: { ...latency, edgesMs, p50, p99, max } };
    writeRun(slow, { summary: exampleSummary(), hlog: "", scenario: "", report: data });
    writeFileSync(join(directory, "scales.html"), compareReports(directory, slow));
    const { page, troubles } = await openPage(browser);
    await page.goto(url("scales.html"));
    // A row of the heat map is an eighth of a decade in both runs, and a column has half a second.
    const cellOf = async (run: number): Promise<{ width: number; height: number; count: string }> => {
      await page.locator(".chart-latency").nth(run).focus();
      for (const key of ["Home", "ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
      const box = await page.locator(".chart-latency").nth(run).locator(".cell-box").boundingBox();
      assert.ok(box !== null);
      const text = await page.locator(".chart-latency").nth(run).locator(".cell-text").innerText();
      return { width: box.width, height: box.height, count: text.replace(/.*: /, "") };
    };
    const [a, b] = [await cellOf(0), await cellOf(1)];
    assert.ok(Math.abs(a.width - b.width) < 0.5 && Math.abs(a.height - b.height) < 0.5, JSON.stringify([a, b]));
    const latencies = await page.locator("#latencies").innerText();
    assert.match(latencies, /A count\s+B count/);
    assert.match(latencies, /live update \(intended\)\s+5,000\s+5,000/);
    assert.match(
      await page.locator(".note").first().innerText(),
      /One run on each side cannot tell a change from noise/,
    );
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("the Tab key goes through what can be operated, in the order of the page, and each has a visible focus", async () => {
    const { page } = await openPage(browser);
    await page.goto(url());
    const stops: string[] = [];
    for (let stop = ""; stop !== "BODY" && stops.length < 100; stops.push(stop)) {
      await page.keyboard.press("Tab");
      stop = await page.evaluate<string>(`(() => {
        const { tagName, className } = document.activeElement;
        const { outlineWidth } = getComputedStyle(document.activeElement);
        return tagName === "BODY" ? tagName : [tagName, className, outlineWidth].join(" ");
      })()`);
    }
    assert.deepEqual(
      stops.filter((stop) => stop.includes(" 0px")),
      [],
    );
    const [skip, theme, copy, choice, latency] = stops;
    assert.match(
      [skip, theme, copy, choice, latency].join(),
      /^A skip .*,BUTTON .*,BUTTON .*,INPUT .*,DIV chart chart-latency/,
    );
    // No table of this page has to be scrolled.
    assert.deepEqual(
      stops.filter((stop) => stop.startsWith("DIV table")),
      [],
    );
    assert.equal(stops.filter((stop) => stop.startsWith("DIV chart")).length, 5);
    // p50, p99 and max; updates a second; two waits; three curves. What is only in a legend has no line to hide.
    assert.equal(stops.filter((stop) => stop.startsWith("TH ")).length, 9);
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
