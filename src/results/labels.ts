/** The labels of the latencies in summaries and reports. Trends without a label are only in `summary.json`. */
import { TREND_NAMES, type TrendName } from "../load/measure/index.js";
import type { Summary } from "./summary-schema.js";

/** What a run was carried out on. */
export const ENGINE_LABELS: Readonly<Record<Summary["engine"], string>> = {
  threads: "real threads",
  virtual: "virtual time",
  network: "over a network",
};

/**
 * The latency of live updates from the intended time, which includes the schedule slip, and from the time when they
 * were put on the channel (service time); then the other trends.
 */
export const LATENCY_LABELS: Partial<Record<TrendName, string>> = {
  live_update_latency: "live update (intended)",
  live_update_service_time: "live update (service)",
  live_update_round_trip: "live update and reply",
  loss_detection: "loss detection",
  disconnect_detection: "disconnect detection",
  registration_time: "registration",
  status_commit_time: "status commit",
  submit_ack_time: "submit acknowledged",
};

/** The trends with a label. */
export const LATENCIES: readonly TrendName[] = TREND_NAMES.filter((name) => LATENCY_LABELS[name] !== undefined);

/** The sign before the name of an outcome. */
export const OUTCOME_SIGNS: Readonly<Record<Summary["verdict"]["outcome"], string>> = {
  passed: "✓",
  failed: "✗",
  inconclusive: "?",
};
