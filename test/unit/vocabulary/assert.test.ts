/** Assertions: what holds goes on, what does not says which rule is broken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AssertionError, assert as check, at } from "../../../dist/vocabulary/index.js";

test("assert throws the message of a broken rule, and nothing otherwise", () => {
  check(true, "not thrown");
  assert.throws(() => check(false, "the slot is free"), {
    name: "AssertionError",
    message: "assertion failed: the slot is free",
  });
});

test("at gives every element of an array, and throws outside of it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.integer(), fc.constant(null))),
      fc.integer({ min: -5, max: 20 }),
      (array, index) => {
        if (index >= 0 && index < array.length) assert.equal(at(array, index), array[index]);
        else assert.throws(() => at(array, index), AssertionError);
      },
    ),
  );
  assert.throws(() => at([1, 2], 2), { message: "assertion failed: there is no element 2 in an array of 2" });
});
