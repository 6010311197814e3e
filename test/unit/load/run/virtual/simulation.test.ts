import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stream } from "../../../../../dist/load/scenario/index.js";
import { createSimulation } from "../../../../../dist/load/run/virtual/simulation.js";

const unexpected = (): never => assert.fail("the wait failed");

function simulation(seed: number, delayOf: (slot: number) => number = () => 0) {
  const wakes: string[] = [];
  const made = createSimulation({
    arena: { slots: 4, ringBytes: 64 },
    random: stream(seed, "test"),
    onWake: (slot, event) => wakes.push(`${slot} ${event}`),
    delayOf,
  });
  return { ...made, wakes, clock: made.arena.clock };
}

describe("simulated time", () => {
  it("stands still while anything runs, and jumps to what is due next", () => {
    const { arena, clock, advance } = simulation(1);
    const times: number[] = [];
    for (const due of [3_600_000, 10, 10.5]) arena.reactor.at(due, () => times.push(clock.now()));
    assert.ok(advance(() => times.length === 3, Infinity, 10));
    assert.deepEqual(times, [10, 10.5, 3_600_000]);
  });

  it("goes no further than it is told", () => {
    const { arena, clock, advance } = simulation(1);
    let fired = false;
    arena.reactor.at(100, () => (fired = true));
    assert.ok(advance(() => false, 99, 10));
    assert.deepEqual([fired, clock.now()], [false, 99]);
    assert.ok(!advance(() => false, 200, 1), "one step was not enough");
    assert.deepEqual([fired, clock.now()], [true, 100]);
  });

  it("orders what is due at the same time by its seed, and fires each once", () => {
    const orderOf = (seed: number): number[] => {
      const { arena, advance } = simulation(seed);
      const order: number[] = [];
      for (let n = 0; n < 6; n++) arena.reactor.at(5, () => order.push(n));
      advance(() => order.length === 6, 10, 100);
      return order;
    };
    const orders = new Set(Array.from({ length: 60 }, (_, seed) => orderOf(seed).join("")));
    assert.ok(orders.size > 30, `only ${orders.size} different orders`);
    for (const order of orders) assert.equal(order.split("").sort().join(""), "012345");
    assert.deepEqual(orderOf(3), orderOf(3));
  });

  it("comes to the same order however often it is told to go on", () => {
    for (let seed = 0; seed < 20; seed++) {
      const orderIn = (steps: number): number[] => {
        const { arena, advance } = simulation(seed);
        const order: number[] = [];
        for (let n = 0; n < 6; n++) {
          arena.reactor.at(5, () => {
            order.push(n);
            if (n < 3) arena.reactor.at(5, () => order.push(n + 6));
          });
        }
        while (!advance(() => order.length === 9, 10, steps));
        return order;
      };
      for (const steps of [1, 2, 3, 7]) assert.deepEqual(orderIn(steps), orderIn(1000));
    }
  });

  it("does not fire what was cancelled by something due at the same time", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { arena, advance } = simulation(seed);
      const fired: string[] = [];
      const a = arena.reactor.at(5, () => {
        fired.push("a");
        arena.reactor.cancel(b);
      });
      const b = arena.reactor.at(5, () => {
        fired.push("b");
        arena.reactor.cancel(a);
      });
      advance(() => false, 10, 100);
      assert.equal(fired.length, 1);
    }
  });

  it("wakes who waits for an event within microseconds, or later by a fault, and says so", () => {
    for (const delay of [0, 50]) {
      const { arena, clock, advance, wakes } = simulation(1, () => delay);
      const event = arena.allocate().event("didSubmit");
      let wokenAt: number | undefined;
      event.waiting(1000).start({
        resume(set) {
          assert.ok(set);
          wokenAt = clock.now();
        },
        fail: unexpected,
      });
      arena.reactor.at(20, () => event.set());
      advance(() => wokenAt !== undefined, 2000, 100);
      assert.ok(wokenAt !== undefined && wokenAt > 20 + delay && wokenAt < 20.1 + delay);
      assert.deepEqual(wakes, ["0 didSubmit"]);
    }
  });

  it("ends a wait for which nothing came exactly at its timeout", () => {
    const { arena, clock, advance } = simulation(1);
    let endedAt: number | undefined;
    arena
      .allocate()
      .event("didSubmit")
      .waiting(12.25)
      .start({
        resume(set) {
          assert.ok(!set);
          endedAt = clock.now();
        },
        fail: unexpected,
      });
    advance(() => endedAt !== undefined, 2000, 100);
    assert.equal(endedAt, 12.25);
  });
});
