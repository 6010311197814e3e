/** The stack of an error, as far as it is of the user's own files. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ownFramesOf, updateIdFor, updateNumberOf } from "../../../dist/vocabulary/index.js";

const DIST = fileURLToPath(new URL("../../../dist/", import.meta.url));

function thrownWith(frames: readonly string[], cause?: unknown): Error {
  const error = new Error("no luck", { cause });
  error.stack = ["Error: no luck", ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return error;
}

test("frames of this program, of packages and of Node are left out, the others are kept in their order", () => {
  const mine = join(process.cwd(), "mine.mjs");
  const frames = [
    `Session.execute (${pathToFileURL(join(DIST, "explore/kernel/session.js")).href}:9:9)`,
    `worker (${pathToFileURL(mine).href}:7:11)`,
    `Object.parse (${pathToFileURL("/x/node_modules/zod/index.js").href}:1:2)`,
    "async Promise.all (index 0)",
    "node:internal/modules/esm/module_job:263:25",
    "/elsewhere/old.cjs:3:4",
    `${join(DIST, "bundle/simulate.js")}:1:2`,
  ];
  assert.deepEqual(ownFramesOf(thrownWith(frames)), ["at worker (mine.mjs:7:11)", "at /elsewhere/old.cjs:3:4"]);
});

test("where the error has none, those of its cause are given; what was thrown need not be an error", () => {
  const cause = thrownWith(["task (/elsewhere/mine.mjs:1:2)"]);
  assert.deepEqual(ownFramesOf(thrownWith([`x (${DIST}a.js:1:1)`], thrownWith([], cause))), [
    "at task (/elsewhere/mine.mjs:1:2)",
  ]);
  for (const thrown of [undefined, null, 1n, "text", {}, { stack: 7 }]) assert.deepEqual(ownFramesOf(thrown), []);
  const endless = thrownWith([]);
  endless.cause = endless;
  assert.deepEqual(ownFramesOf(endless), []);
});

test("the number of an update is read from the id that it was given, and from no other", () => {
  for (const agentId of ["7", "onboarding_7"]) assert.equal(updateNumberOf(updateIdFor(agentId, 12)), 12);
  for (const id of ["7", "a/b", "1/2/3", "", undefined, null, 5]) assert.equal(updateNumberOf(id), undefined);
});
