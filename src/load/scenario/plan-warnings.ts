/**
 * What a plan shows before its run: parts of the scenario without an effect, timeouts that end every worker, and work
 * that the run does not wait for. The times are those of the plan, as if the platform answered at once.
 */
import { formatCount, formatElapsed, getOrCreate } from "../../vocabulary/index.js";
import { arrivalsMsOf, scaledFaults } from "./build-plan.js";
import { closedLoadOf } from "./closed-load.js";
import { formatDuration } from "./format-duration.js";
import { behaviourName, groupsOf } from "./load-groups.js";
import { planFaults } from "./plan-faults.js";
import type { Problem } from "./problems.js";
import type { Scenario } from "./scenario-schema.js";
import { stayOf, waitsFor, waitsOf, type Stay, type Waits } from "./stay.js";
import type { Plan } from "./worker-plan.js";

/** What the plan shows about the workers of one behaviour. */
interface BehaviourSurvey {
  workers: number;
  /** Not every one of its workers was surveyed, so nothing is said about what none of them does. */
  isPartial: boolean;
  /** Connections that drop in the window of the behaviour, and those of them that have a worker then. */
  drops: number;
  timelyDrops: number;
  /** When the last worker has left, ms from the start of the run. */
  leftAt: number;
  readonly task: LeastWaits;
  readonly onboarding: LeastWaits;
}

/** The shortest waits for a live update and for a submit; Infinity when there is none. */
interface LeastWaits {
  update: number;
  submit: number;
}

/** What is known about the run of a plan. */
export interface PlanWarningOptions {
  /** The target has timeouts of its own. Left out: as the scenario requires. */
  readonly isOverNetwork?: boolean;
  /**
   * Workers come when people need partners, and the run has no shutdown, no faults, and an end of its own. Left out:
   * no.
   */
  readonly isServed?: boolean;
}

/** The warnings about a plan of `scenario`, in the order of its fields. */
export function planWarnings(
  scenario: Scenario,
  plan: Plan,
  { isOverNetwork = scenario.target?.required === true, isServed = false }: PlanWarningOptions = {},
): readonly Problem[] {
  const { behaviours, leftAt, late } = surveyOf(scenario, plan);
  return [
    ...(isOverNetwork ? [] : timeoutWarnings(scenario, behaviours)),
    ...(scenario.workers === undefined ? behaviourWarnings(scenario, plan, behaviours, isServed) : []),
    ...shutdownWarnings(plan, leftAt),
    ...faultWarnings(scenario, plan, leftAt),
    ...(isServed ? [] : drainWarnings(scenario, plan, late)),
  ];
}

/** What the workers of a plan show. */
interface Survey {
  /** By name. */
  readonly behaviours: ReadonlyMap<string, BehaviourSurvey>;
  /** When the last worker has left, ms from the start of the run. */
  readonly leftAt: number;
  /** How many workers are at work when the run is given up. */
  readonly late: number;
}

/** A run asks before its start and at its end, and a plan derives its workers anew each time. */
const surveys = new WeakMap<Plan, Survey>();

function surveyOf(scenario: Scenario, plan: Plan): Survey {
  const known = surveys.get(plan) ?? survey(scenario, plan);
  surveys.set(plan, known);
  return known;
}

function survey(scenario: Scenario, plan: Plan): Survey {
  const behaviours = new Map<string, BehaviourSurvey>();
  const stays: Stay[] = [];
  for (let index = 0; index < plan.workers; index++) {
    const load = closedLoadOf(plan, index);
    const behaviour = surveyOfBehaviour(behaviours, plan.behaviourOf(index));
    behaviour.workers++;
    if (load !== undefined && index - load.first >= MOST_OF_A_SEQUENCE) {
      behaviour.isPartial = true;
      continue;
    }
    const worker = plan.worker(index);
    stays.push(load === undefined ? stayOf(worker, scenario) : begunBy(load.endMs, stayOf(worker, scenario)));
    if (worker.task !== undefined) noteWaits(behaviour.task, waitsOf(worker.task, scenario));
    if (worker.onboarding !== undefined)
      noteWaits(behaviour.onboarding, waitsFor(worker.onboarding.actions, worker.onboarding.submitAt));
  }
  // Partners come, at the latest, when the last worker is ready.
  const lastReadyAt = stays.reduce((last, { readyAt }) => Math.max(last, readyAt), 0);
  const giveUpAt = plan.scheduleMs + scenario.drainTimeout;
  const isShutDown = plan.shutdownAt !== undefined && plan.shutdownAt < giveUpAt;
  let late = 0;
  for (const { behaviour: name, readyAt, most, least, dropsAt } of stays) {
    const behaviour = surveyOfBehaviour(behaviours, name);
    const begins = scenario.task.unitsPerAssignment > 1 ? lastReadyAt : readyAt;
    const leaves = Math.min(begins + most, Math.max(plan.shutdownAt ?? Infinity, readyAt));
    behaviour.leftAt = Math.max(behaviour.leftAt, leaves);
    if (dropsAt !== undefined) behaviour.drops++;
    if (dropsAt !== undefined && dropsAt < leaves) behaviour.timelyDrops++;
    if (least !== undefined && !isShutDown && readyAt + least > giveUpAt) late++;
  }
  const leftAt = [...behaviours.values()].reduce((last, behaviour) => Math.max(last, behaviour.leftAt), 0);
  return { behaviours, leftAt, late };
}

