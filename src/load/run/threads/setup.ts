/** What the coordinator gives to each thread of a run, and what they say to each other while it goes on. */
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
  /** How many pauses the thread is in (pause.ts). */
  readonly pauses: SharedArrayBuffer;
  /** Where its recorder counts, in shared memory: what it had counted is known when it was killed. */
  readonly counts: Float64Array;
}

/** What a thread is given that shares the run's arena and database. */
export interface ThreadSetup extends ThreadBasics {
  readonly role: ThreadRole;
  readonly arena: SharedArrayBuffer;
  readonly run: RunSetup;
  /** By how much the run's clock is ahead of the machine's. Absent when the plan lets it never jump. */
  readonly clockOffset: SharedArrayBuffer | undefined;
  /** Where clients note what is acknowledged to them. */
  readonly acknowledgements: string;
  /** Where it records what it does to agents; undefined for a thread that does nothing to them, and in a run that is not recorded. */
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
  | { readonly kind: "notice"; readonly notice: RoleNotice };

/** From the coordinator to a thread. */
export type ToThread =
  | { readonly kind: "start"; readonly originMs: number; readonly database?: DatabaseConnection }
  /** Clients go home; the worker pool lets live agents end by themselves until `untilMs` and then shuts down; tasks end. */
  | { readonly kind: "stop"; readonly untilMs: number }
  /** Stand still for as long as the thread's pauses say: the fault `pause-thread`. */
  | { readonly kind: "pause" }
  /** Say what the gauges are now. */
  | { readonly kind: "gauges" };

/** What a thread hands over at its end. */
export interface ThreadReport<Evidence> {
  readonly evidence: Evidence;
  readonly snapshot: RecorderSnapshot;
  readonly health: ThreadHealth;
}
