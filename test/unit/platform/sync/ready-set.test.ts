/** The ready set, compared with a Set. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ReadySet, readyWords } from "../../../../dist/platform/sync/ready-set.js";
import { interrupted } from "../../../support/sync/interleavings.js";

const GUARD = 0x55555555;

/** A set with a guard word on each side. */
function makeSet(capacity: number): { set: ReadySet; other: ReadySet; cells: Int32Array } {
  const words = readyWords(capacity);
  const cells = new Int32Array(new SharedArrayBuffer((words + 2) * 4));
  cells[0] = cells[words + 1] = GUARD;
  return { set: new ReadySet(cells, 1, capacity), other: new ReadySet(cells, 1, capacity), cells };
}

function drained(set: ReadySet): number[] {
  const into: number[] = [];
  set.drain(into);
  return into;
}

const anyCapacity = fc.oneof(
  fc.constantFrom(1, 31, 32, 33, 1024, 1025, 32768, 32769),
  fc.integer({ min: 1, max: 50_000 }),
);

test("a drain returns each added member once, in ascending order", () => {
  const any = anyCapacity.chain((capacity) =>
    fc.record({
      capacity: fc.constant(capacity),
      rounds: fc.array(fc.array(fc.nat(capacity - 1), { maxLength: 60 }), { maxLength: 5 }),
    }),
  );
  fc.assert(
    fc.property(any, ({ capacity, rounds }) => {
      const { set, other, cells } = makeSet(capacity);
      for (const members of rounds) {
        assert.ok(set.isEmpty());
        for (const member of members) other.add(member);
        assert.equal(set.isEmpty(), members.length === 0);
        assert.deepEqual(
          drained(set),
          [...new Set(members)].sort((a, b) => a - b),
        );
      }
      assert.deepEqual([cells[0], cells.at(-1)], [GUARD, GUARD]);
    }),
    { numRuns: 200 },
  );
});

test("all members can be added at once", () => {
  fc.assert(
    fc.property(anyCapacity, (capacity) => {
      const { set, cells } = makeSet(capacity);
      set.addAll();
      assert.deepEqual(
        drained(set),
        Array.from({ length: capacity }, (_, member) => member),
      );
      assert.ok(set.isEmpty());
      assert.deepEqual([cells[0], cells.at(-1)], [GUARD, GUARD]);
    }),
    { numRuns: 30 },
  );
});

const CAPACITY = 32 * 32 * 3;
const NEIGHBOURS = [
  [5, 5],
  [5, 6],
  [5, 40],
  [5, 2000],
  [2000, 5],
] as const;

test("a member that is added at any point of a drain is in that drain or the next", () => {
  for (const [early, late] of NEIGHBOURS) {
    for (let at = 1; ; at++) {
      const { set, other } = makeSet(CAPACITY);
      set.add(early);
      const first: number[] = [];
      const more = interrupted(
        at,
        () => set.drain(first),
        () => other.add(late),
      );
      if (!more) break;
      assert.deepEqual(new Set([...first, ...drained(set)]), new Set([early, late]), `added before operation ${at}`);
    }
  }
});

test("a drain at any point of an addition takes the member or leaves it to the next drain", () => {
  for (const [member, beside] of NEIGHBOURS) {
    for (let at = 1; ; at++) {
      const { set, other } = makeSet(CAPACITY);
      const first: number[] = [];
      const more = interrupted(
        at,
        () => set.add(member),
        () => {
          other.add(beside);
          set.drain(first);
        },
      );
      if (!more) break;
      assert.deepEqual(
        new Set([...first, ...drained(set)]),
        new Set([member, beside]),
        `drained before operation ${at}`,
      );
    }
  }
});
