/** What metrics are called in summaries and reports, where it is worth a line; the others are in `summary.json` by their names. */
import type { TrendName } from "../load/measure/index.js";
import type { Summary } from "./summary.js";

/** What a run was carried out on. */
export const ENGINE_LABELS: Readonly<Record<Summary["engine"], string>> = {
  threads: "real threads",
  virtual: "virtual time",
  network: "over a network",
};

/**
 * Live updates from their intended time, which includes the schedule's slip, and from the time they were put on the channel
 * (service time); then the rest of the path.
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
