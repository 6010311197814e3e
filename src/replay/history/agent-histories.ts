/** Puts the records of a run's threads together, agent by agent: everything that was done to it, in the order in which it took effect. */
import type { CallEnd, OpenedEntry, HistoryEntry, HistoryFile, PlacedEntry, StartedEntry } from "./history-reader.js";

/** A call as it was recorded. */
export interface RecordedCall {
  readonly start: StartedEntry;
  /** Undefined when the record ends before it. */
  readonly end: (CallEnd & { readonly at: number }) | undefined;
}

export interface AgentHistory {
  /** As `getAgentId()` gives it. */
  readonly agentId: string;
  /** Everything that has a place in the order, in that order, without a gap. */
  readonly entries: readonly PlacedEntry[];
  /** By the numbers of their starts. */
  readonly calls: ReadonlyMap<number, RecordedCall>;
  /** Whether it goes to the agent's end: no thread was killed or cut off on the way. */
  readonly isComplete: boolean;
}

interface OpenCall {
  start: StartedEntry;
  end: (CallEnd & { readonly at: number }) | undefined;
}

/** A slot with what is known of its present tenant. */
interface Tenancy {
  agentId: string | undefined;
  entries: PlacedEntry[];
  calls: Map<number, OpenCall>;
  /** Its beginning. Without it, because the record of the thread that made the agent was cut off, nothing can be said of the tenant. */
  opened: OpenedEntry | undefined;
  /** The number of the last entry, once the thread that made the agent has said so. */
  last: number | undefined;
}

/**
 * The agents of a run, each when its record is complete, and those whose records never are at the end. Only the records of agents
 * that are live at one time are in memory at one time.
 */
export function* agentHistories(files: readonly HistoryFile[]): Generator<AgentHistory> {
  const tenancies = new Map<number, Tenancy>();
  for (const entry of merged(files)) {
    let tenancy = tenancies.get(entry.slot);
    if (tenancy !== undefined && isOfAnother(tenancy, entry)) {
      if (tenancy.opened !== undefined) yield incompleteHistory(tenancy, tenancy.opened);
      tenancy = undefined;
    }
    if (tenancy === undefined) tenancies.set(entry.slot, (tenancy = newTenancy()));
    add(tenancy, entry);
    const { opened, last, entries } = tenancy;
    if (opened === undefined || last === undefined || entries.length <= last - opened.number) continue;
    const record = take(tenancy, opened, last);
    if (record !== undefined) yield record;
  }
  for (const tenancy of tenancies.values()) {
    if (tenancy.opened !== undefined) yield incompleteHistory(tenancy, tenancy.opened);
  }
}

function newTenancy(): Tenancy {
  return { agentId: undefined, entries: [], calls: new Map(), opened: undefined, last: undefined };
}

/** Whether the slot has its next tenant, though not all of the one before has come: some of it was cut off. */
function isOfAnother({ agentId }: Tenancy, entry: HistoryEntry): boolean {
  return entry.kind === "opened" && agentId !== undefined && entry.agentId !== agentId;
}

function add(tenancy: Tenancy, entry: HistoryEntry): void {
  if (entry.kind === "ended") {
    const call = tenancy.calls.get(entry.call);
    if (call !== undefined) call.end = entry;
    return;
  }
  tenancy.entries.push(entry);
  if (entry.kind === "started") tenancy.calls.set(entry.number, { start: entry, end: undefined });
  else if (entry.kind === "opened") open(tenancy, entry);
  else if (entry.kind === "closed" && entry.thread === tenancy.opened?.thread) tenancy.last = entry.number;
}

function open(tenancy: Tenancy, entry: OpenedEntry): void {
  tenancy.agentId = entry.agentId;
  if (entry.allocated) tenancy.opened ??= entry;
}

/** Takes the agent out of the tenancy if all of its entries are there. */
function take(tenancy: Tenancy, opened: OpenedEntry, last: number): AgentHistory | undefined {
  const mine = tenancy.entries.filter(({ number }) => number >= opened.number && number <= last).sort(byNumber);
  if (mine.length !== last - opened.number + 1) return undefined;
  const record = { agentId: opened.agentId, entries: mine, calls: tenancy.calls, isComplete: true };
  const rest = tenancy.entries.filter(({ number }) => number > last);
  Object.assign(tenancy, newTenancy());
  for (const entry of rest) add(tenancy, entry);
  return record;
}

/** As much of the agent as is there up to the first gap. */
function incompleteHistory({ entries, calls }: Tenancy, opened: OpenedEntry): AgentHistory {
  const mine = entries.filter(({ number }) => number >= opened.number).sort(byNumber);
  const gap = mine.findIndex(({ number }, index) => number !== opened.number + index);
  if (gap < 0) return { agentId: opened.agentId, entries: mine, calls, isComplete: false };
  // Of a call that goes on beyond the gap it is not known how it came to its end.
  const known = new Map(calls);
  for (const entry of mine.slice(gap)) {
    const call = "call" in entry && entry.call !== undefined ? known.get(entry.call) : undefined;
    if (call !== undefined) known.set(call.start.number, { ...call, end: undefined });
  }
  return { agentId: opened.agentId, entries: mine.slice(0, gap), calls: known, isComplete: false };
}

function byNumber(a: PlacedEntry, b: PlacedEntry): number {
  return a.number - b.number;
}

/** The entries of all files by their times. */
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
