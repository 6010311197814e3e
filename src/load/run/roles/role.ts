/**
 * The parts of a run, the same in both engines: the clients (clients.ts), the platform's loop (io.ts) and the tasks
 * (tasks.ts). They communicate only through the inboxes in the arena.
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
import type { AgentBehaviours } from "./agent-behaviours.js";
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
  /** The behaviours of the agents' workers, in memory that all threads share. */
  readonly agentBehaviours: AgentBehaviours;
  /** Wide slots of the arena, for messages between threads. */
  readonly inboxes: {
    /** Task runners and the provider to the worker pool. */
    readonly pool: number;
    /** The worker pool to each task runner. */
    readonly runners: readonly number[];
    /** A channel for each client thread, with one slot for each direction. */
    readonly channels: readonly ChannelSlots[];
    /** The channel of the gateway, if there is one. */
    readonly gateway?: ChannelSlots;
    /** Where the gateway calls simulated partners for people who wait for one. */
    readonly partners?: number;
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

/**
 * What a role works with: a thread of its own in the threads engine, a share of the one thread in the virtual engine.
 */
export interface RoleContext {
  readonly arena: Arena;
  readonly db: Database;
  readonly recorder: Recorder;
  readonly taskGroup: TaskGroup;
  readonly run: RunSetup;
  readonly plan: Plan;
  /** Makes the ids of the model. */
  readonly ids: IdSource;
  readonly interceptors: Interceptors;
  /** When the run starts, ms on the run's clock. */
  readonly originMs: number;
  /** Called when something is acknowledged to a client: a status of its agent, or a submit. */
  readonly acknowledged?: (agentId: string, what: AgentStatus | "submit") => void;
  /** Tells the coordinator. */
  readonly notify?: (notice: RoleNotice) => void;
}

/** The model's gauges of one part of the run; only the sum over all parts is meaningful. */
export interface AgentGauges {
  readonly statuses: readonly StatusGauge[];
  readonly workers: readonly WorkerGauge[];
}

/** What stands between a role and what it shares with others: nothing, or something that records or delays. */
export interface Interceptors {
  /** The inbox in a wide slot. */
  inbox(slot: number): Mailbox;
  /** The context that the model gets instead of `context`. */
  context(context: ModelContext): ModelContext;
}

/** Interceptors that change nothing. */
export function passThroughInterceptors(arena: Arena): Interceptors {
  return { inbox: (slot) => openMailbox(arena.slot(slot)), context: (context) => context };
}

/**
 * The context of the model for a role that has agents: of several threads, so gauges count rows and final statuses are
 * kept.
 */
export function runModelContext(
  { arena, db, ids, interceptors }: RoleContext,
  options: Pick<ContextOptions, "mailbox" | "openMailbox">,
): ModelContext {
  const { clock } = arena.reactor;
  return interceptors.context(
    createContext({ db, arena, clock, ids, gauges: "rows", finalStatuses: "kept", ...options }),
  );
}

/** A part of the run. */
export interface Role<Evidence> {
  /** Whether it has nothing more to do. */
  done(): boolean;
  /** Stops it: it should be done by `untilMs` on the run's clock. */
  stop(untilMs: number): void;
  /** Absent for a part that has no agents of the model. */
  gauges?(): AgentGauges;
  evidence(): Evidence;
}
