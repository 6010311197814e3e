/**
 * Repeats a run on real threads from its record: agent by agent, what was done to it takes effect in the order in which it did, under
 * a clock that stands at the recorded times. What the model's code comes to is compared with the record call by call, and each
 * agent's statuses with the run's database.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { auditAgents, type AgentAudit } from "../../platform/db/index.js";
import { hasBegun, readRunRecord, readSummary, RUN_FILES } from "../../results/index.js";
import { agentIdOf } from "../../vocabulary/index.js";
import { agentHistories, type AgentHistory } from "./agent-histories.js";
import { HistoryDivergence } from "./history-divergence.js";
import { callReportsOf, type CallReport } from "./call-reports.js";
import { AgentReplayer } from "./agent-replayer.js";
import { HistoryError, UnknownAgentError } from "./order-error.js";
import { readHistory, type ExpectedRecord, type HistoryHeader } from "./history-reader.js";
import { createReplaySandbox, type ReplaySandbox } from "./replay-sandbox.js";

export interface HistoryReplayOptions {
  /** How often each agent is repeated. */
  readonly times: number;
  /** Only this one. */
  readonly agentId: string | undefined;
  /** Lets the event loop run, between agents. */
  readonly yieldToEventLoop: () => Promise<void>;
}

/** A wait for an update that ended as if its time had run out, and it had not. */
export interface EarlyTimeout {
  readonly agentId: string;
  /** When it began, ms since the start of the run. */
  readonly atMs: number;
  readonly waitedMs: number;
  readonly timeoutMs: number;
}

export interface HistoryReplay {
  readonly agents: number;
  /** Calls and operations, each agent's once. */
  readonly operations: number;
  /** Updates that were taken. */
  readonly taken: number;
  /** How many calls ended with the error of each name. */
  readonly errors: ReadonlyMap<string, number>;
  readonly early: readonly EarlyTimeout[];
  /** Agents whose record ends before they do: a thread was killed, or the run was cut off. They were repeated so far. */
  readonly incomplete: readonly string[];
  /** The calls of the one agent that was asked for. */
  readonly calls: readonly CallReport[];
  /** Where the repetition parted from the record; it ended there. */
  readonly divergence: HistoryDivergence | undefined;
}

/** So many agents share a world before another takes its place, so that its database does not grow without end. */
const AGENTS_PER_SANDBOX = 20_000;
/** Agents between two looks at the event loop. */
const AGENTS_AT_ONCE = 50;

/**
 * @throws HistoryError when the run has no record, or it cannot be read, or some of it is missing; DatabaseError or ResultsError when the run's
 * database or summary cannot be read
 */
export async function replayHistory(
  directory: string,
  { times, agentId, yieldToEventLoop }: HistoryReplayOptions,
): Promise<HistoryReplay> {
  const files = readHistory(directory, expectedRecord(directory));
  const [first] = files;
  if (first === undefined) throw new HistoryError(`${directory}: the run has no record of the order of its operations`);
  const originMs = readRunRecord(directory)?.originMs ?? 0;
  const tally = {
    agents: 0,
    operations: 0,
    taken: 0,
    errors: new Map<string, number>(),
    early: [] as EarlyTimeout[],
    incomplete: [] as string[],
    calls: [] as CallReport[],
  };
  let batch = createReplayBatch(first.header);
  try {
    for (const record of agentHistories(files)) {
      if (agentId !== undefined && record.agentId !== agentId) continue;
      if (tally.agents % AGENTS_AT_ONCE === 0) await yieldToEventLoop();
      let replayer: AgentReplayer | undefined;
      for (let time = 0; time < times; time++) replayer = batch.repeat(record);
      tally.agents++;
      tally.operations += record.entries.length;
      if (!record.isComplete) tally.incomplete.push(record.agentId);
      for (const line of replayer === undefined ? [] : callReportsOf(record, replayer, originMs))
        count(tally, record.agentId, line, agentId !== undefined);
      if (batch.agents < AGENTS_PER_SANDBOX) continue;
      batch.compareStatuses(directory);
      batch.close();
      batch = createReplayBatch(first.header);
    }
    if (agentId !== undefined && tally.agents === 0)
      throw new UnknownAgentError(`${directory}: the record of the run has no agent ${agentId}`);
    batch.compareStatuses(directory);
    return { ...tally, divergence: undefined };
  } catch (error) {
    if (!(error instanceof HistoryDivergence)) throw error;
    return { ...tally, divergence: error };
  } finally {
    batch.close();
  }
}

