import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startWriter } from "../../dist/db/index.js";
import { ThreadDiedError } from "../../dist/engine/index.js";
import { createLauncher } from "../../dist/engine/threads/launch.js";
import { loadScenario } from "../../dist/scenario/index.js";
import { Arena, systemClock } from "../../dist/sync/index.js";

test("a thread that dies is an error of the run, not a hang", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const writer = await startWriter(join(directory, "run.db"), { create: true });
  const arena = Arena.create({ slots: 8, wideSlots: 3 });
  const launcher = createLauncher({
    arena: arena.shared,
    clock: systemClock,
    run: {
      scenario: loadScenario("steady").scenario,
      plan: { workers: 1 },
      mailbox: "sound",
      taskRunId: "1",
      onboardingQualificationId: undefined,
      // No channel: a client thread cannot begin.
      inboxes: { pool: arena.allocateWide().index, runners: [], channels: [] },
    },
    threads: 1,
    connect: (doorbell) => writer.connect({ doorbell }),
    clockOffset: undefined,
    acknowledgements: join(directory, "acknowledgements"),
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  t.after(async () => {
    await launcher.destroy();
    await writer.close();
  });
  const thread = await launcher.launch({ kind: "client", shard: 0 });
  launcher.start(0);
  await assert.rejects(thread.report, (error: unknown) => {
    assert.ok(error instanceof ThreadDiedError);
    assert.match(error.message, /^thread client-0 died: there is no channel for client thread 0$/);
    return true;
  });
});
