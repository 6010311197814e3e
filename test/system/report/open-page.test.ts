/** Where no program can open a page, one line says so, and the exit code of what the page shows stays. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const MODULE = new URL("../../../dist/cli/shared/open-page.js", import.meta.url).href;

function opened(exitCode: number): [number | null, string] {
  const code = `process.exitCode = ${exitCode}; (await import(${JSON.stringify(MODULE)})).openPage("page.html");`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    env: { PATH: "/nowhere" },
    encoding: "utf8",
  });
  return [status, stderr];
}

test("a page that cannot be opened", () => {
  const line = /^simulate: cannot open page\.html: there is no program \S+; open the file yourself\n$/;
  for (const [before, after] of [
    [0, 2],
    [99, 99],
  ] as const) {
    const [code, text] = opened(before);
    assert.match(text, line);
    assert.equal(code, after);
  }
});