/** So many workers of a closed model's sequence are surveyed: most of a long sequence never begin. */
const MOST_OF_A_SEQUENCE = 5000;

/** The stay of a worker that begins when another one ends: at `endMs` at the latest. It may never begin. */
function begunBy(endMs: number, { behaviour, readyAt, most, dropsAt }: Stay): Stay {
  return { behaviour, readyAt: endMs + readyAt, most, ...(dropsAt !== undefined && { dropsAt }) };
}

function surveyOfBehaviour(behaviours: Map<string, BehaviourSurvey>, name: string): BehaviourSurvey {
  return getOrCreate(behaviours, name, () => ({
    ...{ workers: 0, isPartial: false, drops: 0, timelyDrops: 0, leftAt: 0 },
    task: { update: Infinity, submit: Infinity },
    onboarding: { update: Infinity, submit: Infinity },
  }));
}

function noteWaits(least: LeastWaits, { updates, submit = Infinity }: Waits): void {
  for (const wait of updates) least.update = Math.min(least.update, wait);
  least.submit = Math.min(least.submit, submit);
}

/** Timeouts that are shorter than every wait for the workers of a behaviour, or for all of them. */
function timeoutWarnings({ task }: Scenario, behaviours: ReadonlyMap<string, BehaviourSurvey>): Problem[] {
  const warnings: Problem[] = [];
  for (const [wait, timeout] of [
    ["update", "liveUpdateTimeout"],
    ["submit", "submissionTimeout"],
  ] as const) {
    for (const phase of ["onboarding", "task"] as const) {
      const waits = [...behaviours].map(([name, behaviour]) => ({
        name,
        least: behaviour.isPartial ? 0 : behaviour[phase][wait],
      }));
      const timed = waits.filter(({ least }) => least < Infinity);
      const slow = timed.filter(({ least }) => least > task[timeout]);
      if (slow.length === 0) continue;
      const who = slow.length === timed.length ? "" : ` of ${slow.map(({ name }) => `"${name}"`).join(", ")}`;
      const what = wait === "update" ? "think time" : "think time before the submit";
      const where = phase === "onboarding" ? " in the onboarding" : "";
      const least = slow.reduce((shortest, each) => Math.min(shortest, each.least), Infinity);
      warnings.push({
        path: ["task", timeout],
        message:
          `is shorter (${formatDuration(task[timeout])}) than every ${what}${who}${where} ` +
          `(${formatElapsed(least)} or longer): each of these workers times out`,
      });
    }
  }
  return warnings;
}

function behaviourWarnings(
  scenario: Scenario,
  plan: Plan,
  behaviours: ReadonlyMap<string, BehaviourSurvey>,
  isServed: boolean,
): Problem[] {
  const factor = plan.arrivalsMs / arrivalsMsOf(scenario);
  return groupsOf(scenario).flatMap((load) =>
    Object.entries(load.behaviours).flatMap(([name, { weight, disconnect }]): Problem[] => {
      const path = [...(load.name === undefined ? [] : ["groups", load.name]), "behaviours", name];
      const behaviour = behaviours.get(behaviourName(load.name, name));
      if (behaviour === undefined) {
        const of = weight === 0 ? "" : ` of the ${formatCount(plan.workers)} workers`;
        return [{ path, message: `no worker${of} behaves like this: its weight is ${weight}` }];
      }
      if (isServed || disconnect?.window === undefined || behaviour.timelyDrops > 0 || behaviour.isPartial) return [];
      const [from, to] = disconnect.window.map((ms) => formatElapsed((load.startTime + ms) * factor));
      const why =
        behaviour.drops === 0
          ? "every worker that behaves like this arrives after it"
          : `the last worker that behaves like this has left after about ${formatElapsed(behaviour.leftAt)}`;
      const message = `no connection drops in this window, from ${from} to ${to}: ${why}`;
      return [{ path: [...path, "disconnect", "window"], message }];
    }),
  );
}

function shutdownWarnings({ shutdownAt }: Plan, leftAt: number): Problem[] {
  // The shutdown itself makes the last workers leave.
  if (shutdownAt === undefined || leftAt >= shutdownAt) return [];
  return [{ path: ["shutdownAt"], message: isOver("the shutdown", shutdownAt, leftAt) }];
}

function faultWarnings({ faults, ...scenario }: Scenario, plan: Plan, leftAt: number): Problem[] {
  const factor = scenario.workers === undefined ? plan.arrivalsMs / arrivalsMsOf({ faults, ...scenario }) : 1;
  return planFaults(scaledFaults(faults, factor), plan.seed).flatMap(({ kind, at }, index): Problem[] =>
    at <= leftAt ? [] : [{ path: ["faults", index], message: isOver(kind, at, leftAt) }],
  );
}

function isOver(what: string, at: number, leftAt: number): string {
  return (
    `${what} at ${formatElapsed(at)} does not happen: the last worker has left after about ${formatElapsed(leftAt)}, ` +
    "and the run ends then"
  );
}

function drainWarnings({ drainTimeout }: Scenario, { scheduleMs, workers }: Plan, late: number): Problem[] {
  if (late === 0) return [];
  const message =
    `the run is given up after ${formatElapsed(scheduleMs + drainTimeout)}, ` +
    `when ${formatCount(late)} of ${formatCount(workers)} workers are still at work by the plan`;
  return [{ path: ["drainTimeout"], message }];
}
