/** The platform's loop thread: client IO and the worker pool. */
import {
  ClientIO,
  openSharedChannel,
  outboxTo,
  receive,
  WorkerPool,
  type PoolEvidence,
  type LiveRunObserver,
  type PoolMessage,
} from "../../../platform/live/index.js";
import {
  SIMULATED_PROVIDER_TYPE,
  type AgentCounts,
  type ModelContext,
  type StatusGauge,
} from "../../../platform/model/index.js";
import { wait, type Reactor } from "../../../platform/sync/index.js";
import { createProgressWatchdog, type ProgressWatchdog } from "../progress-watchdog.js";
import { GATEWAY_CHANNEL } from "./gateway-setup.js";
import { observeLiveRun } from "./observe-live-run.js";
import { clientChannel, runModelContext, type AgentGauges, type Role, type RoleContext } from "./role.js";

/** How often clients are asked for their statuses, ms. */
const STATUS_REQUEST_MS = 5000;
/** How long no agent may end once the live run has been shut down, before those that are left are given up, ms. */
const SHUTDOWN_MS = 5000;

export interface IoEvidence {
  readonly pool: PoolEvidence[];
  readonly gauges: readonly StatusGauge[];
}

/** The role of the io thread. */
export class IoRole implements Role<IoEvidence> {
  readonly #reactor: Reactor;
  readonly #metrics: AgentCounts;
  readonly #pool: WorkerPool;
  readonly #watchdog: ProgressWatchdog;
  #stopping = false;

  constructor(roleContext: RoleContext) {
    const { arena, interceptors, taskGroup, run, plan, originMs } = roleContext;
    const { reactor } = arena;
    const context = runModelContext(roleContext, { mailbox: run.mailbox });
    this.#reactor = reactor;
    this.#metrics = context.metrics;
    const observer = observeLiveRun(roleContext);
    this.#pool = createPool(roleContext, context, observer);
    this.#watchdog = createProgressWatchdog(reactor.clock, SHUTDOWN_MS);
    const clientIO = openClientIO(roleContext, this.#pool, observer);
    taskGroup.start("runners", () =>
      receive(interceptors.inbox(run.inboxes.pool), reactor, (message) =>
        this.#pool.handle(message as unknown as PoolMessage),
      ),
    );
    taskGroup.start("status requests", function* () {
      for (;;) {
        yield* wait(reactor.sleep(STATUS_REQUEST_MS));
        clientIO.requestStatuses();
      }
    });
    if (plan.shutdownAt !== undefined) reactor.at(originMs + plan.shutdownAt, () => this.#pool.shutdown());
  }

  done(): boolean {
    return this.#stopping && (this.#pool.isIdle || this.#watchdog.isStalled(this.#pool.live));
  }

  /** A second call only shortens the time. */
  stop(untilMs: number): void {
    this.#stopping = true;
    this.#watchdog.start(untilMs);
    this.#pool.closeBarrier();
    this.#reactor.at(untilMs, () => this.#pool.shutdown());
  }

  gauges(): AgentGauges {
    return { statuses: this.#metrics.statuses(), workers: this.#metrics.workers() };
  }

  evidence(): IoEvidence {
    return { pool: this.#pool.evidence, gauges: this.#metrics.statuses() };
  }
}

function createPool(
  { arena, recorder, taskGroup, run, interceptors }: RoleContext,
  context: ModelContext,
  observer: LiveRunObserver,
): WorkerPool {
  const { unitsPerAssignment, qualifications, blueprint } = run.scenario.task;
  const onFull = (): void => recorder.count("mailbox_full");
  return new WorkerPool({
    context,
    arena,
    observer,
    taskGroup,
    taskRunId: run.taskRunId,
    providerType: SIMULATED_PROVIDER_TYPE,
    unitsPerAssignment,
    takesLiveUpdates: blueprint !== "static",
    requirements: qualifications,
    onboardingQualificationId: run.onboardingQualificationId,
    runners: run.inboxes.runners.map((slot) => outboxTo(interceptors.inbox(slot), arena.reactor, onFull)),
  });
}

/** Client IO with an open channel to each client thread, and to the gateway. */
function openClientIO(
  { arena, taskGroup, run, interceptors }: RoleContext,
  pool: WorkerPool,
  observer: LiveRunObserver,
): ClientIO {
  const { reactor } = arena;
  const clientIO = new ClientIO({ reactor, observer, requests: pool });
  pool.connectClientIO(clientIO);
  const { channels, gateway } = run.inboxes;
  const byId = channels.map((slots, shard) => [clientChannel(shard), slots] as const);
  if (gateway !== undefined) byId.push([GATEWAY_CHANNEL, gateway]);
  for (const [id, { toPlatform, toClients }] of byId) {
    clientIO.addChannel(
      openSharedChannel({
        id,
        inbox: interceptors.inbox(toPlatform),
        outbox: interceptors.inbox(toClients),
        handlers: clientIO.handlers,
        reactor,
        taskGroup,
      }),
    );
  }
  return clientIO;
}
