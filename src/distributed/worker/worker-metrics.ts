/** The metrics of a worker process as Prometheus text. */
import { Counter, Gauge, Registry } from "prom-client";
import type { WorkerState } from "./worker-process.js";

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** What the process has done up to now. Times are in seconds. */
export function workerMetrics({ self, blockMs }: WorkerState): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, value: number): void =>
    new Gauge({ name: `crowdstorm_worker_process_${name}`, help, registers }).set(value);
  const counter = (name: string, help: string, value: number): void =>
    new Counter({ name: `crowdstorm_worker_process_${name}_total`, help, registers }).inc(value);
  counter("blocks", "Blocks that this worker process finished.", self.blocksDone);
  counter("block_seconds", "The time that its blocks took.", blockMs / 1000);
  gauge("blocks_at_work", "Blocks that it holds.", self.blocks);
  gauge("threads", "Worker threads that it has for blocks.", self.threads);
  gauge("jobs", "Jobs that it works on.", self.accepted.length);
  gauge("jobs_refused", "Running jobs that it refused.", self.refused.length);
  gauge("clock_offset_seconds", "Redis' clock minus the clock of this process.", self.clock.offsetMs / 1000);
  gauge("clock_uncertainty_seconds", "How far the offset can be wrong.", self.clock.uncertaintyMs / 1000);
  return registry.metrics();
}
