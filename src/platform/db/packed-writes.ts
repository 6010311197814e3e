/**
 * The form of writes in messages from a client to the writer. Most writes are entries of the journal, and an object for
 * each costs more to clone than to insert. So consecutive entries are sent as columns, and stay so until they are
 * inserted.
 */
import type { Entries } from "./journal.js";
import type { Request, WriteArgs, WriteName } from "./reads-and-writes.js";

/** Writes in their order, as they are sent. */
export type Packed = readonly (Request | Entries)[];

export function areEntries(item: Request | Entries): item is Entries {
  return "agentIds" in item;
}

export function countOf(writes: Packed): number {
  return writes.reduce((sum, item) => sum + (areEntries(item) ? item.agentIds.length : 1), 0);
}

/** Collects writes for a message. */
export interface Packer {
  add<K extends WriteName>(name: K, args: WriteArgs<K>): void;
  /** How many writes there are. */
  readonly size: number;
  /** Returns the message and empties the packer. */
  take(): Packed;
}

interface OpenEntries extends Entries {
  readonly agentIds: string[];
  readonly data: string[];
  readonly at: number[];
}

export function createPacker(): Packer {
  let packed: (Request | Entries)[] = [];
  let last: OpenEntries | undefined;
  let size = 0;
  return {
    add<K extends WriteName>(name: K, args: WriteArgs<K>) {
      size++;
      if (name !== "appendState") {
        packed.push([name, args]);
        last = undefined;
        return;
      }
      // The compiler does not relate the name to the arguments.
      const [{ agentType, agentId, kind, data, at }] = args as WriteArgs<"appendState">;
      if (last?.agentType !== agentType || last.kind !== kind) {
        last = { agentType, kind, agentIds: [], data: [], at: [] };
        packed.push(last);
      }
      last.agentIds.push(agentId);
      last.data.push(data);
      last.at.push(at);
    },
    get size() {
      return size;
    },
    take() {
      const message = packed;
      packed = [];
      last = undefined;
      size = 0;
      return message;
    },
  };
}
