/** The labels of the latencies in summaries and reports. Trends without a label are only in `summary.json`. */
import type { TrendName } from "../load/measure/index.js";

/**
 * The latency of live updates from the intended time, which includes the schedule slip, and from the time when they
 * were put on the channel (service time); then the other trends.
 */
export const LATENCY_LABELS: Partial<Record<TrendName, string>> = {
  live_update_latency: "live update (intended)",
  live_update_service_time: "live update (service)",
  live_update_round_trip: "live update and reply",
  disconnect_detection: "disconnect detection",
  registration_time: "registration",
  status_commit_time: "status commit",
  submit_ack_time: "submit acknowledged",
};
