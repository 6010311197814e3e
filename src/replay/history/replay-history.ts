/**
 * Replays a run on real threads from its history: agent by agent, the operations take effect in the recorded order,
 * under a clock with the recorded times. The results of the model's code are compared with the history call by call,
 * and each agent's statuses with the run's database.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { auditAgents, type AgentAudit } from "../../platform/db/index.js";
import { hasBegun, isFinished, readRunRecord, readSummary, RUN_FILES } from "../../results/index.js";
import { agentIdOf, assert, at, increment } from "../../vocabulary/index.js";
import { agentHistories, type AgentHistory } from "./agent-histories.js";
import { HistoryDivergence } from "./history-divergence.js";
import { callReportsOf, type CallReport } from "./call-reports.js";
import { AgentReplayer } from "./agent-replayer.js";
import { HistoryError, UnknownAgentError } from "./history-error.js";
import { readHistory, type ExpectedRecord, type HistoryHeader } from "./history-reader.js";
import { createReplaySandbox, type ReplaySandbox } from "./replay-sandbox.js";

export interface HistoryReplayOptions {
  /** How often each agent is replayed, 1 or more. */
  readonly times: number;
  /** The only agent to be replayed; undefined: all. */
  readonly agentId: string | undefined;
  /** Lets the event loop run between agents. */
  readonly yieldToEventLoop: () => Promise<void>;
  /** Called with each agent after its replay. */
  readonly onAgent?: (agent: ReplayedAgent) => void;
}

/** An agent that was replayed without a difference from its history. */
export interface ReplayedAgent {
  readonly agentId: string;
  /** Its calls in the order of their starts. */
  readonly calls: readonly CallReport[];
  /** Whether the history goes to the agent's end. */
  readonly isComplete: boolean;
}

export interface HistoryReplay {
  readonly agents: number;
  /** Calls and operations of all agents, counted once however often they are replayed. */
  readonly operations: number;
  /** Updates that were received. */
  readonly taken: number;
  /** The number of calls that ended with an error, by the error's name. */
  readonly errors: ReadonlyMap<string, number>;
  /**
   * Agents with an incomplete history: a thread was killed, or the run did not finish. They were replayed up to its
   * end.
   */
  readonly incomplete: readonly string[];
  /** The calls of the agent, if only one was replayed. */
  readonly calls: readonly CallReport[];
  /** The first difference from the history. The replay ended there. */
  readonly divergence: HistoryDivergence | undefined;
}

/** The agents of a sandbox before it is replaced, so that its database stays small. */
const AGENTS_PER_SANDBOX = 20_000;
/** The agents between two turns of the event loop. */
const AGENTS_AT_ONCE = 50;

/**
 * Replays the run in `directory`.
 * @throws HistoryError when the run's history is missing, incomplete or cannot be read; DatabaseError or ResultsError
 * when its database or summary cannot be read
 */
export async function replayHistory(
  directory: string,
  { times, agentId, yieldToEventLoop, onAgent }: HistoryReplayOptions,
): Promise<HistoryReplay> {
  const files = readHistory(directory, expectedRecord(directory));
  const [first] = files;
  if (first === undefined) throw new HistoryError(`${directory}: the run has no recorded history`);
  const originMs = readRunRecord(directory)?.originMs ?? 0;
  const tally = {
    agents: 0,
    operations: 0,
    taken: 0,
    errors: new Map<string, number>(),
    incomplete: [] as string[],
    calls: [] as CallReport[],
  };
  let batch = createReplayBatch(first.header);
  try {
    for (const history of agentHistories(files)) {
      if (agentId !== undefined && history.agentId !== agentId) continue;
      if (tally.agents % AGENTS_AT_ONCE === 0) await yieldToEventLoop();
      let replayer = batch.replay(history);
      for (let time = 1; time < times; time++) replayer = batch.replay(history);
      tally.agents++;
      tally.operations += history.entries.length;
      if (!history.isComplete) tally.incomplete.push(history.agentId);
      const calls = [...callReportsOf(history, replayer, originMs)];
      for (const call of calls) count(tally, call, agentId !== undefined);
      onAgent?.({ agentId: history.agentId, calls, isComplete: history.isComplete });
      if (batch.agents < AGENTS_PER_SANDBOX) continue;
      batch.compareStatuses(directory);
      batch.close();
      batch = createReplayBatch(first.header);
    }
    if (agentId !== undefined && tally.agents === 0)
      throw new UnknownAgentError(`${directory}: the history of the run has no agent ${agentId}`);
    batch.compareStatuses(directory);
    return { ...tally, divergence: undefined };
  } catch (error) {
    if (!(error instanceof HistoryDivergence)) throw error;
    return { ...tally, divergence: error };
  } finally {
    batch.close();
  }
}

