/** Which worker processes are refused work. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalOf } from "../../../dist/distributed/compatibility.js";

const requires = { version: "0.1.0", nodeMajor: 20 };

test("the same version and the same major version of Node are accepted", () => {
  assert.equal(refusalOf(requires, { version: "0.1.0", node: "v20.20.2" }), undefined);
  assert.equal(refusalOf(requires, { version: "0.1.0", node: "v20.0.0" }), undefined);
});

test("another version is refused with both versions", () => {
  assert.equal(
    refusalOf(requires, { version: "0.2.0", node: "v20.20.2" }),
    "the job needs crowdstorm 0.1.0, the worker process has 0.2.0",
  );
});

test("another major version of Node is refused with both", () => {
  assert.equal(
    refusalOf(requires, { version: "0.1.0", node: "v22.1.0" }),
    "the job needs Node 20, the worker process has v22.1.0",
  );
});