/** A finished run has its database, and an end in the record of each thread that no fault has killed. @throws HistoryError, ResultsError */
function expectedRecord(directory: string): ExpectedRecord {
  const allFiles = hasBegun(directory);
  if (!existsSync(join(directory, RUN_FILES.summary))) return { allFiles, hasEnd: () => false };
  const { faults = [] } = readSummary(directory);
  const database = join(directory, RUN_FILES.database);
  if (!existsSync(database))
    throw new HistoryError(
      `${database} is missing, though the run finished: there is nothing to compare the agents' statuses with`,
    );
  const wasKilled = (thread: string): boolean =>
    faults.some((fault) => fault.kind === "kill-thread" && fault.thread === thread);
  return { allFiles, hasEnd: (thread) => !wasKilled(thread) };
}

function count(
  tally: { taken: number; errors: Map<string, number>; early: EarlyTimeout[]; calls: CallReport[] },
  agentId: string,
  line: CallReport,
  keep: boolean,
): void {
  if (keep) tally.calls.push(line);
  if (line.end?.threw === true) {
    const name = String(line.end.value);
    tally.errors.set(name, (tally.errors.get(name) ?? 0) + 1);
  }
  if (line.method !== "getLiveUpdateSteps" || line.end === undefined) return;
  if (!line.end.threw && line.end.value !== null) tally.taken++;
  if (line.isEarly)
    tally.early.push({ agentId, atMs: line.atMs, waitedMs: line.tookMs, timeoutMs: Number(line.argument) });
}

/** A world and the agents that were repeated in it. */
export interface ReplayBatch {
  readonly agents: number;
  /** @throws HistoryDivergence */
  repeat(record: AgentHistory): AgentReplayer;
  /** Compares the statuses that agents came to with those in the database of the run, if it is there. @throws HistoryDivergence */
  compareStatuses(directory: string): void;
  close(): void;
}

export function createReplayBatch({ mailbox, ringBytes }: HistoryHeader): ReplayBatch {
  let replayer: AgentReplayer | undefined;
  const present = (): AgentReplayer => {
    if (replayer === undefined) throw new Error("something was done to the slot, and no agent is being repeated");
    return replayer;
  };
  const sandbox: ReplaySandbox = createReplaySandbox({
    mailbox,
    ringBytes,
    interceptor: {
      perform: (_slot, operation, argument) => present().perform(operation, argument),
      wait: (_slot, wake, _epoch, timeoutMs, _begin, resume) => present().wait(wake, timeoutMs, resume),
    },
    interceptDatabase: (database) => ({
      ...database,
      getAgent: (id) => present().read(() => database.getAgent(id)),
      getOnboardingAgent: (id) => present().read(() => database.getOnboardingAgent(id)),
      write: (name, ...args) => present().write(name, args),
    }),
  });
  /** The agents that came to their end, by the ids that they have here. */
  const complete = new Map<string, { readonly agentId: string; readonly last: number }>();
  let agents = 0;
  return {
    get agents() {
      return agents;
    },
    repeat(record) {
      replayer = new AgentReplayer(record, sandbox);
      try {
        replayer.run();
      } finally {
        sandbox.forget(replayer.agentId);
      }
      agents++;
      if (record.isComplete)
        complete.set(replayer.agentId, { agentId: record.agentId, last: record.entries.at(-1)?.number ?? 0 });
      return replayer;
    },
    compareStatuses(directory) {
      const path = join(directory, RUN_FILES.database);
      if (!existsSync(path)) return;
      const there = new Map(auditAgents(path).map((agent) => [agentIdOf(agent.agentType, agent.agentId), agent]));
      for (const here of sandbox.audit()) {
        const repeated = complete.get(agentIdOf(here.agentType, here.agentId));
        if (repeated === undefined) continue;
        const recorded = statusesOf(there.get(repeated.agentId));
        if (recorded !== statusesOf(here))
          throw new HistoryDivergence(repeated.agentId, repeated.last, `the statuses ${recorded}`, statusesOf(here));
      }
    },
    close: () => sandbox.close(),
  };
}

function statusesOf(agent: AgentAudit | undefined): string {
  return agent === undefined ? "of no agent in the database" : agent.history.map(({ status }) => status).join(", ");
}
