/** The data of a report's pictures beside the measurements: phases, changes of status, and the slowest agents. */
import type { AgentAudit } from "../../platform/db/index.js";
import type { TaskEvidence } from "../check/index.js";
import type { Phase, SlowAgent, StatusEvent } from "../../results/index.js";
import {
  arrivalsMsOf,
  behaviourName,
  disconnectWindows,
  groupsOf,
  isClosed,
  scaledGroup,
  type ClosedLoad,
  type LoadGroup,
  type Plan,
  type RateArrivals,
  type Scenario,
} from "../scenario/index.js";
import { assert, at, getOrCreate, plural } from "../../vocabulary/index.js";
import { agentIdOfAudit } from "../check/index.js";

/** How many of the slowest agents the report shows. */
const SLOWEST = 20;

/** A fault that happened, or is planned. */
interface MarkedFault {
  /** ms from the start of the run. */
  readonly atMs: number;
  readonly kind: string;
  readonly lastsMs: number;
  /** What happened, one line; absent while that is not known. */
  readonly what?: string;
}

/**
 * The phases of the plan; the drain is from the end of the schedule to the end of the run. `faults` are those that
 * happened; by default, those of the plan up to `durationMs`.
 */
export function phasesOf(
  scenario: Scenario,
  plan: Plan,
  durationMs: number,
  faults: readonly MarkedFault[] = plannedFaults(plan, durationMs),
): Phase[] {
  const drain: Phase[] =
    durationMs > plan.scheduleMs ? [{ kind: "drain", label: "drain", fromMs: plan.scheduleMs, toMs: durationMs }] : [];
  const shutdown =
    plan.shutdownAt === undefined
      ? []
      : [{ kind: "shutdown", label: "shutdown", fromMs: plan.shutdownAt, toMs: plan.shutdownAt } as const];
  return [...workersPhases(scenario, plan), ...shutdown, ...drain, ...faults.map(faultPhase)];
}

/** When workers arrive and drop. For explicit workers there is one phase, up to the last arrival. */
function workersPhases(scenario: Scenario, plan: Plan): Phase[] {
  if (scenario.workers !== undefined)
    return [{ kind: "arrivals", label: "arrivals", fromMs: 0, toMs: plan.arrivalsMs }];
  const groups = scaledGroups(scenario, plan);
  const loads = [...(plan.closed ?? [])];
  const arrivals = groups.flatMap(({ name, startTime, arrivals: own }) => {
    const phases = isClosed(own) ? keptPhases(loads.shift()) : ratePhases(own, startTime);
    return name === undefined ? phases : phases.map((phase) => ({ ...phase, label: `${name}: ${phase.label}` }));
  });
  const windows = windowsOf(scenario, plan).map(
    ({ names, fromMs, toMs }): Phase => ({
      kind: "disconnects",
      label: `disconnects (${names.join(", ")})`,
      fromMs,
      toMs,
    }),
  );
  return [...arrivals, ...windows];
}

/** `--duration` scales everything on the run's timeline by the same factor. */
function scaledGroups(scenario: Scenario, plan: Plan): LoadGroup[] {
  const factor = plan.arrivalsMs / arrivalsMsOf(scenario);
  return groupsOf(scenario).map((group) => scaledGroup(group, factor));
}

/** The stages of workers who arrive at a rate. */
function ratePhases({ startRate, stages }: RateArrivals, startTime: number): Phase[] {
  let fromMs = startTime;
  let rate = startRate;
  return stages.flatMap(({ duration, target }): Phase[] => {
    const label = rate === target ? "arrivals, steady" : target > rate ? "arrivals, rising" : "arrivals, falling";
    rate = target;
    const toMs = fromMs + duration;
    const phase: Phase = { kind: "arrivals", label, fromMs, toMs };
    fromMs = toMs;
    // A jump of the rate takes no time.
    return duration === 0 ? [] : [phase];
  });
}

/** The stages of workers whose number is kept, without jumps. */
function keptPhases(load: ClosedLoad | undefined): Phase[] {
  assert(load !== undefined, "the plan has a load for each group whose number is kept");
  return load.numbers.slice(1).flatMap((to, index): Phase[] => {
    const from = at(load.numbers, index);
    if (from.at === to.at) return [];
    const workers = plural(Math.round(to.workers), "worker");
    const label =
      from.workers === to.workers
        ? `${workers} at once`
        : `${to.workers > from.workers ? "rising" : "falling"} to ${workers} at once`;
    return [{ kind: "arrivals", label, fromMs: from.at, toMs: to.at }];
  });
}

