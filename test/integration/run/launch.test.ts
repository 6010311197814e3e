import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connectDatabase, startWriter, type WriterHandle } from "../../../dist/platform/db/index.js";
import { ThreadDiedError } from "../../../dist/load/run/index.js";
import { createPlatformRows } from "../../../dist/load/run/platform-rows.js";
import { newAgentBehaviours } from "../../../dist/load/run/roles/agent-behaviours.js";
import { Launcher, type LauncherOptions } from "../../../dist/load/run/threads/launcher.js";
import type { LaunchedThread } from "../../../dist/load/run/threads/thread-pool.js";
import { buildPlan, loadScenario } from "../../../dist/load/scenario/index.js";
import { Arena, systemClock } from "../../../dist/platform/sync/index.js";

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

interface Machine {
  readonly directory: string;
  readonly writer: WriterHandle;
  readonly arena: Arena;
}

/** What launches the threads of a run; it ends with the test, and the writer with it. */
function launcherOf(
  t: TestContext,
  { directory, writer, arena }: Machine,
  run: Pick<LauncherOptions, "run" | "threads">,
): Launcher {
  const launcher = new Launcher({
    ...run,
    tags: buildPlan(run.run.scenario, run.run.plan).tags,
    arena: arena.shared,
    clock: systemClock,
    connect: (doorbell) => writer.connect({ doorbell }),
    clockOffset: undefined,
    keepsSamples: false,
    acknowledgements: join(directory, "acknowledgements"),
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  t.after(async () => {
    await launcher.destroy();
    await writer.close();
  });
  return launcher;
}

/** A machine whose database has what a run of `steady` needs, and that run but for its inboxes. */
async function platformFor(t: TestContext, { workers, slots }: { workers: number; slots: number }) {
  const directory = temporaryDirectory(t);
  const { scenario } = loadScenario("steady");
  const plan = { workers, durationMs: 200 };
  const writer = await startWriter(join(directory, "run.db"), { create: true });
  const arena = Arena.create({ slots, wideSlots: 4 });
  const db = connectDatabase(writer.connect());
  const rows = createPlatformRows(db, scenario, buildPlan(scenario, plan), directory);
  db.close();
  const run = { scenario, plan, mailbox: "sound" as const, ...rows, agentBehaviours: newAgentBehaviours({ slots }) };
  return { machine: { directory, writer, arena }, run, inbox: (): number => arena.allocateWide().index };
}

test("a thread that dies is an error of the run, not a hang", async (t) => {
  const directory = temporaryDirectory(t);
  const writer = await startWriter(join(directory, "run.db"), { create: true });
  const arena = Arena.create({ slots: 8, wideSlots: 3 });
  const launcher = launcherOf(
    t,
    { directory, writer, arena },
    {
      run: {
        scenario: loadScenario("steady").scenario,
        plan: { workers: 1 },
        mailbox: "sound",
        taskRunId: "1",
        onboardingQualificationId: undefined,
        agentBehaviours: newAgentBehaviours({ slots: 1 }),
        // No channel: a client thread cannot begin.
        inboxes: { pool: arena.allocateWide().index, runners: [], channels: [] },
      },
      threads: 1,
    },
  );
  const thread = await launcher.launch({ kind: "client", shard: 0 });
  launcher.start(0);
  await assert.rejects(thread.report, (error: unknown) => {
    assert.ok(error instanceof ThreadDiedError);
    assert.match(error.message, /^thread client-0 died: assertion failed: there is no element 0 in an array of 0$/);
    return true;
  });
});

test("more agents than the arena has slots end the run with one line, and not in a hang", async (t) => {
  const { machine, run, inbox } = await platformFor(t, { workers: 20, slots: 4 });
  const launcher = launcherOf(t, machine, {
    run: {
      ...run,
      inboxes: { pool: inbox(), runners: [inbox()], channels: [{ toPlatform: inbox(), toClients: inbox() }] },
    },
    threads: 3,
  });
  const io = await launcher.launch({ kind: "io" });
  await launcher.launch({ kind: "task", shard: 0 });
  await launcher.launch({ kind: "client", shard: 0 });
  launcher.start(systemClock.now());
  await assert.rejects(io.report, (error: unknown) => {
    assert.ok(error instanceof ThreadDiedError);
    assert.equal(
      error.message,
      "thread io died: apply: all 4 slots of the arena are in use: make the arena with more slots",
    );
    return true;
  });
});

/** An answer of the thread's gauges that nobody has but the garbage collector. */
async function answerOf(thread: LaunchedThread<unknown>): Promise<WeakRef<object>> {
  const gauges = await thread.gauges();
  assert.ok(gauges !== undefined);
  return new WeakRef(gauges);
}

test("an answer of the gauges does not stay with the thread that gave it, and a thread that has ended has none", async (t) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { machine, run, inbox } = await platformFor(t, { workers: 1, slots: 8 });
  const launcher = launcherOf(t, machine, {
    run: { ...run, inboxes: { pool: inbox(), runners: [inbox()], channels: [] } },
    threads: 1,
  });
  const io = await launcher.launch({ kind: "io" });
  launcher.start(systemClock.now());
  const answer = await answerOf(io);
  await setImmediate();
  collect();
  assert.equal(answer.deref(), undefined);
  const asked = io.gauges();
  await io.kill();
  await asked;
  assert.equal(await io.gauges(), undefined);
});
