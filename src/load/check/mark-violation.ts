/**
 * Finds, among what happened to an agent, where an invariant broke: the row that a replay marks. Pure: it knows neither
 * traces nor recorded calls, only what they say.
 */
import { isFinal, type AgentStatus } from "../../vocabulary/index.js";
import { noteTaken, nothingTaken } from "./evidence.js";
import type { Violation } from "./invariants.js";

/** What a row says about an agent, as far as invariants are about it. */
export interface AgentStep {
  /** The number of the live update that reached the agent's mailbox, or that its task took. */
  readonly appended?: number;
  readonly taken?: number;
  /** The status that was written. */
  readonly status?: AgentStatus;
  /** Present when a wait of its task ended, because the agent was gone where that is known. */
  readonly released?: true;
  /** Present when a wait of its task did not end. */
  readonly waits?: true;
}

/** A remark on a row. */
export interface Mark {
  /** The index of the row. */
  readonly row: number;
  readonly text: string;
  /** Whether the invariant broke here; otherwise the row is a part of how it came to that. */
  readonly broke: boolean;
}

/** A violation of an invariant. */
export interface BrokenInvariant extends Violation {
  /** The invariant's id. */
  readonly id: string;
}

/** One line: what broke, of which agent, and the figures. */
export function describeBroken({ id, what, agentId, detail }: BrokenInvariant): string {
  return `${id}: ${what}: ${agentId === undefined ? "" : `agent ${agentId}: `}${detail}`;
}

/** The marks of a violation on the agent's rows, in their order; none where no row shows it. */
export function markViolation(broken: BrokenInvariant, steps: readonly AgentStep[]): Mark[] {
  const { id, what, detail } = broken;
  const text = `${id} broke here: ${what}: ${detail}`;
  const at = (row: number): Mark[] => (row < 0 ? [] : [{ row, text, broke: true }]);
  switch (id) {
    case "updates-exactly-once-in-order":
      if (what === "lost") return lostMarks(steps, text);
      return at(what === "taken but never sent" ? lastIndex(steps, "taken") : firstDisorder(steps));
    case "no-early-timeout":
      return at(steps.findIndex(({ status }) => status === "timeout"));
    case "absent-waiter-released":
      return at(releaseOf(steps));
    case "one-agent-per-unit":
      return at(what === "unit never given back" ? firstFinal(steps) : 0);
    default:
      return at(lastIndex(steps, "status"));
  }
}

function lastIndex(steps: readonly AgentStep[], key: keyof AgentStep): number {
  return steps.findLastIndex((step) => step[key] !== undefined);
}

/** An update is lost when the agent becomes final with the update in its mailbox, or before it got there. */
function lostMarks(steps: readonly AgentStep[], text: string): Mark[] {
  const taken = new Set(steps.map((step) => step.taken));
  const marks = steps.flatMap(({ appended }, row): Mark[] =>
    appended === undefined || taken.has(appended)
      ? []
      : [{ row, text: `live update ${appended} is never taken`, broke: false }],
  );
  const end = firstFinal(steps);
  if (end >= 0) marks.push({ row: end, text, broke: true });
  return marks.sort((a, b) => a.row - b.row);
}

function firstFinal(steps: readonly AgentStep[]): number {
  return steps.findIndex(({ status }) => status !== undefined && isFinal(status));
}

/** The first row that takes an update whose number is not the next. */
function firstDisorder(steps: readonly AgentStep[]): number {
  const found = nothingTaken();
  return steps.findIndex(({ taken }) => {
    if (taken !== undefined) noteTaken(found, taken);
    return found.firstDisorder !== undefined;
  });
}

/**
 * The wait that does not end, or the first one that ends after the agent is gone; where rows are in the order of their
 * starts, the last one.
 */
function releaseOf(steps: readonly AgentStep[]): number {
  const endless = lastIndex(steps, "waits");
  if (endless >= 0) return endless;
  const gone = steps.findIndex(({ status }) => status === "disconnect" || status === "returned");
  const next = steps.findIndex(({ released }, row) => row > gone && released === true);
  return next < 0 ? lastIndex(steps, "released") : next;
}
