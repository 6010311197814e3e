/** Without SQLite's native module, or with one of another Node.js: one line with the remedy, and nothing is made. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { MAIN, temporaryDirectory } from "../../support/cli/simulate.js";
import { EXIT } from "../../../dist/vocabulary/index.js";

const ROOT = dirname(dirname(dirname(MAIN)));
const ADDON = "build/Release/better_sqlite3.node";

/** A copy of the package with a native module of this content; undefined: without one. */
function copyWith(t: TestContext, addon: Uint8Array | undefined): string {
  const copy = join(temporaryDirectory(t), "copy");
  const modules = join(copy, "node_modules");
  mkdirSync(modules, { recursive: true });
  symlinkSync(join(ROOT, "scenarios"), join(copy, "scenarios"));
  // Node.js looks for packages where a file really is.
  for (const name of [
    "package.json",
    "dist/bundle",
    "dist/cli/main.js",
    "dist/platform/server/page",
    "dist/report/page",
  ])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  for (const name of readdirSync(join(ROOT, "node_modules")))
    if (name !== "better-sqlite3") symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  for (const name of ["package.json", "lib"])
    cpSync(join(ROOT, "node_modules/better-sqlite3", name), join(modules, "better-sqlite3", name), { recursive: true });
  if (addon === undefined) return copy;
  mkdirSync(dirname(join(modules, "better-sqlite3", ADDON)), { recursive: true });
  writeFileSync(join(modules, "better-sqlite3", ADDON), addon);
  return copy;
}

/** The native module of this Node.js, as another version would have compiled it; undefined where it looks otherwise. */
function ofAnotherNode(): Uint8Array | undefined {
  const addon = readFileSync(join(ROOT, "node_modules/better-sqlite3", ADDON));
  const version = Number(process.versions.modules);
  // The beginning of Node's `node_module`, where pointers are aligned: the version, no flags, and an empty pointer.
  const head = Buffer.alloc(16);
  head.writeUInt32LE(version);
  const places: number[] = [];
  for (let at = addon.indexOf(head); at >= 0; at = addon.indexOf(head, at + 1)) if (at % 8 === 0) places.push(at);
  const [place, ...others] = places;
  const symbol = addon.indexOf(`node_register_module_v${version}`);
  if (place === undefined || others.length > 0 || symbol < 0) return undefined;
  addon.writeUInt32LE(version + 1, place);
  addon.write(`node_register_module_v${version + 1}`, symbol);
  return addon;
}

function simulateIn(copy: string, ...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const cwd = join(copy, "work");
  mkdirSync(cwd, { recursive: true });
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, "dist/cli/main.js"), ...args], {
    cwd,
    encoding: "utf8",
  });
  assert.deepEqual(readdirSync(cwd), [], "nothing was made");
  return { code: status, stdout, stderr };
}

const REMEDY = /: run `npm rebuild better-sqlite3` in \S+copy\/?\n$/;

for (const [what, addon, expected] of [
  ["is missing", undefined, /^simulate: better-sqlite3 is installed without its native module: run/],
  [
    "is of another Node.js",
    ofAnotherNode,
    /^simulate: better-sqlite3 is compiled for another version of Node\.js than v/,
  ],
  [
    "is damaged",
    () => Buffer.from("no library"),
    /^simulate: better-sqlite3 has a native module that cannot be loaded \(/,
  ],
] as const) {
  test(`a native module that ${what} is one line with the remedy, exit code ${EXIT.installation}`, (t) => {
    const content = addon?.();
    if (addon !== undefined && content === undefined) {
      t.skip("the native module of this platform looks otherwise");
      return;
    }
    const copy = copyWith(t, content);
    for (const args of [
      ["steady", "--workers", "5", "--quiet"],
      ["steady", "--workers", "5", "--virtual", "--quiet"],
      ["serve", "--port", "0", "--duration", "1s"],
      ["sweep", "--scenario", "steady", "--workers", "5", "--seeds", "1..2"],
      ["shrink", "--scenario", "steady", "--workers", "5"],
      ["capacity", "--scenario", "steady", "--quiet"],
      ["bench", "status"],
    ]) {
      const { code, stdout, stderr } = simulateIn(copy, ...args);
      assert.match(stderr, expected, args.join(" "));
      assert.match(stderr, REMEDY);
      assert.deepEqual([code, stdout], [EXIT.installation, ""], args.join(" "));
    }
  });
}

test("what needs no database works without the native module", (t) => {
  const copy = copyWith(t, undefined);
  for (const args of [["list"], ["plan", "steady", "--workers", "3"], ["validate", "steady"], ["runs"]])
    assert.notEqual(simulateIn(copy, ...args).code, EXIT.installation, args.join(" "));
});
