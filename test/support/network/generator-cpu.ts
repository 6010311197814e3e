/** What a run over a network says of its CPU. */
import assert from "node:assert/strict";
import type { Summary } from "../../../dist/results/index.js";
import { threadTimes } from "../../../dist/vocabulary/index.js";

/** These threads, and no other, are known by their CPU, and all are the generator's. */
export function assertGeneratorCpu({ health: { cpu } }: Pick<Summary, "health">, threads: readonly string[]): void {
  if (threadTimes() === null) {
    assert.equal(cpu, undefined, "this system does not tell the CPU of a thread");
    return;
  }
  assert.ok(cpu !== undefined);
  assert.deepEqual(
    cpu.threads.map(({ thread, part }) => ({ thread, part })),
    threads.map((thread) => ({ thread, part: "generator" })),
  );
  assert.equal(cpu.platformMs, 0);
  assert.ok(cpu.generatorMs > 0 && cpu.totalMs >= cpu.generatorMs, JSON.stringify(cpu));
}
