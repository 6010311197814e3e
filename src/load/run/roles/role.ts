/**
 * The parts of a run, whichever engine runs them: the clients (clients.ts), the platform's loop (io.ts) and the tasks
 * (tasks.ts). They know each other only through the inboxes in the arena.
 */
import type { AgentStatus } from "../../../vocabulary/index.js";
import type { Database } from "../../../platform/db/index.js";
import type { TaskGroup } from "../../../platform/live/index.js";
import type { Recorder } from "../../measure/index.js";
import {
  createContext,
  type ContextOptions,
  type IdSource,
  type ModelContext,
  type StatusGauge,
  type WorkerGauge,
} from "../../../platform/model/index.js";
import type { GatewaySetup, RoleNotice } from "./gateway-setup.js";
import type { Plan, PlanOptions, Scenario } from "../../scenario/index.js";
import { openMailbox, type Arena, type Mailbox, type MailboxKind } from "../../../platform/sync/index.js";

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
    readonly channels: readonly ChannelSlots[];
    /** The channel of the gateway, if there is one. */
    readonly gateway?: ChannelSlots;
  };
  /** The server for browsers; absent in a run without one. */
  readonly gateway?: GatewaySetup;
}

/** The wide slots of a channel. */
export interface ChannelSlots {
  readonly toPlatform: number;
  readonly toClients: number;
}

/** The id of the channel of client thread `shard`. */
export function clientChannel(shard: number): string {
  return `clients-${shard}`;
}

/** What a role has to work with: a thread of its own under the threads engine, a share of the one thread under the virtual engine. */
export interface RoleContext {
  readonly arena: Arena;
  readonly db: Database;
  readonly recorder: Recorder;
  readonly taskGroup: TaskGroup;
  readonly run: RunSetup;
  readonly plan: Plan;
  /** Makes the ids that the model makes up. */
  readonly ids: IdSource;
  readonly interceptors: Interceptors;
  /** When the run starts, ms on the run's clock. */
  readonly originMs: number;
  /** Told of what is acknowledged to a client as it is: a status of its agent, or a submit. */
  readonly acknowledged?: (agentId: string, what: AgentStatus | "submit") => void;
  /** Tells the coordinator. */
  readonly notify?: (notice: RoleNotice) => void;
}

/** The model's gauges, as one part of the run knows them; only the sum over all parts means something. */
export interface AgentGauges {
  readonly statuses: readonly StatusGauge[];
  readonly workers: readonly WorkerGauge[];
}

/** The gauges of a part that has no agents of the model. */
export const NO_GAUGES: AgentGauges = { statuses: [], workers: [] };

/** How the parts with a role context see what they share with others: as it is, or through something that watches. */
export interface Interceptors {
  /** The inbox in a wide slot. */
  inbox(slot: number): Mailbox;
  /** What the model is to be given for `context`. */
  context(context: ModelContext): ModelContext;
}

/** Sees everything as it is. */
export function passThroughInterceptors(arena: Arena): Interceptors {
  return { inbox: (slot) => openMailbox(arena.slot(slot)), context: (context) => context };
}

/** The context of the model for a role that has agents: of several threads, so gauges count rows and final statuses are kept. */
export function runModelContext(
  { arena, db, ids, interceptors }: RoleContext,
  options: Pick<ContextOptions, "mailbox" | "openMailbox">,
): ModelContext {
  const { clock } = arena.reactor;
  return interceptors.context(
    createContext({ db, arena, clock, ids, gauges: "rows", finalStatuses: "kept", ...options }),
  );
}

/** What a part of the run does with its role context. */
export interface Role<Evidence> {
  /** Whether it has nothing more to do. */
  done(): boolean;
  /** The coordinator says to stop. */
  stop(untilMs: number): void;
  gauges(): AgentGauges;
  evidence(): Evidence;
}
