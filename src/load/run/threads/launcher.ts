/** Starts the threads of a run that share an arena and a database. */
import type { DatabaseConnection, Doorbell } from "../../../platform/db/index.js";
import type { RecorderSnapshot, TagSet } from "../../measure/index.js";
import type { Clock } from "../../../platform/sync/index.js";
import type { HistoryBuffer } from "../../../replay/history/index.js";
import type { RoleNotice } from "../roles/gateway-setup.js";
import type { RunSetup } from "../roles/role.js";
import type { ThreadBasics, ThreadReport, ThreadRole, ThreadSetup } from "./setup.js";
import { ThreadPool, type LaunchedThread } from "./thread-pool.js";

export interface LauncherOptions {
  readonly arena: SharedArrayBuffer;
  /** Timestamps the threads' messages. */
  readonly clock: Clock;
  readonly run: RunSetup;
  /** What the measurements of the run are divided by. */
  readonly tags: TagSet;
  readonly clockOffset: SharedArrayBuffer | undefined;
  /** The path of the acknowledgement log. */
  readonly acknowledgements: string;
  /** Creates the history file of a thread of this name; absent in a run that is not recorded. */
  readonly beginHistory?: ((thread: string) => HistoryBuffer) | undefined;
  readonly threads: number;
  /** Whether the threads keep every sample. */
  readonly keepsSamples: boolean;
  /** A connection to the database for a thread that parks on `doorbell`. */
  readonly connect: (doorbell: Doorbell) => DatabaseConnection;
  readonly onProgress: (snapshot: RecorderSnapshot) => void;
  readonly onNotice?: ((notice: RoleNotice) => void) | undefined;
  /** Ends all threads when it aborts. */
  readonly signal: AbortSignal;
}

/** The code of the threads of each kind: each kind loads only its own. */
const ENTRIES: Readonly<Record<ThreadRole["kind"], URL>> = {
  client: new URL("./client-thread.js", import.meta.url),
  io: new URL("./io-thread.js", import.meta.url),
  gateway: new URL("./gateway-thread.js", import.meta.url),
  task: new URL("./task-thread.js", import.meta.url),
};

export class Launcher {
  readonly #options: LauncherOptions;
  readonly #threads: ThreadPool;

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.#threads = new ThreadPool(options);
  }

  /** Starts a thread; resolves once it is attached to the arena and waits for the start. */
  launch<Evidence>(role: ThreadRole): Promise<LaunchedThread<ThreadReport<Evidence>>> {
    const { arena, run, clockOffset, acknowledgements, beginHistory, connect } = this.#options;
    const name = "shard" in role ? `${role.kind}-${role.shard}` : role.kind;
    // Clients exchange only packets with the platform.
    const history = role.kind === "client" || role.kind === "gateway" ? undefined : beginHistory?.(name);
    const setup: Omit<ThreadSetup, keyof ThreadBasics> = { role, arena, run, clockOffset, acknowledgements, history };
    return this.#threads.launch<ThreadReport<Evidence>>({
      name,
      entry: ENTRIES[role.kind],
      setup,
      startOrder({ doorbell }, originMs) {
        const database = connect({ buffer: arena, index: doorbell });
        return { message: { kind: "start", originMs, database }, transfer: [database.port] };
      },
    });
  }

  /** Tells every launched thread to start, each with a connection of its own to the database. */
  start(originMs: number): void {
    this.#threads.start(originMs);
  }

  /** Ends all threads, whatever they are doing. */
  destroy(): Promise<void> {
    return this.#threads.destroy();
  }
}
