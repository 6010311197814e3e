/** The API documentation can be made from the public face, without a warning. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("npm run docs:api has nothing to complain about", async () => {
  const complaints = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      ["node_modules/typedoc/bin/typedoc", "--emit", "none"],
      { cwd: root },
      (error, stdout, stderr) => {
        resolve(error === null ? "" : `${stdout}${stderr}`);
      },
    );
  });
  assert.equal(complaints, "");
});
