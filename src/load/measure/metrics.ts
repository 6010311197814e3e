/**
 * The catalogue of metrics: everything the harness measures, with its type, its unit and what it means.
 * Recorders accept no other name, thresholds may name no other, and the documentation is written from it.
 *
 * Types are k6's: a trend is a distribution of times, a counter only grows, a rate is the share of observations that
 * were true, a gauge is a present value. Every trend is in milliseconds.
 *
 * `intended` is the time the plan says a live update is sent. Latency counts from it, not from the actual send, so that
 * a generator that falls behind makes the figures worse instead of hiding the delay (coordinated omission).
 */
import { TAG_NAMES } from "./tags.js";

const trend = (doc: string) => ({ type: "trend", unit: "ms", doc }) as const;
const counter = (unit: string, doc: string) => ({ type: "counter", unit, doc }) as const;
const rate = (doc: string) => ({ type: "rate", unit: "share", doc }) as const;
const gauge = (unit: string, doc: string) => ({ type: "gauge", unit, doc }) as const;

/** Every metric by name. */
export const METRICS = {
  live_update_latency: trend(
    "Live update: intended to be sent → taken by the task's code, the lateness of the generator included.",
  ),
  live_update_service_time: trend("Live update: put on the client's channel → taken by the task's code."),
  live_update_round_trip: trend("Live update: intended to be sent → the task's reply seen by the client."),

  stage_send: trend("Stage of the path: intended → put on the channel by the client."),
  stage_route: trend("Stage of the path: put on the channel → appended to the agent's mailbox by client IO."),
  stage_wake: trend("Stage of the path: appended to the mailbox → waiter woken."),
  stage_take: trend("Stage of the path: waiter woken → update taken."),
  stage_state: trend("Stage of the path: update taken → agent state updated."),
  stage_reply: trend("Stage of the path: agent state updated → reply sent by the task's code."),
  stage_seen: trend("Stage of the path: reply sent → seen by the client."),

  loss_detection: trend("Over a network: the last heartbeat of a lost client → its agent seen final in the database."),
  disconnect_detection: trend("Status that frees a waiter committed → the waiter released."),
  registration_time: trend("Client asks to register → client has its agent id."),
  status_commit_time: trend("Status update asked for → its row committed."),
  submit_ack_time: trend("Client sends a submit → the submit acknowledged, which is after its commit."),
  schedule_slip: trend("Generator: a planned action's intended time → the time it was carried out."),
  event_loop_delay: trend("How late the event loop of a thread ran a timer."),

  live_updates_sent: counter(
    "updates",
    "Live updates sent by clients, each counted once however often it was sent again.",
  ),
  live_updates_taken: counter("updates", "Live updates taken by the tasks' code."),
  live_updates_lost: counter("updates", "Live updates neither taken nor accounted for by the agent's final status."),
  live_updates_duplicated: counter("updates", "Live updates taken more than once."),
  duplicates_dropped: counter(
    "updates",
    "Live updates dropped by client IO because the same update_id had come before.",
  ),
  live_updates_accounted: counter(
    "updates",
    "Live updates not taken because the agent had ended, as its final status says.",
  ),
  workers_started: counter("workers", "Simulated workers that arrived."),
  workers_finished: counter(
    "workers",
    "Simulated workers that came to their end: their agent ended, they were refused, or they dropped out for good.",
  ),
  workers_cut_off: counter(
    "workers",
    "Simulated workers that had not finished, or not arrived, when the run was brought to its end or their client thread was killed.",
  ),
  workers_missing: counter(
    "workers",
    "Closed model: times that no worker began in the place of another although the number was to be kept: the plan had no more.",
  ),
  agents_registered: counter("agents", "Agents created, onboarding agents included."),
  not_qualified: counter(
    "workers",
    "Workers refused as they registered: without a qualification that the task asks for, or not fit at its onboarding before.",
  ),
  onboarding_passed: counter("agents", "Onboarding agents that were approved."),
  onboarding_failed: counter("agents", "Onboarding agents that were rejected."),
  disconnects: counter("events", "Times a client disconnected."),
  reconnects: counter("events", "Times a client connected again with a known registration id."),
  returns: counter("events", "Times a worker returned the task."),
  timeouts: counter("events", "AgentTimeoutErrors thrown: an agent's next live update did not come in time."),
  submit_timeouts: counter("events", "Agents that timed out because their submit did not come in time."),
  submits_acknowledged: counter("submits", "Submits acknowledged to a client."),
  mailbox_full: counter("events", "Times a producer found a mailbox full."),
  peer_input_refused: counter(
    "inputs",
    "Packets and requests of browsers that were refused: malformed, too large, or not their sender's to send.",
  ),
  connections_refused: counter(
    "connections",
    "Connections, registrations and requests of browsers that were refused: beyond a limit, or not allowed.",
  ),
  connections_cut: counter(
    "connections",
    "Connections of browsers that were closed: too slow, too fast, silent, or without saying whose they are.",
  ),
  replies_unmatched: counter("replies", "Over a network: replies of the task to an update that is not known."),
  updates_unanswered: counter("updates", "Over a network: live updates without a reply when their client left."),
  packets_duplicated: counter("packets", "Over a network: packets that came to a client twice."),
  packets_lost: counter(
    "packets",
    "With --listen: packets that the router lost: to a page that is gone, to a backend that is away, or by a fault.",
  ),
  packets_refused: counter("packets", "With --listen: malformed packets and requests, and those that were refused."),
  requests_failed: counter("requests", "Over a network: HTTP requests without a valid answer."),
  sockets_lost: counter(
    "sockets",
    "Over a network: WebSockets that could not be opened, or that the client had not closed.",
  ),
  errors: counter("errors", "Errors that no part of the run expects."),
  invariant_violations: counter("violations", "Violations of the invariants found after the drain."),

  task_completion: rate(
    "Agents that ended completed or approved, of all agents on a unit; without those that an early end of the run cut off.",
  ),

  agents_waiting: gauge("agents", "Agents whose task is waiting in getLiveUpdate."),
  agents_live: gauge("agents", "Agents whose status is not final."),
} as const;

