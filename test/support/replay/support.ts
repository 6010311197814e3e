/** Recorded runs for tests: a forced race between two threads, and runs of scenarios. */
import { on } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Worker as Thread } from "node:worker_threads";
import { connectDatabase, startWriter } from "../../../dist/platform/db/index.js";
import { runThreads, type FinishedRun } from "../../../dist/load/run/index.js";
import {
  createHistoryFile,
  HistoryWriter,
  HISTORY_DIRECTORY,
  HistoryRecorder,
  type CallReport,
  type HistoryBuffer,
} from "../../../dist/replay/history/index.js";
import { replayHistory, type HistoryReplay } from "../../../dist/replay/history/replay-history.js";
import { Agent, createContext, Unit, Worker } from "../../../dist/platform/model/index.js";
import { buildPlan, openScenario, type PlanOptions } from "../../../dist/load/scenario/index.js";
import { Arena, suspend, systemClock, type MailboxKind } from "../../../dist/platform/sync/index.js";
import { populate } from "../model/fixture.js";
import type { AppendingThread } from "./appending-thread.js";

export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-replay-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Creates the history file of `thread` in `directory`. `threads`: all threads of the run. */
function createFile(
  directory: string,
  thread: string,
  threads: readonly string[],
  mailbox: MailboxKind,
): HistoryBuffer {
  mkdirSync(join(directory, HISTORY_DIRECTORY), { recursive: true });
  const header = { thread, threads, mailbox, ringBytes: 4096 };
  return createHistoryFile(join(directory, HISTORY_DIRECTORY, `${thread}.bin`), header);
}

/** A recorder for a run of the only thread `one`, with its history in `directory`. */
export function openRecorder(directory: string): HistoryRecorder {
  return new HistoryRecorder(new HistoryWriter(createFile(directory, "one", ["one"], "sound")), systemClock);
}

/** A replay, and the waits that ended before their timeout. */
export async function replay(
  directory: string,
  times = 1,
  agentId?: string,
): Promise<HistoryReplay & { readonly early: readonly (CallReport & { readonly agentId: string })[] }> {
  const early: (CallReport & { readonly agentId: string })[] = [];
  const replayed = await replayHistory(directory, {
    times,
    agentId,
    yieldToEventLoop: () => Promise.resolve(),
    onAgent: (agent) => {
      for (const call of agent.calls) if (call.isEarly) early.push({ ...call, agentId: agent.agentId });
    },
  });
  return { ...replayed, early };
}

export async function runScenario(
  t: TestContext,
  name: string,
  mailbox: MailboxKind,
  planOptions: PlanOptions = { seed: 5, workers: 40, durationMs: 2500 },
): Promise<FinishedRun> {
  const loaded = await openScenario(name);
  return runThreads({
    loaded,
    plan: buildPlan(loaded.scenario, planOptions),
    planOptions,
    mailbox,
    threads: 3,
    resultsRoot: temporaryDirectory(t),
    runId: "run",
    record: true,
    options: {},
    reproduce: "",
    interrupt: new AbortController().signal,
  });
}

/**
 * Another thread appends an update to an agent and stops before it notifies. Meanwhile the update is received. Then the
 * thread notifies, and the next update is awaited for at most `timeoutMs`. Returns the directory of the history, and
 * the error of the wait.
 */
export async function recordLateSignal(
  t: TestContext,
  mailbox: MailboxKind,
  timeoutMs: number,
): Promise<{ directory: string; error: unknown }> {
  const directory = temporaryDirectory(t);
  const writer = await startWriter(join(directory, "run.db"), { create: true });
  const fileOf = (thread: string): HistoryBuffer => createFile(directory, thread, ["taking", "appending"], mailbox);
  const recorder = new HistoryRecorder(new HistoryWriter(fileOf("taking")), systemClock);
  const arena = Arena.create({ slots: 1, recorder });
  const db = connectDatabase(writer.connect());
  const context = recorder.context(createContext({ db: recorder.database(db), arena, mailbox, finalStatuses: "kept" }));
  const { workerId, unitId } = populate(db);
  const agent = await Agent.newFromProviderDataAsync(context, Worker.get(db, workerId), Unit.get(db, unitId), {});

  const gate = new SharedArrayBuffer(4);
  const connection = writer.connect();
  const slotIndex = context.slots.slotOf(agent.getAgentId()).index;
  const thread = new Thread(new URL("./appending-thread.js", import.meta.url), {
    workerData: {
      connection,
      arena: arena.shared,
      mailbox,
      place: fileOf("appending"),
      agentId: agent.getAgentId(),
      slotIndex,
      gate,
    } satisfies AppendingThread,
    transferList: [connection.port],
  });
  const messages = on(thread, "message", { close: ["exit"] });
  await messages.next();
  await suspend(agent.getLiveUpdateSteps(timeoutMs));
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  await messages.next();
  const error: unknown = await suspend(agent.getLiveUpdateSteps(timeoutMs)).catch((reason: unknown) => reason);
  context.slots.forget(agent.getAgentId());
  recorder.close();
  db.close();
  await writer.close();
  return { directory, error };
}
