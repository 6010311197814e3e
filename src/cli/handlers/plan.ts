/** `simulate plan`: prints the plan of a run, and its hash, without a run. */
import {
  closedLoadOf,
  planSizeText,
  plannedWorkers,
  planHash,
  type Plan,
  type TaskPlan,
  type WorkerPlan,
} from "../../load/scenario/index.js";
import { formatCount, formatSeconds, formatShare, increment, plural } from "../../vocabulary/index.js";
import { wholeNumber } from "../shared/numeric-options.js";
import { planFrom, type PlanArguments } from "../shared/plan-options.js";
import { printAll, printJson } from "../shared/print.js";

export interface PlanCommandArguments extends PlanArguments {
  readonly json: boolean;
  readonly head: string;
}

/** Totals over all workers. A planned event does not always happen: a worker can have left before its disconnect. */
interface Totals {
  readonly behaviours: Map<string, number>;
  onboardingFailures: number;
  /** Live updates in onboarding and in the first task of each worker. */
  liveUpdates: number;
  readonly ends: Record<TaskPlan["end"]["kind"], number>;
  disconnects: number;
  reconnects: number;
}

function totalsOf(plan: Plan): Totals {
  const totals: Totals = {
    behaviours: new Map(),
    onboardingFailures: 0,
    liveUpdates: 0,
    ends: { submit: 0, return: 0, idle: 0 },
    disconnects: 0,
    reconnects: 0,
  };
  for (let index = 0; index < plan.workers; index++) {
    const { behaviour, onboarding, task, disconnect } = plan.worker(index);
    increment(totals.behaviours, behaviour);
    totals.liveUpdates += (onboarding?.actions.length ?? 0) + (task?.actions.length ?? 0);
    if (onboarding?.passes === false) totals.onboardingFailures++;
    if (task) totals.ends[task.end.kind]++;
    if (disconnect) totals.disconnects++;
    if (disconnect?.reconnect) totals.reconnects++;
  }
  return totals;
}

/** The first `count` workers to arrive, in the order of their arrival. */
function firstToArrive(plan: Plan, count: number): WorkerPlan[] {
  return Array.from({ length: plan.workers }, (_, index) => ({ index, at: plan.arriveAt(index) }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ index }) => plan.worker(index));
}

const seconds = (ms: number): string => formatSeconds(ms, 3);

function describeTask({ actions, end }: TaskPlan): string {
  const updates = plural(actions.length, "update");
  return `${updates}, ${end.kind} at +${seconds(end.at)}`;
}

/** The worker of a closed model begins when another has ended. */
function describeWorker({ index, behaviour, arriveAt, onboarding, task, disconnect }: WorkerPlan, plan: Plan): string {
  const isNext = closedLoadOf(plan, index) !== undefined;
  const parts = [`${(isNext ? "in turn" : seconds(arriveAt)).padStart(10)}  worker ${index} (${behaviour})`];
  if (onboarding)
    parts.push(`onboarding ${onboarding.passes ? "passed" : "failed"} at +${seconds(onboarding.submitAt)}`);
  if (task) parts.push(describeTask(task));
  if (disconnect) {
    parts.push(`disconnect at ${disconnect.since === "task" ? "+" : ""}${seconds(disconnect.at)}`);
    if (disconnect.reconnect) parts.push(`reconnect after ${seconds(disconnect.reconnect.after)}`);
  }
  return parts.join("; ");
}

function render(plan: Plan, totals: Totals, hash: string, head: readonly WorkerPlan[]): string[] {
  const planned = plannedWorkers(plan);
  const counts = [...totals.behaviours].sort(([, a], [, b]) => b - a);
  const width = Math.max(...counts.map(([name]) => name.length));
  const { ends, liveUpdates, onboardingFailures, disconnects, reconnects } = totals;
  const counted = [
    plural(liveUpdates, "live update"),
    `${plural(ends.submit, "submit")}, ${plural(ends.return, "return")}, ${formatCount(ends.idle)} idle`,
    `${formatCount(onboardingFailures)} failed onboarding`,
    `${plural(disconnects, "disconnect")}, ${formatCount(reconnects)} of them with a reconnect`,
  ];
  return [
    `${plan.scenario}, seed ${plan.seed}: ${planSizeText(plan)}`,
    `hash ${hash}`,
    ...(planned.closed === undefined
      ? []
      : [`sequence of ${plural(planned.closed.workers, "worker")}: when one ends, the next begins`]),
    "",
    ...counts.map(
      ([name, count]) =>
        `  ${name.padEnd(width)}  ${formatCount(count).padStart(7)}  ${formatShare(count, plan.workers).padStart(7)}`,
    ),
    "",
    `  ${counted.join("; ")}`,
    "",
    `First workers (+: time since the start of the worker's onboarding or task):`,
    ...head.map((worker) => describeWorker(worker, plan)),
  ];
}

export async function handler(args: PlanCommandArguments): Promise<void> {
  const { plan } = await planFrom(args);
  const totals = totalsOf(plan);
  const head = firstToArrive(plan, wholeNumber("head", args.head, 0));
  const planned = planHash(plan);
  if (args.json) {
    const { scenario, seed, arrivalsMs, scheduleMs } = plan;
    const counted = { ...totals, behaviours: Object.fromEntries(totals.behaviours) };
    printJson({
      scenario,
      seed,
      ...plannedWorkers(plan),
      arrivalsMs,
      scheduleMs,
      planHash: planned,
      totals: counted,
      head,
    });
    return;
  }
  printAll(render(plan, totals, planned, head));
}
