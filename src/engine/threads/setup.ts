/** What the coordinator gives to each thread of a run, and what they say to each other while it goes on. */
import type { MessagePort } from "node:worker_threads";
import type { DatabaseConnection } from "../../db/index.js";
import type { RecorderSnapshot, ThreadHealth } from "../../measure/index.js";
import type { PlanOptions, Scenario } from "../../scenario/index.js";
import type { MailboxKind } from "../../sync/index.js";

/** The run, as plain data: every thread builds the same plan from it. */
export interface RunSetup {
  readonly scenario: Scenario;
  readonly plan: PlanOptions;
  readonly mailbox: MailboxKind;
  readonly taskRunId: string;
  readonly onboardingQualificationId: string | undefined;
  /** Wide slots of the arena: where threads leave messages for each other. */
  readonly inboxes: {
    /** Task runners and the provider to the worker pool. */
    readonly pool: number;
    /** The worker pool to each task runner. */
    readonly runners: readonly number[];
    /** A channel a client thread, one slot for each direction. */
    readonly channels: readonly { readonly toPlatform: number; readonly toClients: number }[];
  };
}

export type ThreadRole =
  | { readonly kind: "client"; /** Which of the client threads. */ readonly shard: number }
  | { readonly kind: "io" }
  | { readonly kind: "task"; /** Which of the task threads. */ readonly shard: number };

export interface ThreadSetup {
  readonly name: string;
  readonly role: ThreadRole;
  readonly arena: SharedArrayBuffer;
  readonly port: MessagePort;
  readonly run: RunSetup;
}

/** From a thread to the coordinator. */
export type FromThread =
  /** Attached to the arena at this place, with this doorbell. */
  | { readonly kind: "hello"; readonly place: number; readonly doorbell: number }
  | { readonly kind: "progress"; readonly snapshot: RecorderSnapshot };

/** From the coordinator to a thread. */
export type ToThread =
  | { readonly kind: "start"; readonly originMs: number; readonly database: DatabaseConnection }
  /** Clients go home; the worker pool lets live agents end by themselves until `untilMs` and then shuts down; tasks end. */
  | { readonly kind: "stop"; readonly untilMs: number };

/** What a thread hands over at its end. */
export interface ThreadReport<Evidence> {
  readonly evidence: Evidence;
  readonly snapshot: RecorderSnapshot;
  readonly health: ThreadHealth;
}
