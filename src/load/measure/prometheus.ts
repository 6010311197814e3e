/**
 * A run's metrics as Prometheus text. Names are those of the catalogue (`metrics.ts`), by the conventions of
 * Prometheus: with the prefix `crowdstorm_`, times in seconds, counters ending in `_total`. The model's two gauges keep
 * the names that the platform gave them.
 */
import { Counter, Gauge, Registry, Summary } from "prom-client";
import type { Measurements } from "./measurements.js";
import {
  COUNTER_NAMES,
  GAUGE_NAMES,
  isMeasured,
  METRICS,
  RATE_NAMES,
  TREND_NAMES,
  type MetricName,
  type TrendName,
  type Viewpoint,
} from "./metrics.js";
import { printableData } from "../../vocabulary/index.js";

/** A value of one of the model's gauges; the values of all threads are added up. */
export interface StatusCount {
  readonly agentType: string;
  readonly status: string;
  readonly value: number;
}

/** As {@link StatusCount}, of a worker. */
export interface WorkerCount {
  readonly agentType: string;
  readonly workerId: string;
  readonly value: number;
}

export const PROMETHEUS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

const QUANTILES = [0.5, 0.9, 0.99, 0.999];

/**
 * What has been measured up to now, as text. Workers without a live agent are left out. `from`: from where the run
 * measures.
 */
export function prometheusText(
  measurements: Measurements,
  statuses: readonly StatusCount[],
  workers: readonly WorkerCount[],
  from: Viewpoint,
): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  const measured = <Name extends MetricName>(names: readonly Name[]) => names.filter((name) => isMeasured(name, from));
  for (const name of measured(TREND_NAMES)) registry.registerMetric(summaryOf(name, measurements));
  for (const name of measured(COUNTER_NAMES)) {
    new Counter({ name: `crowdstorm_${name}_total`, help: METRICS[name].doc, registers }).inc(
      measurements.counters[name],
    );
  }
  for (const name of measured(RATE_NAMES)) {
    const { passes, total } = measurements.rates[name];
    new Counter({ name: `crowdstorm_${name}_passes_total`, help: `${METRICS[name].doc} How many did.`, registers }).inc(
      passes,
    );
    new Counter({
      name: `crowdstorm_${name}_observations_total`,
      help: `${METRICS[name].doc} Of how many.`,
      registers,
    }).inc(total);
  }
  for (const name of GAUGE_NAMES) {
    const value = measurements.gauges[name];
    if (value !== undefined) new Gauge({ name: `crowdstorm_${name}`, help: METRICS[name].doc, registers }).set(value);
  }
  const agentStatuses = new Gauge({
    name: "active_agent_statuses",
    help: "Agents by status, over all threads.",
    labelNames: ["status", "agent_type"],
    registers,
  });
  for (const { agentType, status, value } of statuses)
    agentStatuses.inc(printableData({ status, agent_type: agentType }), value);
  const activeWorkers = new Gauge({
    name: "active_workers",
    help: "Live agents by worker, over all threads.",
    labelNames: ["worker_id", "agent_type"],
    registers,
  });
  for (const { agentType, workerId, value } of added(workers))
    activeWorkers.set(printableData({ worker_id: workerId, agent_type: agentType }), value);
  return registry.metrics();
}

/** One of prom-client's summaries, filled with what was measured elsewhere. */
function summaryOf(trend: TrendName, { trends }: Measurements): Summary {
  const distribution = trends[trend];
  const name = `crowdstorm_${trend}_seconds`;
  const summary = new Summary({ name, help: METRICS[trend].doc, registers: [] });
  const empty = summary.get.bind(summary);
  const quantiles = distribution.count === 0 ? [] : QUANTILES;
  summary.get = async () => ({
    ...(await empty()),
    values: [
      ...quantiles.map((quantile) => ({ labels: { quantile }, value: distribution.percentile(quantile * 100) / 1000 })),
      {
        metricName: `${name}_sum`,
        labels: {},
        value: distribution.count === 0 ? 0 : (distribution.meanMs * distribution.count) / 1000,
      },
      { metricName: `${name}_count`, labels: {}, value: distribution.count },
    ],
  });
  return summary;
}

/** One value for each worker that has a live agent. */
function added(workers: readonly WorkerCount[]): WorkerCount[] {
  const sums = new Map<string, WorkerCount>();
  for (const worker of workers) {
    const key = `${worker.agentType} ${worker.workerId}`;
    sums.set(key, { ...worker, value: worker.value + (sums.get(key)?.value ?? 0) });
  }
  return [...sums.values()].filter(({ value }) => value !== 0);
}
