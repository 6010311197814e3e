import assert from "node:assert/strict";
import { on, once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { Worker as Thread } from "node:worker_threads";
import { connectDatabase, startWriter, type WriterHandle, type Database } from "../../../dist/platform/db/index.js";
import { Agent, createContext, Unit, Worker } from "../../../dist/platform/model/index.js";
import { Arena, MAILBOX_KINDS, type MailboxKind } from "../../../dist/platform/sync/index.js";
import { populate } from "../../support/model/fixture.js";
import type { WaitingThread } from "../../support/model/waiting-thread.js";

interface Setting {
  writer: WriterHandle;
  db: Database;
  agent: Agent;
  /** What the thread posts next. */
  next: () => Promise<unknown>;
  /** Starts another thread that is given the same. */
  start: (file: string) => Thread;
}

async function startWaiting(t: TestContext, mailbox: MailboxKind): Promise<Setting> {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-model-"));
  t.after(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const writer = await startWriter(join(directory, "run.db"), { create: true });
  const db = connectDatabase(writer.connect());
  const arena = Arena.create({ slots: 1 });
  const context = createContext({ db, arena, mailbox });
  const { workerId, unitId } = populate(db);
  const agent = await Agent.newFromProviderDataAsync(context, Worker.get(db, workerId), Unit.get(db, unitId), {});
  const agentId = agent.getAgentId();
  const slotIndex = context.slots.slotOf(agentId).index;
  const start = (file: string): Thread => {
    const connection = writer.connect();
    return new Thread(new URL(file, import.meta.url), {
      workerData: { connection, arena: arena.shared, mailbox, agentId, slotIndex } satisfies WaitingThread,
      transferList: [connection.port],
    });
  };
  const thread = start("../../support/model/waiting-thread.js");
  const messages = on(thread, "message", { close: ["exit"] });
  const next = async (): Promise<unknown> => ((await messages.next()).value as unknown[] | undefined)?.[0];
  return { writer, db, agent, next, start };
}

test("a thread blocked in getLiveUpdate gets the updates that another appends", async (t) => {
  const { writer, db, agent, next } = await startWaiting(t, "sound");
  assert.equal(await next(), "waiting");
  for (let n = 0; n < 10; n++) {
    agent.mailbox.append({ n });
    assert.deepEqual(await next(), { n });
  }
  agent.shutdown();
  assert.deepEqual(await next(), ["AgentShutdownError", "accepted"]);
  db.close();
  await writer.close();
});

for (const mailbox of MAILBOX_KINDS) {
  test(`a thread blocked in getLiveUpdate is released by a disconnect in another (${mailbox})`, async (t) => {
    const { writer, db, agent, next } = await startWaiting(t, mailbox);
    assert.equal(await next(), "waiting");
    await agent.updateStatusAsync("disconnect");
    assert.deepEqual(await next(), ["AgentDisconnectedError", "disconnect"]);
    db.close();
    await writer.close();
  });
}

test("act warns once, however many threads call it", async (t) => {
  const { writer, db, agent, next, start } = await startWaiting(t, "sound");
  const warnings = await Promise.all(
    Array.from(
      { length: 4 },
      async () => (await once(start("../../support/model/acting-thread.js"), "message"))[0] as number,
    ),
  );
  assert.equal(
    warnings.reduce((sum, n) => sum + n, 0),
    1,
  );
  agent.shutdown();
  while (!Array.isArray(await next()));
  db.close();
  await writer.close();
});
