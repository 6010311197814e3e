/** A task thread: the task runner, whose task code runs as coroutines. */
import { at } from "../../../vocabulary/index.js";
import { blueprintOf, outboxTo, receive, TaskRunner, type RunnerMessage } from "../../../platform/live/index.js";
import type { TaskEvidence } from "../../check/index.js";
import { plantedRace } from "../../demo/index.js";
import type { StatusGauge } from "../../../platform/model/index.js";
import { openMailbox } from "../../../platform/sync/index.js";
import { createProgressWatchdog } from "../progress-watchdog.js";
import { behaviourInSlot } from "./agent-behaviours.js";
import { probeMailbox } from "./path-probe.js";
import { runModelContext, type Role, type RoleContext } from "./role.js";
import { observeTasks } from "./task-observer.js";

/** How long no agent may leave once the worker pool has ended, before those that are left are given up, ms. */
const FINISH_STALL_MS = 5000;

export interface TaskThreadEvidence {
  readonly agents: TaskEvidence[];
  readonly gauges: readonly StatusGauge[];
}

export function taskRole(roleContext: RoleContext, shard: number): Role<TaskThreadEvidence> {
  const { arena, recorder, taskGroup, run, interceptors } = roleContext;
  const { reactor } = arena;
  const inbox = at(run.inboxes.runners, shard);
  const times = { wokenAt: 0, takenAt: 0 };
  const context = runModelContext(roleContext, {
    openMailbox: (slot) => probeMailbox(openMailbox(slot, run.mailbox), reactor.clock, times),
  });
  const { task } = run.scenario;
  const { observer, evidence } = observeTasks(recorder, times, (slot) =>
    behaviourInSlot(run.agentBehaviours, slot, roleContext.plan),
  );
  const runner = new TaskRunner({
    context,
    observer,
    taskGroup,
    reactor,
    toPool: outboxTo(interceptors.inbox(run.inboxes.pool), reactor, () => recorder.count("mailbox_full")),
    blueprint: task.plantedRace === true ? plantedRace : blueprintOf(task.blueprint),
    liveUpdateTimeoutMs: task.liveUpdateTimeout,
    submissionTimeoutMs: task.submissionTimeout,
    workTimeMs: task.workTime,
    onboardingQualificationId: run.onboardingQualificationId,
  });
  taskGroup.start("launches", () =>
    receive(interceptors.inbox(inbox), reactor, (message) => runner.handle(message as unknown as RunnerMessage)),
  );

  let stopping = false;
  const watchdog = createProgressWatchdog(reactor.clock, FINISH_STALL_MS);
  return {
    done: () => stopping && (runner.running === 0 || watchdog.isStalled(runner.running)),
    stop(untilMs) {
      stopping = true;
      watchdog.start(untilMs);
    },
    gauges: () => ({ statuses: context.metrics.statuses(), workers: context.metrics.workers() }),
    evidence: () => ({ agents: evidence, gauges: context.metrics.statuses() }),
  };
}
