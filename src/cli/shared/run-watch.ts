/** The observers of a running run: the progress display and the dashboard. They do not affect the run. */
import { join } from "node:path";
import {
  judgedThresholds,
  phasesOf,
  SLIP_BOUND_MS,
  type FinishedRun,
  type RunningRun,
  type RunProgress,
} from "../../load/run/index.js";
import { scheduleKept, type Measurements, type Viewpoint } from "../../load/measure/index.js";
import { RUN_FILES, readReportData } from "../../results/index.js";
import type { LiveView } from "../../report/index.js";
import type { Plan, Scenario } from "../../load/scenario/index.js";
import { startDashboard } from "./dashboard.js";
import { showProgress } from "./progress-display.js";
import { watchStatuses } from "./status-watch.js";
import { logLines } from "./print.js";

export interface RunWatchOptions {
  readonly scenario: Scenario;
  readonly plan: Plan;
  readonly runId: string;
  /** The run's directory, which is created when the run starts. */
  readonly directory: string;
  /** Whether the run's clock is simulated. */
  readonly simulated: boolean;
  /** From where the run measures. */
  readonly from: Viewpoint;
  /** Whether the terminal shows nothing. */
  readonly quiet: boolean;
  /** The dashboard's port; undefined for no dashboard. */
  readonly dashboardPort: number | undefined;
}

export interface RunWatch {
  /** The run has started, on real threads or over a network. */
  start(running: Pick<RunningRun, "machine">): void;
  readonly onProgress: RunProgress;
  /** Clears the display and sends the report to the dashboard's pages. Without `finished`, the run failed. */
  end(finished?: FinishedRun): Promise<void>;
}

/** @throws {PortError} when the dashboard's port is not available */
export async function watchRun(options: RunWatchOptions): Promise<RunWatch> {
  const { scenario, plan, runId, directory, quiet, dashboardPort } = options;
  const thresholds = judgedThresholds(scenario.thresholds, options.from).judged;
  const progress = quiet
    ? undefined
    : showProgress({ plan, phases: phasesOf(scenario, plan, Infinity), thresholds, from: options.from });
  const dashboard = dashboardPort === undefined ? undefined : await startDashboard(dashboardPort);
  if (dashboard !== undefined) logLines(`dashboard: ${dashboard.url}`);
  const statuses = watchStatuses(join(directory, RUN_FILES.database), options.simulated);
  let machine: RunningRun["machine"];

  const viewOf = (measurements: Measurements, elapsedMs: number): LiveView => ({
    runId,
    scenario,
    measurements,
    workers: {
      arrived: measurements.counters.workers_started,
      ...(plan.closed === undefined && { planned: plan.workers }),
    },
    scheduledMs: plan.scheduleMs,
    schedule: options.simulated ? undefined : scheduleKept(measurements, SLIP_BOUND_MS),
    machine: machine?.(),
    thresholds,
    phases: phasesOf(scenario, plan, elapsedMs),
    statusEvents: statuses.events,
    outcomes: statuses.now(),
    from: options.from,
  });

  return {
    start(running) {
      machine = running.machine;
    },
    onProgress(measured, elapsedMs) {
      const due = progress?.due(elapsedMs) === true ? progress : undefined;
      if (due === undefined && dashboard === undefined) return;
      statuses.refresh(elapsedMs);
      due?.show(measured(), elapsedMs, statuses.now());
      dashboard?.update(() => viewOf(measured(), elapsedMs));
    },
    async end(finished) {
      progress?.end();
      await dashboard?.finish(finished && { summary: finished.summary, data: readReportData(finished.directory) });
    },
  };
}
