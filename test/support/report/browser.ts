/** A real browser for the tests of the page: Debian's Chromium. Without it the tests are skipped, but fail in CI. */
import { existsSync } from "node:fs";
import axe from "axe-core";
import { chromium, type Browser, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Why the tests of the page cannot run here; `false` when they can. */
export const noBrowser: string | false =
  existsSync(CHROMIUM) || process.env["CI"] !== undefined
    ? false
    : `no ${CHROMIUM}: apt-get install chromium to test the page`;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings of the page, and its network requests, which a report must not make. */
  readonly troubles: string[];
}

export async function openPage(browser: Browser, options: Parameters<Browser["newPage"]>[0] = {}): Promise<OpenPage> {
  const page = await browser.newPage(options);
  const troubles: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(message.text());
  });
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => {
    if (!/^(file|data|http:\/\/127\.0\.0\.1)/.test(request.url())) troubles.push(`asked for ${request.url()}`);
  });
  return { page, troubles };
}

/** The number of colours of each canvas, in the order of the page. A blank canvas has at most one. */
export function coloursOfCanvases(page: Page): Promise<number[]> {
  // As text, because the tests are compiled without the browser's types.
  return page.evaluate<number[]>(`[...document.querySelectorAll("canvas")].map((canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4) colours.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
    return colours.size;
  })`);
}

/** What axe-core finds wrong on the page, a line for each element. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, impact, help, nodes }) =>
      nodes.map(({ target, any }) => [impact, id, help, target.join(" "), ...any.map(({ message }) => message)].join("; "))))`);
}
