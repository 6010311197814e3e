import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  FAILURE_REASONS,
  failureKindOf,
  isWireTime,
  msOf,
  secondsOf,
} from "../../../../../dist/platform/server/protocol/index.js";

describe("the failure reasons of Mephisto's protocol", () => {
  it("are told from each other, however they end", () => {
    for (const [kind, sentence] of Object.entries(FAILURE_REASONS)) {
      assert.equal(failureKindOf(sentence), kind);
      assert.equal(failureKindOf(sentence.replace(/(\.\.\.|\.)$/, " today.")), kind);
    }
    assert.equal(failureKindOf("the server has gone away"), undefined);
    assert.equal(failureKindOf(""), undefined);
  });
});

describe("times on the wire", () => {
  it("are seconds, and ms inside", () => {
    assert.equal(secondsOf(1795924393381), 1795924393.381);
    assert.equal(msOf(1795924393.381), 1795924393381);
    assert.equal(msOf(1795924393.7524788), 1795924393752.479);
  });

  it("are not ms", () => {
    assert.equal(isWireTime(1795924393.381), true);
    assert.equal(isWireTime(1795924393381), false);
    assert.equal(isWireTime(-1), false);
    assert.equal(isWireTime(Number.NaN), false);
    assert.equal(isWireTime("1"), false);
  });
});
