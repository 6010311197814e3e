/** The CPU of the generator beside that of the platform. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { cpuUseOf, partOfThread, type ThreadUse } from "../../../../../dist/load/measure/machine/index.js";
import { threadTimes, timesBetween, timesSince } from "../../../../../dist/vocabulary/index.js";

const use = (thread: string, cpuMs: number): ThreadUse => ({
  ...{ thread, part: partOfThread(thread) },
  times: { cpuMs, waitedMs: 0 },
});

describe("the CPU of a run", () => {
  test("client threads and the coordinator are the generator; the loop, the tasks, the writer are the platform", () => {
    const threads = [use("client-0", 20), use("client-11", 10), use("coordinator", 5), use("io", 30)];
    const cpu = cpuUseOf(200, [...threads, use("task-0", 40), use("gateway", 1), use("writer", 50)]);
    assert.deepEqual([cpu?.generatorMs, cpu?.platformMs, cpu?.runtimeMs, cpu?.totalMs], [35, 121, 44, 200]);
  });

  test("a thread whose CPU is not known makes the parts unknown", () => {
    assert.equal(cpuUseOf(100, [use("io", 1), { thread: "writer", part: "platform", times: null }]), undefined);
    assert.equal(cpuUseOf(100, []), undefined);
  });

  test("the parts add up, and none is below 0", () => {
    const ms = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(
        ms,
        fc.array(fc.tuple(fc.constantFrom("client-0", "io", "writer"), ms), { minLength: 1 }),
        (total, all) => {
          const cpu = cpuUseOf(
            total,
            all.map(([thread, cpuMs]) => use(thread, cpuMs)),
          );
          assert.ok(cpu !== undefined && cpu.runtimeMs >= 0);
          assert.ok(cpu.totalMs >= total - 1e-6);
          assert.ok(Math.abs(cpu.generatorMs + cpu.platformMs + cpu.runtimeMs - cpu.totalMs) < 1e-6);
        },
      ),
    );
  });
});

describe("the times of a thread", () => {
  test("a thread that works has used a core", { skip: threadTimes() === null }, () => {
    const before = threadTimes();
    let sum = 0;
    for (let n = 0; n < 3e7; n++) sum += n;
    assert.ok(sum > 0);
    assert.ok((timesSince(before)?.cpuMs ?? 0) > 0);
  });

  test("what is not known stays unknown", () => {
    assert.equal(timesBetween(null, { cpuMs: 1, waitedMs: 1 }), null);
    assert.equal(timesBetween({ cpuMs: 1, waitedMs: 1 }, null), null);
    assert.deepEqual(timesBetween({ cpuMs: 1, waitedMs: null }, { cpuMs: 3, waitedMs: 5 }), {
      cpuMs: 2,
      waitedMs: null,
    });
    assert.deepEqual(timesBetween({ cpuMs: 1, waitedMs: 2 }, { cpuMs: 3, waitedMs: 5 }), { cpuMs: 2, waitedMs: 3 });
  });
});
