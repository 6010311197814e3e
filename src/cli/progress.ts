/** What is shown while a run goes on: a line that is redrawn on a terminal, plain lines elsewhere. */
import { logUpdateStderr } from "log-update";
import type { Measurements } from "../measure/index.js";
import { formatCount, formatMs } from "../report/index.js";
import type { Plan } from "../scenario/index.js";

export interface Progress {
  /** `measured` is called only when something is shown. */
  show(measured: () => Measurements, elapsedMs: number): void;
  end(): void;
}

/** Between two plain lines, ms. */
const PLAIN_LINE_MS = 5000;
/** Between two drawings of the line on a terminal, ms. */
const LIVE_LINE_MS = 200;

export function showProgress(plan: Plan, quiet: boolean): Progress {
  if (quiet) return { show: () => undefined, end: () => undefined };
  const live = process.stderr.isTTY && process.env["CI"] === undefined;
  let nextAt = 0;
  return {
    show(measured, elapsedMs) {
      const now = performance.now();
      if (now < nextAt) return;
      nextAt = now + (live ? LIVE_LINE_MS : PLAIN_LINE_MS);
      const line = progressLine(plan, measured(), elapsedMs);
      if (live) logUpdateStderr(line);
      else process.stderr.write(`${line}\n`);
    },
    end() {
      if (live) logUpdateStderr.clear();
    },
  };
}

function progressLine(plan: Plan, { counters, gauges, trends }: Measurements, elapsedMs: number): string {
  const latency = trends.live_update_latency;
  return [
    `${(elapsedMs / 1000).toFixed(1).padStart(5)} s`,
    `${formatCount(counters.workers_started)}/${formatCount(plan.workers)} workers`,
    `${formatCount(gauges.agents_waiting ?? 0)} waiting`,
    `${formatCount(counters.live_updates_taken)} live updates`,
    latency.count === 0 ? "no latency yet" : `latency p50 ${formatMs(latency.percentile(50))} p99 ${formatMs(latency.percentile(99))}`,
    `${formatCount(counters.disconnects)} disconnects`,
    `${formatCount(counters.timeouts)} timeouts`,
  ].join(" · ");
}
