/**
 * The invariants that the agents of a replayed run on real threads broke. Those that an agent's calls and its row show
 * are checked on these; the others are known from the run's summary, which does not keep all violations.
 */
import { join } from "node:path";
import { auditAgents, type AgentAudit } from "../../platform/db/index.js";
import {
  checkInvariants,
  agentIdOfAudit,
  noteTaken,
  nothingSent,
  nothingTaken,
  type AgentStep,
  type BrokenInvariant,
  type TaskEvidence,
} from "../../load/check/index.js";
import { isFinished, readSummary, RUN_FILES } from "../../results/index.js";
import type { CallReport, ReplayedAgent } from "../../replay/history/index.js";
import { AGENT_STATUSES, getOrCreate, updateNumberOf } from "../../vocabulary/index.js";

/** The violations of one invariant. */
export interface BrokenInvariants {
  readonly count: number;
  readonly first: BrokenInvariant;
}

/** Violations of which it is not known whether an agent is among them. */
export interface UndecidedInvariant {
  readonly id: string;
  readonly count: number;
  /** How many the summary has. */
  readonly kept: number;
}

/** The invariants whose violations show in the calls and the row of an agent, if its record is complete. */
const SHOWN: ReadonlySet<string> = new Set(["updates-exactly-once-in-order", "no-early-timeout", "final-status"]);
/** The invariant on the waits of agents that are gone. When a thread polled, and so was late, is not recorded. */
const RELEASED = "absent-waiter-released";
/** The invariant on no single agent. */
const OF_NO_AGENT = "accounting-consistent";

/** What a call says about its agent, as far as invariants are about it. */
export function agentStepOfCall({ method, argument, end }: CallReport): AgentStep {
  if (end === undefined) return isWait(method) ? { waits: true } : {};
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

function isWait(method: CallReport["method"]): boolean {
  return method === "getLiveUpdateSteps" || method === "awaitSubmitSteps";
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
  /** The threads whose waits end with the run: all threads of a finished run, except those that a fault killed. */
  readonly endsWaits: (thread: string) => boolean;
}

/** @throws ResultsError or DatabaseError when a file of a finished run cannot be read */
function readFacts(directory: string): RunFacts {
  if (!isFinished(directory)) return { ofSummary: new Map(), rows: new Map(), endsWaits: () => false };
  const { invariants, faults = [] } = readSummary(directory);
  const broken = invariants.filter(({ held }) => !held);
  const killed = new Set(faults.flatMap(({ kind, thread }) => (kind === "kill-thread" ? [thread] : [])));
  return {
    endsWaits: (thread) => !killed.has(thread),
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
    rows: new Map(auditAgents(join(directory, RUN_FILES.database)).map((row) => [agentIdOfAudit(row), row])),
  };
}

/** Collects what the agents of the run in `directory` broke. Its files are read when the replay has checked them. */
export class ReplayedViolations {
  readonly #directory: string;
  readonly #found = new Map<string, BrokenInvariant[]>();
  readonly #incomplete = new Set<string>();
  readonly #absent = new Set<string>();
  #read: RunFacts | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  get #facts(): RunFacts {
    return (this.#read ??= readFacts(this.#directory));
  }

  add(agent: ReplayedAgent): void {
    for (const broken of shownBy(agent, this.#facts)) getOrCreate(this.#found, broken.id, () => []).push(broken);
    if (!agent.isComplete) this.#incomplete.add(agent.agentId);
    if (absenceOf(agent) !== undefined) this.#absent.add(agent.agentId);
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

  /** The invariants that the agent may have broken beside: the summary has not all violations, and no call shows it. */
  undecidedOf(agentId: string): UndecidedInvariant[] {
    const known = new Set(this.ofAgent(agentId).map(({ id }) => id));
    return [...this.#facts.ofSummary].flatMap(([id, { count, kept }]) =>
      count <= kept.length || known.has(id) || !this.#canHide(id, agentId) ? [] : [{ id, count, kept: kept.length }],
    );
  }

  /** Whether the agent can have broken the invariant without a trace in its calls and its row. */
  #canHide(id: string, agentId: string): boolean {
    if (id === OF_NO_AGENT) return false;
    if (this.#incomplete.has(agentId)) return true;
    return id === RELEASED ? this.#absent.has(agentId) : !SHOWN.has(id);
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

/** Without the agent's row of a finished run nothing is known of updates that were not taken. */
function shownBy(agent: ReplayedAgent, { rows, endsWaits }: RunFacts): BrokenInvariant[] {
  const { agentId, calls, isComplete } = agent;
  const row = rows.get(agentId);
  const client = nothingSent(agentId);
  const task: TaskEvidence = { agentId, taken: nothingTaken(), acknowledgedStatuses: [], endedAtMs: Infinity };
  const absentAtMs = absenceOf(agent);
  if (absentAtMs !== undefined) client.absentAtMs = absentAtMs;
  const isWaiting = calls.some(({ method, thread, end }) => isWait(method) && end === undefined && endsWaits(thread));
  if (isWaiting && isComplete) delete task.endedAtMs;
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
    .filter(({ id }) => SHOWN.has(id) || id === RELEASED)
    .flatMap(({ id, violations }) => violations.map((violation) => ({ id, ...violation })))
    .filter(({ what }) => what !== "lost" || (isComplete && row !== undefined));
}

/** When another thread than that of its task had written that the agent is gone, ms; undefined while none has. */
function absenceOf({ calls }: ReplayedAgent): number | undefined {
  const waiting = new Set(calls.flatMap(({ method, thread }) => (isWait(method) ? [thread] : [])));
  const written = calls.find(
    ({ method, argument, thread, end }) =>
      method === "updateStatusSteps" &&
      (argument === "disconnect" || argument === "returned") &&
      !waiting.has(thread) &&
      end?.threw === false,
  );
  return written && written.atMs + written.tookMs;
}

function historyOf({ history }: AgentAudit): string[] {
  return history.map(({ status }) => status);
}
