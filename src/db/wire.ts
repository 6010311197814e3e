/**
 * How writes cross from a client to the writer. Most are entries of the journal, and an object for each costs more to clone than
 * to insert; so entries that follow each other go as columns.
 */
import { isEntry } from "./journal.js";
import type { Request } from "./operations.js";
import type { AgentType, StateKind } from "./rows.js";

/** Consecutive `appendState` writes of one type of agent and one kind. */
interface Entries {
  readonly agentType: AgentType;
  readonly kind: StateKind;
  readonly agentIds: string[];
  readonly data: string[];
  readonly at: number[];
}

/** Writes in their order, as they cross. */
export type Packed = readonly (Request | Entries)[];

export function pack(requests: readonly Request[]): Packed {
  const packed: (Request | Entries)[] = [];
  let last: Entries | undefined;
  for (const request of requests) {
    if (!isEntry(request)) {
      packed.push(request);
      last = undefined;
      continue;
    }
    const [, [{ agentType, agentId, kind, data, at }]] = request;
    if (last?.agentType !== agentType || last.kind !== kind) {
      last = { agentType, kind, agentIds: [], data: [], at: [] };
      packed.push(last);
    }
    last.agentIds.push(agentId);
    last.data.push(data);
    last.at.push(at);
  }
  return packed;
}

/** Hands each write to `take`, in their order. */
export function unpack(message: Packed, take: (request: Request) => void): void {
  for (const item of message) {
    if (!("agentIds" in item)) {
      take(item);
      continue;
    }
    const { agentType, kind, agentIds, data, at } = item;
    agentIds.forEach((agentId, n) => take(["appendState", [{ agentType, agentId, kind, data: data[n] ?? "null", at: at[n] ?? 0 }]]));
  }
}