/** The name of any metric. */
export type MetricName = keyof typeof METRICS;
export type MetricType = (typeof METRICS)[MetricName]["type"];
type NamesOf<T extends MetricType> = {
  [K in MetricName]: (typeof METRICS)[K]["type"] extends T ? K : never;
}[MetricName];
export type TrendName = NamesOf<"trend">;
export type CounterName = NamesOf<"counter">;
export type RateName = NamesOf<"rate">;
export type GaugeName = NamesOf<"gauge">;

/** What is measured only where the platform is behind a network. */
const NETWORK_ONLY: ReadonlySet<MetricName> = new Set([
  "loss_detection",
  "replies_unmatched",
  "updates_unanswered",
  "packets_duplicated",
  "packets_lost",
  "packets_refused",
  "requests_failed",
  "sockets_lost",
]);

/** What can be measured there: by the clients, and by the harness on itself. */
const OVER_NETWORK: ReadonlySet<MetricName> = new Set([
  ...NETWORK_ONLY,
  "live_update_round_trip",
  "registration_time",
  "submit_ack_time",
  "schedule_slip",
  "event_loop_delay",
  "live_updates_sent",
  "workers_started",
  "workers_finished",
  "workers_cut_off",
  "workers_missing",
  "agents_registered",
  "not_qualified",
  "onboarding_passed",
  "onboarding_failed",
  "disconnects",
  "reconnects",
  "returns",
  "submits_acknowledged",
  "errors",
  "invariant_violations",
  "task_completion",
]);

/** What can be measured only with the rows of the target's database. */
const BY_DATABASE: ReadonlySet<MetricName> = new Set(["loss_detection", "task_completion"]);

/**
 * From where a run measures: within the process, or over a network by its clients, without or with the target's
 * database.
 */
export type Viewpoint = "inside" | "clients" | "clients-and-database";

/** Whether a run measures the metric. What it does not is absent from its summary. */
export function isMeasured(name: MetricName, from: Viewpoint): boolean {
  if (from === "inside") return !NETWORK_ONLY.has(name);
  return OVER_NETWORK.has(name) && (from === "clients-and-database" || !BY_DATABASE.has(name));
}

/** What is of no worker: of a thread, of a channel, of a browser, or of the run as a whole. */
const OF_NO_WORKER: ReadonlySet<MetricName> = new Set([
  "event_loop_delay",
  "peer_input_refused",
  "connections_refused",
  "connections_cut",
  "packets_lost",
  "packets_refused",
  "invariant_violations",
  "agents_waiting",
  "agents_live",
]);

/** What is of the run as a whole, or of the present moment. */
const OF_NO_PHASE: ReadonlySet<MetricName> = new Set(["invariant_violations", "agents_waiting", "agents_live"]);

/** The tags that a metric has. */
export function tagsOf(name: MetricName): readonly (typeof TAG_NAMES)[number][] {
  return TAG_NAMES.filter((tag) => !(tag === "behaviour" ? OF_NO_WORKER : OF_NO_PHASE).has(name));
}

/**
 * The stages of the live-update path, in the order an update goes through them. Each starts where the one before ends.
 */
export const STAGES = [
  "stage_send",
  "stage_route",
  "stage_wake",
  "stage_take",
  "stage_state",
  "stage_reply",
  "stage_seen",
] as const satisfies readonly TrendName[];

/** Whether `name` is a metric of the catalogue. */
export function isMetric(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name);
}

const namesOf = <T extends MetricType>(type: T): readonly NamesOf<T>[] =>
  Object.keys(METRICS).filter((name): name is NamesOf<T> => isMetric(name) && METRICS[name].type === type);

export const TREND_NAMES = namesOf("trend");
export const COUNTER_NAMES = namesOf("counter");
export const RATE_NAMES = namesOf("rate");
export const GAUGE_NAMES = namesOf("gauge");
