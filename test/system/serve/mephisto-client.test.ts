/** The client of Mephisto, `mephisto-task` as its authors publish it, in a real browser against `simulate serve`. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { temporaryDirectory } from "../../support/cli/simulate.js";
import { launchBrowser, noBrowser, openPage } from "../../support/report/browser.js";
import { serve } from "../../support/server/served.js";

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Task</title><link rel="icon" href="data:,"></head>
<body><div id="app"></div><script src="wrap_crowd_source.js"></script><script src="task.js"></script></body>
</html>
`;

/** A folder with the task's page. */
async function buildPage(t: Parameters<typeof temporaryDirectory>[0]): Promise<string> {
  const folder = temporaryDirectory(t);
  writeFileSync(join(folder, "index.html"), PAGE);
  await build({
    entryPoints: [fileURLToPath(new URL("../../../test/support/server/task-page.jsx", import.meta.url))],
    outfile: join(folder, "task.js"),
    bundle: true,
    format: "iife",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  return folder;
}

async function untilText(page: Page, selector: string, text: string): Promise<void> {
  await page.waitForFunction(
    `document.querySelector(${JSON.stringify(selector)})?.textContent === ${JSON.stringify(text)}`,
  );
}

/** Waits for so many live updates, and returns them. */
async function untilUpdates(page: Page, count: number): Promise<string[]> {
  await page.waitForFunction(`document.querySelectorAll("#updates li").length >= ${count}`);
  return page.locator("#updates li").allTextContents();
}

async function say(page: Page, text: string): Promise<void> {
  await page.fill("#text", text);
  await page.click("#send");
}

describe("mephisto-task in a browser", { skip: noBrowser }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  it("completes an onboarding and a task, with a reload in the middle", async (t) => {
    const served = await serve(t, "--scenario", "steady", "--page", await buildPage(t));
    const { page, troubles } = await openPage(browser);
    page.setDefaultTimeout(60_000);
    await page.goto(`${served.origin}/?worker_id=ann&assignment_id=as`);
    await untilText(page, "#phase", "onboarding");
    await untilText(page, "#agent-status", "onboarding");
    await say(page, "hello");
    assert.deepEqual(await untilUpdates(page, 1), ["Noted."]);
    await page.fill("#text", "right");
    await page.click("#finish");

    await untilText(page, "#phase", "task");
    await untilText(page, "#agent-status", "in task");
    const agent = await page.textContent("#agent");
    // One by one: the queue of mephisto-task 2.0.4 sends what waits in it last in, first out (docs/mephisto.md).
    for (const [index, text] of ["one", "two", "three"].entries()) {
      await say(page, text);
      assert.deepEqual(
        await untilUpdates(page, index + 1),
        Array.from({ length: index + 1 }, () => "I see. Go on."),
      );
    }

    await page.reload();
    await untilText(page, "#phase", "task");
    assert.equal(await page.textContent("#agent"), agent);
    const past = await untilUpdates(page, 6);
    assert.deepEqual(
      past.filter((text) => text !== "I see. Go on."),
      ["one", "two", "three"],
    );
    await untilText(page, "#agent-status", "in task");
    await say(page, "four");
    assert.equal((await untilUpdates(page, 7)).length, 7);
    await page.fill("#text", "my work");
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith("/submit_task")),
      page.click("#finish"),
    ]);
    assert.deepEqual([answer.status(), await answer.json()], [200, { status: "Submitted!" }]);
    await page.close();

    const { code, stdout, summary } = await served.stop();
    assert.equal(code, 0, stdout);
    assert.deepEqual(summary.outcomes.agents, { completed: 1 });
    assert.deepEqual(summary.outcomes.onboardingAgents, { approved: 1 });
    assert.equal(summary.counters.live_updates_taken, 5);
    // Its package says 2.0.3 of itself, and it warns of that.
    assert.deepEqual(
      troubles.filter((trouble) => !trouble.includes("Version mismatch")),
      [],
    );
  });

  it("shows why a worker gets no work, and a preview to those who have not accepted", async (t) => {
    const served = await serve(t, "--scenario", "steady", "--page", await buildPage(t));
    const { page } = await openPage(browser);
    page.setDefaultTimeout(60_000);
    await page.goto(`${served.origin}/`);
    await untilText(page, "#phase", "preview");
    await page.goto(`${served.origin}/?worker_id=ben&assignment_id=as`);
    await untilText(page, "#agent-status", "onboarding");
    await page.fill("#text", "wrong");
    await page.click("#finish");
    await untilText(page, "#phase", "blocked: You are not currently qualified to work on this task...");
    await page.close();
    assert.equal((await served.stop()).code, 0);
  });
});
