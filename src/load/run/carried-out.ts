/** What a plan has besides the work of its workers, and how much of it happened. */
import type { CarriedOut, Summary } from "../../results/index.js";
import { formatCount, formatElapsed } from "../../vocabulary/index.js";
import type { InjectedFault } from "../faults/index.js";
import type { Measurements } from "../measure/index.js";
import { warningTexts, type LoadedScenario, type Plan, type PlannedFault, type Scenario } from "../scenario/index.js";
import { windowsOf } from "./timeline.js";

interface CarriedOutInput {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly end: Summary["end"];
  readonly durationMs: number;
  readonly measurements: Pick<Measurements, "counters" | "where">;
  /** The faults that happened. */
  readonly happened: readonly InjectedFault[];
}

/** What the plan showed before the run, and how much of it happened. */
export function plannedOf(
  { loaded: { scenario }, plan }: { readonly loaded: LoadedScenario; readonly plan: Plan },
  { isOverNetwork, ...ran }: Omit<CarriedOutInput, "scenario" | "plan"> & { readonly isOverNetwork: boolean },
): Pick<Summary, "warnings" | "carriedOut"> {
  const warnings = warningTexts(scenario, plan, { isOverNetwork });
  return { ...(warnings.length > 0 && { warnings }), carriedOut: carriedOutOf({ scenario, plan, ...ran }) };
}

/** Workers, windows, faults and the shutdown, where the plan has them. */
function carriedOutOf(input: CarriedOutInput): CarriedOut[] {
  return [workers(input), windows(input), faults(input), shutdown(input)].filter(({ planned }) => planned > 0);
}

/** "the run had ended at 12.4 s", "the run was interrupted at 5.2 s". */
function endText({ end, durationMs }: CarriedOutInput): string {
  return `the run ${end.how === "finished" ? "had ended" : `was ${end.how}`} at ${formatElapsed(durationMs)}`;
}

/** Of a closed model it is not planned how many begin. */
function workers(input: CarriedOutInput): CarriedOut {
  const planned = input.plan.closed === undefined ? input.plan.workers : 0;
  const carriedOut = input.measurements.counters.workers_started;
  const missed = planned - carriedOut;
  return {
    ...{ what: "workers", planned, carriedOut },
    missed:
      missed > 0 ? [`${formatCount(missed)} of ${formatCount(planned)} workers did not arrive: ${endText(input)}`] : [],
  };
}

/** A window happened when a connection of one of its behaviours dropped. */
function windows(input: CarriedOutInput): CarriedOut {
  const { scenario, plan, durationMs, measurements } = input;
  const all = windowsOf(scenario, plan);
  const missed = all.filter(({ names }) =>
    names.every((behaviour) => measurements.where({ behaviour }).counters.disconnects === 0),
  );
  return {
    ...{ what: "windows", planned: all.length, carriedOut: all.length - missed.length },
    missed: missed.map(({ names, fromMs }) => {
      const why = fromMs >= durationMs ? endText(input) : "its workers had left";
      return `no connection dropped in the window of ${names.join(", ")} from ${formatElapsed(fromMs)}: ${why}`;
    }),
  };
}

function faults(input: CarriedOutInput): CarriedOut {
  const { plan, durationMs, happened } = input;
  const { faults: planned = [] } = plan;
  const left = [...happened];
  const missed = planned.filter((fault) => {
    const place = left.findIndex(({ kind, plannedAtMs }) => kind === fault.kind && plannedAtMs === fault.at);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
  return {
    ...{ what: "faults", planned: planned.length, carriedOut: planned.length - missed.length },
    missed: missed.map((fault) => {
      const why = fault.at >= durationMs ? endText(input) : `${threadOf(fault)} had ended its work`;
      return `${fault.kind} at ${formatElapsed(fault.at)} did not happen: ${why}`;
    }),
  };
}

function threadOf(fault: PlannedFault): string {
  return "thread" in fault ? `its ${fault.thread} thread` : "the run";
}

function shutdown(input: CarriedOutInput): CarriedOut {
  const { shutdownAt } = input.plan;
  const planned = shutdownAt === undefined ? 0 : 1;
  const isMissed = shutdownAt !== undefined && shutdownAt >= input.durationMs;
  return {
    ...{ what: "shutdown", planned, carriedOut: isMissed ? 0 : planned },
    missed: isMissed ? [`the shutdown at ${formatElapsed(shutdownAt)} did not happen: ${endText(input)}`] : [],
  };
}
