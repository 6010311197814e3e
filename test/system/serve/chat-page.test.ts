/** The page that `simulate serve` brings, in a real browser: a person works, also by keyboard and on a phone. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { accessibilityProblems, launchBrowser, noBrowser, openPage } from "../../support/report/browser.js";
import { Page as MiniaturePage, serve } from "../../support/server/served.js";

describe("the chat page", { skip: noBrowser }, () => {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  it("takes a person from the name to the submit, with a reload, on a phone", async (t) => {
    const served = await serve(t, "--scenario", "steady");
    const { page, troubles } = await openPage(browser, { viewport: { width: 360, height: 640 } });
    page.setDefaultTimeout(60_000);
    await page.goto(served.origin);
    await page.getByLabel("Your name").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByLabel("Your name").fill("Ann");
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: "I read each message and answer it" }).check();
    await page.getByRole("button", { name: "Send" }).click();

    const status = page.getByRole("status");
    await status.getByText("You are in the task").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    const message = page.getByLabel("Your message");
    await message.fill("Good morning");
    await message.press("Enter");
    const log = page.getByRole("log");
    await log.getByText("I see. Go on.").waitFor();
    assert.deepEqual(await log.locator("p").allTextContents(), ["YouGood morning", "TaskI see. Go on."]);

    await page.reload();
    await status.getByText("You are in the task").waitFor();
    assert.deepEqual((await log.locator("p").allTextContents()).toSorted(), ["TaskI see. Go on.", "YouGood morning"]);
    // Nothing is wider than the phone.
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= 360"), true);
    await page.getByLabel("How was it?").fill("Fine");
    await page.getByRole("button", { name: "Hand in" }).click();
    await status.getByText("Thank you, your work is handed in.").waitFor();
    assert.deepEqual(troubles, []);
    await page.close();
    const { code, summary } = await served.stop();
    assert.equal(code, 0);
    assert.deepEqual(summary.outcomes.agents, { completed: 1 });
  });

  it("tells that the partner has left, and takes the work as it is", async (t) => {
    const served = await serve(
      t,
      "--scenario",
      "partner-disconnect",
      "--workers",
      "0",
      "--detection",
      "close",
      "--grace",
      "200ms",
    );
    const { page } = await openPage(browser);
    page.setDefaultTimeout(60_000);
    await page.goto(`${served.origin}/?worker_id=ann`);
    const status = page.getByRole("status");
    await status.getByText("Waiting for your partner").waitFor();
    const bob = new MiniaturePage(served.origin, "bob");
    await bob.register();
    await bob.connect();
    await status.getByText("You are in the task").waitFor();
    bob.update({ text: "Hi, I am Bob", update_id: "b1" });
    await page.getByRole("log").getByText("Hi, I am Bob").waitFor();
    bob.socket?.terminate();
    await status.getByText("Your partner has left").waitFor();
    await page.getByRole("button", { name: "Hand in" }).click();
    await status.getByText("Thank you").waitFor();
    await page.close();
    const { summary } = await served.stop();
    assert.deepEqual(summary.outcomes.agents, { completed: 1, disconnect: 1 });
  });

  it("says why there is no work, and that the server is gone", async (t) => {
    const served = await serve(t, "--scenario", "steady");
    const { page } = await openPage(browser);
    page.setDefaultTimeout(60_000);
    await page.goto(`${served.origin}/?worker_id=ben`);
    await page.getByRole("radio", { name: "I write whatever comes to my mind" }).check();
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("status").getByText("You are not currently qualified").waitFor();
    await served.stop();
    await page.reload().catch(() => undefined);
    await page.close();
  });
});