/** A window in which connections drop. */
export interface DropWindow {
  /** The behaviours that have it, as plans call them. */
  readonly names: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** The windows in which connections drop. Several behaviours may drop in one window. */
export function windowsOf(scenario: Scenario, plan: Plan): DropWindow[] {
  if (scenario.workers !== undefined) return [];
  const windows = new Map<string, { readonly names: string[]; readonly fromMs: number; readonly toMs: number }>();
  for (const { group, behaviour, fromMs, toMs } of disconnectWindows(scaledGroups(scenario, plan))) {
    const window = getOrCreate(windows, `${fromMs}-${toMs}`, () => ({ names: [], fromMs, toMs }));
    window.names.push(behaviourName(group, behaviour));
  }
  return [...windows.values()];
}

function faultPhase({ atMs, kind, lastsMs, what }: MarkedFault): Phase {
  return {
    kind: "fault",
    label: kind.replaceAll("-", " "),
    ...(what !== undefined && { detail: what }),
    fromMs: atMs,
    toMs: atMs + lastsMs,
  };
}

function plannedFaults({ faults = [] }: Plan, untilMs: number): MarkedFault[] {
  return faults
    .filter(({ at }) => at <= untilMs)
    .map((fault) => ({ atMs: fault.at, kind: fault.kind, lastsMs: "lasts" in fault ? fault.lasts : 0 }));
}

/** Every change of status in the database. `originMs` is the start of the run on its clock. */
export function statusEventsOf(audit: readonly AgentAudit[], originMs: number): StatusEvent[] {
  return audit.flatMap(({ agentType, createdAt, history }) =>
    statusChanges(agentType, statusHistoryOf(createdAt, history, originMs)),
  );
}

/** An agent's statuses, in their order, as changes from one to the next. */
export function statusChanges(
  agentType: StatusEvent["agentType"],
  statuses: readonly { readonly status: string; readonly atMs: number }[],
): StatusEvent[] {
  let from: string | null = null;
  return statuses.map(({ status, atMs }) => {
    const event: StatusEvent = { agentType, from, to: status, atMs };
    from = status;
    return event;
  });
}

/** The agents with the slowest live updates, the slowest first. */
export function slowestAgents(
  tasks: Iterable<TaskEvidence>,
  audit: readonly AgentAudit[],
  originMs: number,
): SlowAgent[] {
  const agents = new Map(audit.map((agent) => [agentIdOfAudit(agent), agent]));
  return [...tasks]
    .flatMap((task) => (task.slowest === undefined ? [] : [{ ...task, slowest: task.slowest }]))
    .sort((a, b) => b.slowest.latencyMs - a.slowest.latencyMs)
    .slice(0, SLOWEST)
    .flatMap((task): SlowAgent[] => {
      const agent = agents.get(task.agentId);
      if (agent === undefined) return [];
      const ended = whyEnded(task);
      return [
        {
          agentId: task.agentId,
          status: agent.status,
          latencyMs: task.slowest.latencyMs,
          atMs: task.slowest.atMs - originMs,
          taken: task.taken.count,
          history: statusHistoryOf(agent.createdAt, agent.history, originMs),
          ...(task.endedAtMs !== undefined && { endedAtMs: task.endedAtMs - originMs }),
          ...(ended !== undefined && { ended }),
        },
      ];
    });
}

/** Every agent begins as `none`; only changes are in the table. */
function statusHistoryOf(createdAt: number, history: AgentAudit["history"], originMs: number): SlowAgent["history"] {
  return [
    { status: "none", atMs: createdAt - originMs },
    ...history.map(({ status, at }) => ({ status, atMs: at - originMs })),
  ];
}

function whyEnded({ released, timeout }: TaskEvidence): string | undefined {
  if (timeout !== undefined) return `timed out after ${Math.round(timeout.waitedMs)} ms of waiting`;
  if (released !== undefined) return "its waiter was released because the worker was gone";
  return undefined;
}
