/** How far a run came that left no summary: from its database, its record, and its acknowledgement log. */
import { join } from "node:path";
import { auditAgents } from "../../platform/db/index.js";
import {
  readAcknowledgements,
  readRunRecord,
  ResultsError,
  RUN_FILES,
  type Acknowledgement,
  type RunRecord,
} from "../../results/index.js";
import { agentIdOfAudit, outcomesOf } from "../check/index.js";

export interface IncompleteRun {
  /** Absent when the run ended before it had begun. */
  readonly record: RunRecord | undefined;
  /** When the last commit was, ms since the start of the run; absent when there was none. */
  readonly reachedMs: number | undefined;
  /** Agents by their status at the end. */
  readonly agents: Readonly<Record<string, number>>;
  readonly onboardingAgents: Readonly<Record<string, number>>;
  /** Submits in the database. */
  readonly submits: number;
  readonly acknowledgements: CheckedAcknowledgements | UnknownAcknowledgements;
}

export interface CheckedAcknowledgements {
  /** How many acknowledgements the clients logged. */
  readonly acknowledged: number;
  /** Those that are not in the database. There must be none. */
  readonly missing: readonly Acknowledgement[];
}

/** The acknowledgement log cannot be read, so nothing can be checked. */
export interface UnknownAcknowledgements {
  /** What is wrong with the log, one line. */
  readonly unknown: string;
}

/** @throws DatabaseError or ResultsError when the run's database or its record cannot be read */
export function examineIncompleteRun(directory: string): IncompleteRun {
  const record = readRunRecord(directory);
  if (record?.target !== undefined)
    throw new ResultsError(
      `${directory}: the run against ${record.target} goes on, or was cut off: what its clients see is written at its end`,
    );
  // Before the database: the run may still be going on, and a later acknowledgement would be missing in an earlier
  // read.
  const noted = acknowledgementsOf(directory, record);
  const audit = auditAgents(join(directory, RUN_FILES.database));
  const times = audit.flatMap(({ createdAt, history }) => [createdAt, history.at(-1)?.at ?? createdAt]);

  const agents = new Map(audit.map((agent) => [agentIdOfAudit(agent), agent]));
  const submitsSeen = new Map<string, number>();
  const isStored = ({ agentId, what }: Acknowledgement): boolean => {
    const agent = agents.get(agentId);
    if (agent === undefined) return false;
    if (what !== "submit") return what === "none" || agent.history.some(({ status }) => status === what);
    const seen = (submitsSeen.get(agentId) ?? 0) + 1;
    submitsSeen.set(agentId, seen);
    return seen <= agent.submits;
  };
  return {
    record,
    reachedMs:
      record === undefined || times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b)) - record.originMs,
    ...outcomesOf(audit),
    submits: audit.reduce((sum, agent) => sum + agent.submits, 0),
    acknowledgements:
      "unknown" in noted
        ? noted
        : {
            acknowledged: noted.length,
            missing: noted.filter((acknowledgement) => !isStored(acknowledgement)),
          },
  };
}

/** Nothing was acknowledged in a run that had not begun. */
function acknowledgementsOf(
  directory: string,
  record: RunRecord | undefined,
): readonly Acknowledgement[] | UnknownAcknowledgements {
  if (record === undefined) return [];
  try {
    return readAcknowledgements(directory);
  } catch (error) {
    if (!(error instanceof ResultsError)) throw error;
    return { unknown: error.message };
  }
}
