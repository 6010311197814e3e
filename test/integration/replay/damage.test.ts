/** A damaged history is refused in one line, whatever was changed in it. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { HISTORY_DIRECTORY } from "../../../dist/replay/history/index.js";
import { replay, runScenario } from "../../support/replay/support.js";

const EXHAUSTIVE = process.env["EXHAUSTIVE"] !== undefined;

async function aRun(t: TestContext): Promise<{ directory: string; order: string; names: string[] }> {
  const { directory } = await runScenario(t, "steady", "sound", { seed: 5, workers: 4, durationMs: 500 });
  const order = join(directory, HISTORY_DIRECTORY);
  return { directory, order, names: readdirSync(order) };
}

test("every flipped bit and every added byte is found", async (t) => {
  const { directory, order, names } = await aRun(t);
  const bytesOf = new Map(names.map((name) => [name, readFileSync(join(order, name))]));
  const isRefused = async (name: string, bytes: Buffer, sound: Buffer): Promise<void> => {
    writeFileSync(join(order, name), bytes);
    await assert.rejects(replay(directory), (error) => {
      assert.ok(error instanceof Error && error.name === "HistoryError", String(error));
      assert.ok(error.message.includes(join(order, name)) && !error.message.includes("\n"), error.message);
      return true;
    });
    writeFileSync(join(order, name), sound);
  };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.nat(), fc.nat(7), async (name, place, bit) => {
      const sound = bytesOf.get(name);
      assert.ok(sound !== undefined);
      const damaged = Buffer.from(sound);
      const at = place % damaged.length;
      damaged.writeUInt8(damaged.readUInt8(at) ^ (1 << bit), at);
      await isRefused(name, damaged, sound);
    }),
    { numRuns: EXHAUSTIVE ? 5000 : 200 },
  );
  for (const [name, sound] of bytesOf) {
    await isRefused(name, Buffer.concat([sound, Buffer.alloc(1)]), sound);
    await isRefused(name, Buffer.concat([sound, sound.subarray(-12)]), sound);
  }
  assert.equal((await replay(directory)).divergence, undefined);
});

test("a file that is missing, is another thread's or another run's, or none at all", async (t) => {
  const [{ directory, order, names }, other] = [await aRun(t), await aRun(t)];
  for (const name of names) {
    const path = join(order, name);
    const sound = readFileSync(path);
    rmSync(path);
    await assert.rejects(replay(directory), {
      name: "HistoryError",
      message: new RegExp(`/${name} is missing: the history of thread`),
    });
    cpSync(join(order, names.find((present) => present !== name) ?? ""), path);
    await assert.rejects(replay(directory), { message: new RegExp(`/${name}: damaged: it is the history of thread`) });
    rmSync(path);
    mkdirSync(path);
    await assert.rejects(replay(directory), { name: "HistoryError", message: new RegExp(`cannot read .*/${name}: `) });
    rmSync(path, { recursive: true });
    writeFileSync(path, sound);
  }
  cpSync(join(other.order, "io.bin"), join(order, "task-9.bin"));
  await assert.rejects(replay(directory), { name: "HistoryError", message: /task-9\.bin: damaged/ });
});
