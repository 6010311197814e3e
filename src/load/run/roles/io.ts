/** The platform's loop thread: client IO and the worker pool. */
import {
  ClientIO,
  openSharedChannel,
  outboxTo,
  receive,
  WorkerPool,
  type PoolEvidence,
  type PoolMessage,
} from "../../../platform/live/index.js";
import { createContext, SIMULATED_PROVIDER_TYPE, type StatusGauge } from "../../../platform/model/index.js";
import { wait } from "../../../platform/sync/index.js";
import { createProgressWatchdog } from "../progress-watchdog.js";
import { clientChannel, type Role, type RoleContext } from "./role.js";

/** How often clients are asked for their statuses, ms. */
const STATUS_REQUEST_MS = 5000;
/** How long no agent may end once the live run has been shut down, before those that are left are given up, ms. */
const SHUTDOWN_MS = 5000;

export interface IoEvidence {
  readonly pool: PoolEvidence[];
  readonly gauges: readonly StatusGauge[];
}

export function ioRole({
  arena,
  db,
  recorder,
  taskGroup,
  run,
  plan,
  ids,
  interceptors,
  originMs,
}: RoleContext): Role<IoEvidence> {
  const { reactor } = arena;
  const { scenario, inboxes } = run;
  const context = interceptors.context(
    createContext({
      db,
      arena,
      clock: reactor.clock,
      ids,
      mailbox: run.mailbox,
      gauges: "rows",
      finalStatuses: "kept",
    }),
  );
  const onFull = (): void => recorder.count("mailbox_full");
  const runners = inboxes.runners.map((slot) => outboxTo(interceptors.inbox(slot), reactor, onFull));
  const pool = new WorkerPool({
    context,
    arena,
    observer: recorder,
    taskGroup,
    taskRunId: run.taskRunId,
    providerType: SIMULATED_PROVIDER_TYPE,
    unitsPerAssignment: scenario.task.unitsPerAssignment,
    takesLiveUpdates: scenario.task.blueprint !== "static",
    requirements: scenario.task.qualifications,
    onboardingQualificationId: run.onboardingQualificationId,
    runners,
  });
  const clientIO = new ClientIO({ reactor, observer: recorder, requests: pool });
  pool.connectClientIO(clientIO);
  for (const [shard, { toPlatform, toClients }] of inboxes.channels.entries()) {
    clientIO.addChannel(
      openSharedChannel({
        id: clientChannel(shard),
        inbox: interceptors.inbox(toPlatform),
        outbox: interceptors.inbox(toClients),
        handlers: clientIO.handlers,
        reactor,
        taskGroup,
      }),
    );
  }
  taskGroup.start("runners", () =>
    receive(interceptors.inbox(inboxes.pool), reactor, (message) => pool.handle(message as unknown as PoolMessage)),
  );
  taskGroup.start("status requests", function* () {
    for (;;) {
      yield* wait(reactor.sleep(STATUS_REQUEST_MS));
      clientIO.requestStatuses();
    }
  });

  if (plan.shutdownAt !== undefined) reactor.at(originMs + plan.shutdownAt, () => pool.shutdown());

  let stopping = false;
  const watchdog = createProgressWatchdog(reactor.clock, SHUTDOWN_MS);
  return {
    done: () => stopping && (pool.isIdle || watchdog.isStalled(pool.live)),
    // Told again, it only gets less patient.
    stop(untilMs) {
      stopping = true;
      watchdog.start(untilMs);
      pool.closeBarrier();
      reactor.at(untilMs, () => pool.shutdown());
    },
    gauges: () => ({ statuses: context.metrics.statuses(), workers: context.metrics.workers() }),
    evidence: () => ({ pool: pool.evidence, gauges: context.metrics.statuses() }),
  };
}
