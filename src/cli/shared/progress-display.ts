/** The progress of a run: lines that are redrawn in a terminal, or a line every few seconds in a log. */
import { logUpdateStderr } from "log-update";
import {
  evaluateSoFar,
  type Interval,
  type Measurements,
  type Threshold,
  type Viewpoint,
} from "../../load/measure/index.js";
import { formatObserved, mainTrend, phasesAt, type Phase, type Summary } from "../../results/index.js";
import { renderProgress, renderProgressLine, type ProgressView } from "../../report/index.js";
import type { Plan } from "../../load/scenario/index.js";
import { colored, redraws, widthOf } from "./terminal.js";
import { logText } from "./print.js";

export interface ProgressDisplay {
  show(measurements: Measurements, elapsedMs: number, statuses: Summary["outcomes"]): void;
  /** Whether `show` would show anything at this time. Otherwise the caller need not compute the figures. */
  due(elapsedMs: number): boolean;
  /** Clears the lines that are redrawn. */
  end(): void;
}

export interface ProgressDisplayOptions {
  readonly plan: Plan;
  readonly phases: readonly Phase[];
  readonly thresholds: readonly Threshold[];
  readonly from: Viewpoint;
}

/** The time between two lines in a log, ms. */
const PLAIN_LINE_MS = 5000;
/** The time over which updates a second are averaged, ms. */
const RATE_OVER_MS = 1000;

export function showProgress(options: ProgressDisplayOptions): ProgressDisplay {
  const live = redraws(process.stderr);
  const color = colored(process.stderr);
  const p99 = cachedP99();
  let nextPlainAt = 0;
  let counted = { atMs: 0, taken: 0, perSecond: 0 };

  const viewOf = (
    measurements: Measurements,
    elapsedMs: number,
    { agents, onboardingAgents }: Summary["outcomes"],
  ): ProgressView => {
    const { counters, trends } = measurements;
    const taken = options.from === "inside" ? counters.live_updates_taken : counters.live_updates_sent;
    if (elapsedMs - counted.atMs >= RATE_OVER_MS) {
      counted = { atMs: elapsedMs, taken, perSecond: ((taken - counted.taken) * 1000) / (elapsedMs - counted.atMs) };
    }
    const main = mainTrend(options.from);
    const latency = trends[main];
    const { disconnects, timeouts, errors, mailbox_full: full, requests_failed, sockets_lost } = counters;
    return {
      scenario: options.plan.scenario,
      workers: {
        arrived: counters.workers_started,
        ...(options.plan.closed === undefined && { planned: options.plan.workers }),
      },
      elapsedMs,
      scheduledMs: options.plan.scheduleMs,
      phases: phasesAt(options.phases, elapsedMs),
      statuses: currentStatuses(agents, onboardingAgents),
      updates: { verb: options.from === "inside" ? "taken" : "sent", count: taken, perSecond: counted.perSecond },
      ...(latency.count > 0 && {
        latency: { p50: latency.percentile(50), p99: latency.percentile(99), max: latency.maxMs },
      }),
      latencyOverTime: measurements.intervals(main).map(p99),
      events: {
        disconnect: disconnects,
        timeout: timeouts,
        "full mailbox": full,
        error: errors,
        "failed request": requests_failed,
        "lost socket": sockets_lost,
      },
      failures: failing(options.thresholds, measurements),
    };
  };

  return {
    due: (elapsedMs) => live || elapsedMs >= nextPlainAt,
    show(measurements, elapsedMs, statuses) {
      const view = viewOf(measurements, elapsedMs, statuses);
      if (live) {
        logUpdateStderr(renderProgress(view, { color, width: widthOf(process.stderr) }));
        return;
      }
      nextPlainAt = elapsedMs + PLAIN_LINE_MS;
      logText(`${renderProgressLine(view)}\n`);
    },
    end() {
      if (live) logUpdateStderr.clear();
    },
  };
}

/** The numbers of agents by status. The statuses of onboarding agents are marked. */
function currentStatuses(
  agents: Readonly<Record<string, number>>,
  onboarding: Readonly<Record<string, number>>,
): Record<string, number> {
  const prefixed = Object.entries(onboarding).map(([status, n]): [string, number] => [
    status === "onboarding" ? status : `${status} (onboarding)`,
    n,
  ]);
  return { ...agents, ...Object.fromEntries(prefixed) };
}

/** The thresholds that fail now. Those that say nothing yet, such as a rate of completion, are left out. */
function failing(thresholds: readonly Threshold[], measurements: Measurements): string[] {
  return evaluateSoFar(thresholds, measurements)
    .filter(({ passed, isOpen }) => !passed && !isOpen)
    .map(
      ({ metric, expression, observed }) =>
        `${metric} ${expression}: ${formatObserved({ metric, expression, observed })} so far`,
    );
}

/** The p99 of an interval. It is computed again only when the interval has new samples. */
function cachedP99(): (interval: Interval) => number {
  const known = new Map<number, { readonly count: number; readonly p99: number }>();
  return ({ startMs, distribution }) => {
    const before = known.get(startMs);
    if (before?.count === distribution.count) return before.p99;
    const p99 = distribution.percentile(99);
    known.set(startMs, { count: distribution.count, p99 });
    return p99;
  };
}
