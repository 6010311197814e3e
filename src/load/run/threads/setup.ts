/** What the coordinator gives to each thread of a run, and the messages between them. */
import type { MessagePort } from "node:worker_threads";
import type { DatabaseConnection } from "../../../platform/db/index.js";
import type { RecorderSnapshot, ThreadHealth } from "../../measure/index.js";
import type { HistoryBuffer } from "../../../replay/history/index.js";
import type { RoleNotice } from "../roles/gateway-setup.js";
import type { AgentGauges, RunSetup } from "../roles/role.js";

export type ThreadRole =
  | { readonly kind: "client" /** Which of the client threads. */; readonly shard: number }
  | { readonly kind: "io" }
  | { readonly kind: "gateway" }
  | { readonly kind: "task" /** Which of the task threads. */; readonly shard: number };

/** What every thread is given. */
export interface ThreadBasics {
  readonly name: string;
  readonly port: MessagePort;
  /** The count of pauses of the thread (pause.ts). */
  readonly pauses: SharedArrayBuffer;
  /** The counters of its recorder, in shared memory: they can be read after the thread was killed. */
  readonly counts: Float64Array;
  /** Whether its recorder keeps every sample. */
  readonly keepsSamples: boolean;
}

/** What a thread is given that shares the run's arena and database. */
export interface ThreadSetup extends ThreadBasics {
  readonly role: ThreadRole;
  readonly arena: SharedArrayBuffer;
  readonly run: RunSetup;
  /** How far the run's clock is ahead of the machine's. Absent when the plan has no jump of the clock. */
  readonly clockOffset: SharedArrayBuffer | undefined;
  /** The path of the acknowledgement log. */
  readonly acknowledgements: string;
  /** Its history file; undefined for a client thread, and in a run that is not recorded. */
  readonly history: HistoryBuffer | undefined;
}

/** From a thread to the coordinator. */
export type FromThread =
  /** Attached to the arena at this place, with this doorbell. */
  | { readonly kind: "hello"; readonly place: number; readonly doorbell: number }
  | { readonly kind: "progress"; readonly snapshot: RecorderSnapshot }
  /** Nothing that the run still does can succeed: why, one line. */
  | { readonly kind: "fatal"; readonly why: string }
  | { readonly kind: "gauges"; readonly gauges: AgentGauges }
  /** The router listens on this port. */
  | { readonly kind: "listening"; readonly port: number }
  /** A backend has connected to the router. */
  | { readonly kind: "backend" }
  | { readonly kind: "notice"; readonly notice: RoleNotice };

/** From the coordinator to a thread. */
export type ToThread =
  | { readonly kind: "start"; readonly originMs: number; readonly database?: DatabaseConnection }
  /**
   * Clients stop; the worker pool lets live agents end by themselves until `untilMs` and then shuts down; tasks end.
   */
  | { readonly kind: "stop"; readonly untilMs: number }
  /** Block while the thread is paused: the fault `pause-thread`. */
  | { readonly kind: "pause" }
  /** Send the present gauges. */
  | { readonly kind: "gauges" };

/** What a thread hands over at its end. */
export interface ThreadReport<Evidence> {
  readonly evidence: Evidence;
  readonly snapshot: RecorderSnapshot;
  readonly health: ThreadHealth;
}
