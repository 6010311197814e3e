/**
 * How writes cross from a client to the writer. Most are entries of the journal, and an object for each costs more to clone than
 * to insert; so entries that follow each other go as columns, which they stay until they are inserted.
 */
import type { Entries } from "./journal.js";
import type { Request, WriteArgs, WriteName } from "./reads-and-writes.js";

/** Writes in their order, as they cross. */
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
  /** The message; the packer is empty then. */
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