/**
 * A finished run has its database, and a complete file of each thread that no fault has killed.
 * @throws HistoryError, ResultsError
 */
function expectedRecord(directory: string): ExpectedRecord {
  const allFiles = hasBegun(directory);
  if (!isFinished(directory)) return { allFiles, hasEnd: () => false };
  const { faults = [] } = readSummary(directory);
  const database = join(directory, RUN_FILES.database);
  if (!existsSync(database))
    throw new HistoryError(
      `${database} is missing, although the run finished: the agents' statuses cannot be compared`,
    );
  const wasKilled = (thread: string): boolean =>
    faults.some((fault) => fault.kind === "kill-thread" && fault.thread === thread);
  return { allFiles, hasEnd: (thread) => !wasKilled(thread) };
}

function count(
  tally: { taken: number; errors: Map<string, number>; calls: CallReport[] },
  call: CallReport,
  keep: boolean,
): void {
  if (keep) tally.calls.push(call);
  if (call.end?.threw === true) {
    const name = String(call.end.value);
    increment(tally.errors, name);
  }
  if (call.method !== "getLiveUpdateSteps" || call.end === undefined) return;
  if (!call.end.threw && call.end.value !== null) tally.taken++;
}

/** A sandbox and the agents that were replayed in it. */
export interface ReplayBatch {
  readonly agents: number;
  /** @throws HistoryDivergence */
  replay(history: AgentHistory): AgentReplayer;
  /**
   * Compares the replayed agents' statuses with those in the run's database, if there is one.
   * @throws HistoryDivergence
   */
  compareStatuses(directory: string): void;
  close(): void;
}

export function createReplayBatch({ mailbox, ringBytes }: HistoryHeader): ReplayBatch {
  let replayer: AgentReplayer | undefined;
  const current = (): AgentReplayer => {
    assert(replayer !== undefined, "an operation on the slot while no agent is being replayed");
    return replayer;
  };
  const sandbox: ReplaySandbox = createReplaySandbox({
    mailbox,
    ringBytes,
    interceptor: {
      perform: (_slot, operation, argument) => current().perform(operation, argument),
      wait: (_slot, wake, _epoch, timeoutMs, _begin, resume) => current().wait(wake, timeoutMs, resume),
    },
    interceptDatabase: (database) => ({
      ...database,
      getAgent: (id) => current().read(() => database.getAgent(id)),
      getOnboardingAgent: (id) => current().read(() => database.getOnboardingAgent(id)),
      write: (name, ...args) => current().write(name, args),
    }),
  });
  /** The agents with a complete history, by their ids in the sandbox. */
  const complete = new Map<string, { readonly agentId: string; readonly last: number }>();
  let agents = 0;
  return {
    get agents() {
      return agents;
    },
    replay(history) {
      replayer = new AgentReplayer(history, sandbox);
      try {
        replayer.run();
      } finally {
        sandbox.forget(replayer.agentId);
      }
      agents++;
      const { agentId, entries, isComplete } = history;
      if (isComplete) complete.set(replayer.agentId, { agentId, last: at(entries, entries.length - 1).number });
      return replayer;
    },
    compareStatuses(directory) {
      const path = join(directory, RUN_FILES.database);
      if (!existsSync(path)) return;
      const ofRun = new Map(auditAgents(path).map((agent) => [agentIdOf(agent.agentType, agent.agentId), agent]));
      for (const audit of sandbox.audit()) {
        const replayed = complete.get(agentIdOf(audit.agentType, audit.agentId));
        if (replayed === undefined) continue;
        const recorded = statusesOf(ofRun.get(replayed.agentId));
        if (recorded !== statusesOf(audit))
          throw new HistoryDivergence(replayed.agentId, replayed.last, `the statuses ${recorded}`, statusesOf(audit));
      }
    },
    close: () => sandbox.close(),
  };
}

function statusesOf(agent: AgentAudit | undefined): string {
  return agent === undefined ? "of no agent in the database" : agent.history.map(({ status }) => status).join(", ");
}
