/**
 * The invariants that the agents of a replayed run on real threads broke. Those that an agent's calls show are checked
 * on the calls; the others are known from the run's summary.
 */
import { join } from "node:path";
import { auditAgents, type AgentAudit } from "../../platform/db/index.js";
import {
  checkInvariants,
  nameOf,
  noteTaken,
  nothingSent,
  nothingTaken,
  type AgentStep,
  type BrokenInvariant,
  type TaskEvidence,
} from "../../load/check/index.js";
import { readSummary, RUN_FILES } from "../../results/index.js";
import type { CallReport, ReplayedAgent } from "../../replay/history/index.js";
import { AGENT_STATUSES, getOrCreate, updateNumberOf } from "../../vocabulary/index.js";
import { isFinished } from "./run-directory.js";

/** The violations of one invariant. */
export interface BrokenInvariants {
  readonly count: number;
  readonly first: BrokenInvariant;
}

/** What a call says about its agent, as far as invariants are about it. */
export function agentStepOfCall({ method, argument, end }: CallReport): AgentStep {
  if (end === undefined) return {};
  const { threw, value } = end;
  switch (method) {
    case "mailbox.append":
      return threw ? {} : numbered("appended", argument);
    case "updateStatusSteps":
      return threw ? {} : withStatus(argument);
    case "awaitSubmitSteps":
      return { released: true };
    case "getLiveUpdateSteps":
      if (!threw) return numbered("taken", value);
      return value === "AgentTimeoutError" ? withStatus("timeout") : { released: true };
    default:
      return {};
  }
}

function numbered(key: "appended" | "taken", updateId: unknown): AgentStep {
  const number = updateNumberOf(updateId);
  return number === undefined ? {} : { [key]: number };
}

function withStatus(written: unknown): AgentStep {
  const status = AGENT_STATUSES.find((one) => one === written);
  return status === undefined ? {} : { status };
}

/** What the files of a run say about it beside the history. */
interface RunFacts {
  /** The violations that the summary counts and keeps, by invariant. */
  readonly ofSummary: ReadonlyMap<string, { readonly count: number; readonly kept: readonly BrokenInvariant[] }>;
  /** By agent. */
  readonly rows: ReadonlyMap<string, AgentAudit>;
}

/** @throws ResultsError or DatabaseError when a file of a finished run cannot be read */
function readFacts(directory: string): RunFacts {
  if (!isFinished(directory)) return { ofSummary: new Map(), rows: new Map() };
  const broken = readSummary(directory).invariants.filter(({ held }) => !held);
  return {
    ofSummary: new Map(
      broken.map(({ id, violationCount: count, violations }) => [
        id,
        {
          count,
          kept: violations.map(({ what, agentId, detail }) => ({
            id,
            what,
            detail,
            ...(agentId !== undefined && { agentId }),
          })),
        },
      ]),
    ),
    rows: new Map(auditAgents(join(directory, RUN_FILES.database)).map((row) => [nameOf(row), row])),
  };
}

/** Collects what the agents of the run in `directory` broke. Its files are read when the replay has checked them. */
export class ReplayedViolations {
  readonly #directory: string;
  readonly #found = new Map<string, BrokenInvariant[]>();
  #read: RunFacts | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  get #facts(): RunFacts {
    return (this.#read ??= readFacts(this.#directory));
  }

  add(agent: ReplayedAgent): void {
    for (const broken of shownBy(agent, this.#facts.rows.get(agent.agentId)))
      getOrCreate(this.#found, broken.id, () => []).push(broken);
  }

  /** Of one agent that was added: what its calls show, and what the run's summary has of it beside that. */
  ofAgent(agentId: string): BrokenInvariant[] {
    const shown = [...this.#found.values()].flat().filter((broken) => broken.agentId === agentId);
    const others = [...this.#facts.ofSummary.values()]
      .flatMap(({ kept }) => kept)
      .filter((broken) => broken.agentId === agentId)
      .filter(({ id, what }) => !shown.some((broken) => broken.id === id && broken.what === what));
    return [...shown, ...others];
  }

  /** Of the whole run, by invariant. */
  ofRun(): BrokenInvariants[] {
    return [...new Set([...this.#facts.ofSummary.keys(), ...this.#found.keys()])].flatMap((id) => {
      const shown = this.#found.get(id) ?? [];
      const { count = 0, kept = [] } = this.#facts.ofSummary.get(id) ?? {};
      const first = shown[0] ?? kept[0];
      return first === undefined ? [] : [{ count: Math.max(count, shown.length), first }];
    });
  }
}

/**
 * `row`: the agent's row in the database of a finished run. Without it nothing is known of updates that were not taken.
 */
function shownBy({ agentId, calls, isComplete }: ReplayedAgent, row: AgentAudit | undefined): BrokenInvariant[] {
  const client = nothingSent(agentId);
  const task: TaskEvidence = { agentId, taken: nothingTaken(), acknowledgedStatuses: [] };
  for (const { appended, taken } of calls.map(agentStepOfCall)) {
    if (appended !== undefined) client.sent = Math.max(client.sent, appended);
    if (taken !== undefined) noteTaken(task.taken, taken);
  }
  const early = calls.find(({ isEarly }) => isEarly);
  if (early !== undefined)
    task.timeout = { waitedMs: early.tookMs, timeoutMs: Number(early.argument), alreadyTimeout: false };
  const { results } = checkInvariants({
    clients: [client],
    tasks: [task],
    rows: row === undefined ? [] : [{ agentId, status: row.status, history: historyOf(row), submits: row.submits }],
    holdings: [],
    accounting: { gauges: {}, rows: {}, agentsWithHandles: 0, slotsInUse: 0 },
    releaseBoundMs: Infinity,
  });
  return results
    .filter(({ id }) => id === "updates-exactly-once-in-order" || id === "no-early-timeout")
    .flatMap(({ id, violations }) => violations.map((violation) => ({ id, ...violation })))
    .filter(({ what }) => what !== "lost" || (isComplete && row !== undefined));
}

function historyOf({ history }: AgentAudit): string[] {
  return history.map(({ status }) => status);
}
