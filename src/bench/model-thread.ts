/** The model in a thread of a benchmark. As in a run, the thread parks between the turns of its agents. */
import {
  connectDatabase,
  type ConnectedDatabase,
  type DatabaseConnection,
  type WriterHandle,
} from "../platform/db/index.js";
import { createContext, type ModelContext } from "../platform/model/index.js";
import { Arena, park, spawn, type Steps } from "../platform/sync/index.js";

/** The resources of a thread, which are sent to it. The starter of the thread assigns its place in the arena. */
export interface ThreadResources {
  readonly arena: SharedArrayBuffer;
  readonly place: number;
  readonly connection: DatabaseConnection;
}

/** The resources of the thread with `place` in the arena, with a connection that rings its doorbell. */
export function threadResources(arena: Arena, place: number, writer: WriterHandle): ThreadResources {
  const { doorbell } = Arena.attach(arena.shared, { thread: place });
  return {
    arena: arena.shared,
    place,
    connection: writer.connect({ doorbell: { buffer: arena.shared, index: doorbell } }),
  };
}

/** A thread's model, and a way to run its agents. */
export interface ModelThread {
  readonly arena: Arena;
  readonly db: ConnectedDatabase;
  readonly context: ModelContext;
  /** Runs coroutines until all have ended, and parks in between. Rejects with the first error. */
  readonly run: (agents: readonly Steps<void>[]) => Promise<void>;
}

/** Opens the resources from {@link threadResources}. The caller closes `db`. */
export function openModelThread({ arena: shared, place, connection }: ThreadResources): ModelThread {
  const arena = Arena.attach(shared, { thread: place });
  const db = connectDatabase(connection);
  return {
    arena,
    db,
    context: createContext({ db, arena }),
    async run(agents) {
      let running = agents.length;
      const errors: unknown[] = [];
      const failed = (error: unknown): void => void errors.push(error);
      for (const agent of agents) spawn(agent, () => running--, failed);
      await park(arena.reactor, {
        cells: arena.cells,
        doorbell: arena.doorbell,
        poll: () => db.poll(),
        done: () => running === 0 || errors.length > 0,
      });
      if (errors.length > 0) throw errors[0];
    },
  };
}
