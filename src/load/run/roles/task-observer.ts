/** Measures a task runner: the stages of the live-update path, and the evidence on each agent. */
import type {
  AgentObserver,
  ReleasedWait,
  TakenUpdate,
  TaskObserver,
  TimedOutWait,
} from "../../../platform/live/index.js";
import { noteTaken, nothingTaken, type TaskEvidence } from "../../check/index.js";
import type { CounterName, Recorder, Trend, TrendName, WorkerRecorder } from "../../measure/index.js";
import type { PathTimes } from "./path-probe.js";

/** Records the evidence on one agent. A class, because every live update calls its methods. */
class AgentNotes implements AgentObserver {
  constructor(
    private readonly evidence: TaskEvidence,
    private readonly recorder: WorkerRecorder,
    private readonly times: PathTimes,
  ) {}

  updateTaken(update: TakenUpdate, stateAt: number): void {
    this.recorder.count("live_updates_taken", 1, stateAt);
    if (typeof update["number"] === "number") noteTaken(this.evidence.taken, update["number"]);
    const { intended_at: intended, router_incoming_timestamp: sent, server_timestamp: routed } = update;
    if (typeof intended !== "number" || typeof sent !== "number" || typeof routed !== "number") return;
    const { wokenAt, takenAt } = this.times;
    this.#stage("live_update_latency", intended, takenAt, stateAt);
    const latencyMs = takenAt - intended;
    if (latencyMs > (this.evidence.slowest?.latencyMs ?? -1)) this.evidence.slowest = { latencyMs, atMs: takenAt };
    this.#stage("live_update_service_time", sent, takenAt, stateAt);
    this.#stage("stage_send", intended, sent, stateAt);
    this.#stage("stage_route", sent, routed, stateAt);
    this.#stage("stage_wake", routed, wokenAt, stateAt);
    this.#stage("stage_take", wokenAt, takenAt, stateAt);
    this.#stage("stage_state", takenAt, stateAt, stateAt);
  }

  count(name: CounterName): void {
    this.recorder.count(name);
  }

  trend(name: TrendName): Trend {
    return this.recorder.trend(name);
  }

  statusAcknowledged(status: string): void {
    this.evidence.acknowledgedStatuses.push(status);
  }

  waitReleased(wait: ReleasedWait): void {
    this.evidence.released = wait;
  }

  waitTimedOut(wait: TimedOutWait): void {
    this.evidence.timeout = wait;
  }

  ended(atMs: number): void {
    this.evidence.endedAtMs = atMs;
  }

  #stage(name: TrendName, from: number, to: number, atMs: number): void {
    this.recorder.trend(name).record(Math.max(0, to - from), atMs, this.evidence.agentId, from);
  }
}

/**
 * Records into `recorder` and `evidence`. `times` are those of the thread's mailboxes (path-probe.ts); `behaviourIn` is
 * the behaviour of the worker whose agent has a slot.
 */
export function observeTasks(
  recorder: Recorder,
  times: PathTimes,
  behaviourIn: (slot: number) => string | undefined,
): { readonly observer: TaskObserver; readonly evidence: TaskEvidence[] } {
  const evidence: TaskEvidence[] = [];
  const observer: TaskObserver = {
    gauge: (name, value) => recorder.gauge(name, value),
    observeAgent(agentId, slot) {
      const note: TaskEvidence = { agentId, taken: nothingTaken(), acknowledgedStatuses: [] };
      evidence.push(note);
      return new AgentNotes(
        note,
        recorder.ofBehaviour(behaviourIn(slot), () => agentId),
        times,
      );
    },
  };
  return { observer, evidence };
}
