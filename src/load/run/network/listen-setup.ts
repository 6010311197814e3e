/** What the threads of a run with `--listen` are given, and hand over. */
import type { NetworkNotesReport } from "../../network/index.js";
import type { InjectedFault } from "../../faults/index.js";
import type { ThreadBasics } from "../threads/setup.js";
import type { NetworkRunSetup } from "./network-setup.js";

/** Where the router listens, and whom it lets in. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number;
  /** What every peer has to show. */
  readonly token?: string | undefined;
  /** Origins of pages that may connect, beside the server's own. */
  readonly origins?: readonly string[] | undefined;
  /** The directory of the task's page. */
  readonly files?: string | undefined;
}

/** The run, as plain data: every thread builds the same plan from it. */
export interface ListenRunSetup extends NetworkRunSetup {
  readonly listen: ListenOptions;
  /** A channel a client thread: wide slots of the arena, one for each direction. */
  readonly channels: readonly { readonly toRouter: number; readonly toClients: number }[];
}

export type ListenRole = { readonly kind: "client"; readonly shard: number } | { readonly kind: "backend" };

export interface ListenThreadSetup extends ThreadBasics {
  readonly run: ListenRunSetup;
  readonly role: ListenRole;
  readonly arena: SharedArrayBuffer;
}

/** What the thread of the router hands over. */
export interface BackendEvidence {
  readonly notes: NetworkNotesReport;
  /** The faults of the network that happened. */
  readonly faults: readonly InjectedFault[];
  /** What was lost, and what was in flight when the router stopped; a line each. */
  readonly losses: readonly string[];
  /** Registrations that the router lost, by a fault or with its backend. */
  readonly lostRegistrations: number;
}
