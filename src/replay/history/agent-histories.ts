/**
 * Merges the history files of a run's threads into one history for each agent: its entries in the order of their
 * effects.
 */
import type { CallEnd, OpenedEntry, HistoryEntry, HistoryFile, PlacedEntry, StartedEntry } from "./history-reader.js";

/** A call as it was recorded. */
export interface RecordedCall {
  readonly start: StartedEntry;
  /** Undefined when the history ends before the call does. */
  readonly end: (CallEnd & { readonly at: number }) | undefined;
}

export interface AgentHistory {
  /** As `getAgentId()` gives it. */
  readonly agentId: string;
  /** The entries in the order of their numbers, without a gap. */
  readonly entries: readonly PlacedEntry[];
  /** The calls, by the numbers of their starts. */
  readonly calls: ReadonlyMap<number, RecordedCall>;
  /** Whether it goes to the agent's end. False where a thread was killed or the run did not finish. */
  readonly isComplete: boolean;
}

interface OpenCall {
  start: StartedEntry;
  end: (CallEnd & { readonly at: number }) | undefined;
}

/** The entries of a slot's present agent that have been read so far. */
interface PartialHistory {
  agentId: string | undefined;
  entries: PlacedEntry[];
  calls: Map<number, OpenCall>;
  /**
   * The agent's first entry. Missing if the file of the thread that made the agent is incomplete; the agent is then
   * skipped.
   */
  opened: OpenedEntry | undefined;
  /** The number of the agent's last entry, once it is known. */
  last: number | undefined;
}

/**
 * The histories of a run's agents: each as soon as it is complete, and the incomplete ones at the end. Only the
 * histories of agents that are live at the same time are in memory at the same time.
 */
export function* agentHistories(files: readonly HistoryFile[]): Generator<AgentHistory> {
  const bySlot = new Map<number, PartialHistory>();
  for (const entry of merged(files)) {
    let partial = bySlot.get(entry.slot);
    if (partial !== undefined && isOfNextAgent(partial, entry)) {
      if (partial.opened !== undefined) yield incompleteHistory(partial, partial.opened);
      partial = undefined;
    }
    if (partial === undefined) bySlot.set(entry.slot, (partial = newPartialHistory()));
    add(partial, entry);
    const { opened, last, entries } = partial;
    if (opened === undefined || last === undefined || entries.length <= last - opened.number) continue;
    const history = take(partial, opened, last);
    if (history !== undefined) yield history;
  }
  for (const partial of bySlot.values()) {
    if (partial.opened !== undefined) yield incompleteHistory(partial, partial.opened);
  }
}

function newPartialHistory(): PartialHistory {
  return { agentId: undefined, entries: [], calls: new Map(), opened: undefined, last: undefined };
}

/** Whether the entry is of the slot's next agent, although the history of the present one is incomplete. */
function isOfNextAgent({ agentId }: PartialHistory, entry: HistoryEntry): boolean {
  return entry.kind === "opened" && agentId !== undefined && entry.agentId !== agentId;
}

function add(partial: PartialHistory, entry: HistoryEntry): void {
  if (entry.kind === "ended") {
    const call = partial.calls.get(entry.call);
    if (call !== undefined) call.end = entry;
    return;
  }
  partial.entries.push(entry);
  if (entry.kind === "started") partial.calls.set(entry.number, { start: entry, end: undefined });
  else if (entry.kind === "opened") open(partial, entry);
  else if (entry.kind === "closed" && entry.thread === partial.opened?.thread) partial.last = entry.number;
}

function open(partial: PartialHistory, entry: OpenedEntry): void {
  partial.agentId = entry.agentId;
  if (entry.allocated) partial.opened ??= entry;
}

/** Removes the present agent's history if all of its entries have been read. */
function take(partial: PartialHistory, opened: OpenedEntry, last: number): AgentHistory | undefined {
  const entries = partial.entries.filter(({ number }) => number >= opened.number && number <= last).sort(byNumber);
  if (entries.length !== last - opened.number + 1) return undefined;
  const history = { agentId: opened.agentId, entries, calls: partial.calls, isComplete: true };
  const rest = partial.entries.filter(({ number }) => number > last);
  Object.assign(partial, newPartialHistory());
  for (const entry of rest) add(partial, entry);
  return history;
}

/** The agent's history up to the first missing entry. */
function incompleteHistory(partial: PartialHistory, opened: OpenedEntry): AgentHistory {
  const { agentId } = opened;
  const entries = partial.entries.filter(({ number }) => number >= opened.number).sort(byNumber);
  const gap = entries.findIndex(({ number }, index) => number !== opened.number + index);
  if (gap < 0) return { agentId, entries, calls: partial.calls, isComplete: false };
  // The end of a call with entries after the gap is not known.
  const calls = new Map(partial.calls);
  for (const entry of entries.slice(gap)) {
    const call = "call" in entry && entry.call !== undefined ? calls.get(entry.call) : undefined;
    if (call !== undefined) calls.set(call.start.number, { ...call, end: undefined });
  }
  return { agentId, entries: entries.slice(0, gap), calls, isComplete: false };
}

function byNumber(a: PlacedEntry, b: PlacedEntry): number {
  return a.number - b.number;
}

/** The entries of all files in the order of their times. */
function* merged(files: readonly HistoryFile[]): Generator<HistoryEntry> {
  const heads = files.map((file) => {
    const entries = file.entries();
    return { entries, next: entries.next() };
  });
  try {
    for (;;) {
      let first: (typeof heads)[number] | undefined;
      for (const head of heads) {
        if (!head.next.done && (first === undefined || first.next.done || head.next.value.at < first.next.value.at))
          first = head;
      }
      if (first === undefined || first.next.done) return;
      const { value } = first.next;
      first.next = first.entries.next();
      yield value;
    }
  } finally {
    for (const { entries } of heads) entries.return(false);
  }
}
