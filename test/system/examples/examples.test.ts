/** The examples compile against the package as its users see it, run, and print what their first comment says. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "crowdstorm-examples-"));
after(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

for (const file of readdirSync(at("examples")).filter((name) => name.endsWith(".ts"))) {
  const program = at(`test-build/example-programs/${basename(file, ".ts")}.js`);
  const promised = [...readFileSync(at(`examples/${file}`), "utf8").matchAll(/^ \* {5}(.*)$/gm)].map(
    ([, line]) => line ?? "",
  );

  if (promised[0]?.startsWith("$ npx simulate explore")) {
    test(`${file} shows what it says`, async () => {
      const { code, stdout } = await run(at("dist/cli/main.js"), "explore", program, "--results", folder);
      assert.equal(code, 98);
      assert.deepEqual(stdout.split("\n").slice(0, promised.length - 1), promised.slice(1));
    });
  } else {
    test(`${file} prints what it says`, async () => {
      const { code, stdout, stderr } = await run(program);
      assert.equal(code, 0, stderr);
      assert.ok(promised.length > 0, "says what it prints");
      assert.deepEqual(stdout.trimEnd().split("\n"), promised);
    });
  }
}
