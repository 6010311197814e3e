/** Sequence diagrams in a real browser: drawing, keyboard, paper. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { renderSequencePage, writeRun } from "../../../dist/report/index.js";
import type { SequenceDiagram } from "../../../dist/results/index.js";
import { launchBrowser, noBrowser, openPage } from "../../support/report/browser.js";
import { exampleReport, exampleSummary } from "../../support/report/example.js";

/** A client and a task that wait for each other `rounds` times. */
function conversation(rounds: number): SequenceDiagram {
  const each = Array.from({ length: rounds }, (_, round) => 4 * round);
  return {
    columns: ["client", "task <1>"],
    rows: [
      ...each.flatMap((row, round) => [
        { column: 1, at: String(row), text: "waits for hasLiveUpdate", ...(round > 0 && { gap: "120 ms" }) },
        { column: 0, at: String(row + 1), text: `▸ append update ${round}`, kind: "call" as const },
        {
          column: 0,
          at: String(row + 2),
          text: 'sets hasLiveUpdate: down #0 → up #1, which is a text of many words & "signs" <b>',
        },
        { column: 1, at: String(row + 3), text: "is woken" },
      ]),
      { column: 1, at: "end", text: "✗ a timeout though no time has passed", kind: "bad" },
    ],
    bars: each.flatMap((row) => [
      { column: 0, from: row + 1, to: row + 2, kind: "runs" as const },
      { column: 1, from: row, to: row + 3, kind: "waits" as const },
    ]),
    arrows: [...each.map((row) => ({ from: row + 2, to: row + 3 })), { from: 1, to: { column: 1, lost: true } }],
  };
}

const page = (rounds: number): string =>
  renderSequencePage({
    title: "a program",
    problems: ["task: a timeout though no time has passed"],
    facts: ["2 context switches"],
    command: { label: "Replay it", text: "simulate explore replay schedule.json" },
    outcomes: { client: "null" },
    sequence: conversation(rounds),
  });

describe("a sequence diagram", { skip: noBrowser }, () => {
  let browser: Browser;
  let directory: string;
  const url = (file: string): string => pathToFileURL(join(directory, file)).href;

  before(async () => {
    browser = await launchBrowser();
    directory = mkdtempSync(join(tmpdir(), "crowdstorm-sequence-"));
    writeFileSync(join(directory, "short.html"), page(2));
    writeFileSync(join(directory, "long.html"), page(60));
    const report = exampleReport();
    const slowest = report.slowest.map((agent) => ({ ...agent, sequence: conversation(2) }));
    writeRun(directory, { summary: exampleSummary(), hlog: "", scenario: "", report: { ...report, slowest } });
  });
  after(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("has a point for each row, a bar for each span, arrows between rows, and marks the violation", async () => {
    const { page, troubles } = await openPage(browser);
    await page.goto(url("short.html"));
    const whole = page.locator("svg.whole");
    const count = (selector: string): Promise<number> => whole.locator(selector).count();
    assert.deepEqual(
      await Promise.all([".point", ".bar.runs", ".bar.waits", ".arrow", ".arrow.lost", ".what.bad"].map(count)),
      [9, 2, 2, 3, 1, 1],
    );
    const [, end] = /L([\d.]+ [\d.]+)$/.exec((await whole.locator(".arrow").first().getAttribute("d")) ?? "") ?? [];
    const y = await whole.locator(".point").nth(3).getAttribute("cy");
    assert.equal(end?.split(" ")[1], y);
    assert.match(
      (await whole.locator(".what").nth(2).innerHTML()).replaceAll(/<[^>]*>/g, " "),
      /&amp; "signs"\s+&lt;b&gt;/,
    );
    assert.deepEqual(troubles, []);
    await page.close();
  });

  test("the arrow keys move between the rows and announce them", async () => {
    const { page } = await openPage(browser);
    await page.goto(url("long.html"));
    await page.locator(".sequence").focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
    assert.equal(await page.locator(".behind.chosen").getAttribute("data-row"), "1");
    assert.equal(await page.locator(".sequence + [aria-live]").textContent(), "▸ append update 0");
    await page.keyboard.press("End");
    assert.equal(await page.locator(".behind.chosen").getAttribute("data-row"), "240");
    await page.locator(".what.bad").waitFor({ state: "visible" });
    await page.close();
  });

  test("on paper it has pieces, each below the names of the columns", async () => {
    const { page } = await openPage(browser);
    await page.goto(url("long.html"));
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".sequence").isVisible(), false);
    const heights = await page.evaluate<number[]>(
      '[...document.querySelectorAll(".piece")].map((piece) => piece.viewBox.baseVal.height)',
    );
    assert.ok(heights.length > 3 && heights.every((height) => height <= 1010), heights.join());
    assert.ok((await page.pdf({ format: "A4" })).length > 10_000);
    await page.close();
  });

  test("on a screen of 360 px it scrolls in its own box", async () => {
    const { page } = await openPage(browser, { viewport: { width: 360, height: 740 } });
    await page.goto(url("short.html"));
    assert.equal(await page.evaluate<number>("document.documentElement.scrollWidth"), 360);
    await page.close();
  });

  test("the report draws the diagram of an agent when the agent is opened", async () => {
    const { page, troubles } = await openPage(browser);
    await page.goto(url("report.html"));
    assert.equal(await page.locator("svg.whole").count(), 0);
    await page.locator("details.agent summary").first().click();
    await page.locator("details.agent svg.whole .what").first().waitFor();
    assert.deepEqual(troubles, []);
    await page.close();
  });
});
