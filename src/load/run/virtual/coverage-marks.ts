/**
 * States that some seed should reach: a simulation that never reaches them tests less than it seems to. A sweep reports
 * which of them its seeds have reached. They are derived from the events of a run; no other part of the program depends
 * on them.
 */
import { isFinal, type AgentStatus, agentIdOf, isOnboardingId } from "../../../vocabulary/index.js";
import type { TraceEvent, TraceValue } from "../../../replay/trace/index.js";

/** Every mark and its meaning. */
export const COVERAGE_MARKS = {
  "disconnect-before-take": "a worker's agent becomes `disconnect` while updates of theirs are pending",
  "return-before-take": "a worker's agent becomes `returned` while updates of theirs are pending",
  "timeout-before-take": "an agent becomes `timeout` while updates are pending: they came at the last moment",
  "update-after-end": "a live update arrives for an agent that has ended",
  "submit-after-end": "a submit arrives for an agent that has ended",
  "update-twice": "a client sends a live update a second time",
  "disconnect-in-onboarding": "an onboarding agent becomes `disconnect`",
  "return-in-onboarding": "an onboarding agent becomes `returned`",
  "timeout-in-onboarding": "an onboarding agent becomes `timeout`",
  "reconnect-to-live": "a worker who was away comes back to an agent that is alive",
  "reconnect-to-final": "a worker who was away comes back to an agent that has ended",
  "unit-again": "a unit is given to a second worker",
  "partner-disconnect": "an agent becomes `partner disconnect`",
  "gathering-left": "a worker leaves while waiting for partners",
  "mailbox-full": "a producer finds a mailbox full",
  "status-too-late": "a status is written to an agent that has ended already",
  "shutdown-live": "a live agent is shut down",
} as const;
export type CoverageMark = keyof typeof COVERAGE_MARKS;
export const COVERAGE_MARK_NAMES = Object.keys(COVERAGE_MARKS) as readonly CoverageMark[];

/** What is known from the events about an agent that has had a status. */
interface AgentSeen {
  status: AgentStatus;
  /** Messages in its mailbox. */
  pending: number;
}

/** Watches the events of one run. */
export class CoverageRecorder {
  readonly reached = new Set<CoverageMark>();
  /** The uncommitted writes in the order of their requests, in which they are committed. */
  readonly #asked: TraceEvent[] = [];
  readonly #agents = new Map<string, AgentSeen>();
  readonly #lastUpdate = new Map<string, TraceValue>();
  readonly #agentOfRegistration = new Map<string, TraceValue>();
  readonly #unitsGiven = new Set<TraceValue>();

  see(event: TraceEvent): void {
    switch (event.operation) {
      case "append":
        this.#appended(event);
        return;
      case "take":
        this.#taken(event);
        return;
      case "write":
        this.#asked.push(event);
        return;
      case "commit":
        this.#committed(event);
        return;
      case "shutdown":
        if (this.#agents.has(event.subject) && !this.#isOver(event.subject)) this.reached.add("shutdown-live");
    }
  }

  #isOver(agentId: TraceValue): boolean {
    return typeof agentId === "string" && isFinal(this.#agents.get(agentId)?.status ?? "none");
  }

  #statusWritten(agentId: string, status: AgentStatus, before: TraceValue): void {
    if (typeof before === "string" && isFinal(before)) {
      // A completed agent is marked as done once more.
      if (before !== status) this.reached.add("status-too-late");
      return;
    }
    const agent = this.#agents.get(agentId);
    if (agent === undefined) this.#agents.set(agentId, { status, pending: 0 });
    else agent.status = status;
    const waits = agent !== undefined && agent.pending > 0;
    if (waits && status === "disconnect") this.reached.add("disconnect-before-take");
    if (waits && status === "returned") this.reached.add("return-before-take");
    if (waits && status === "timeout") this.reached.add("timeout-before-take");
    if (status === "partner disconnect") this.reached.add("partner-disconnect");
    if (before === "waiting" && (status === "disconnect" || status === "returned")) this.reached.add("gathering-left");
    if (!isOnboardingId(agentId)) return;
    if (status === "disconnect") this.reached.add("disconnect-in-onboarding");
    if (status === "returned") this.reached.add("return-in-onboarding");
    if (status === "timeout") this.reached.add("timeout-in-onboarding");
  }

  #committed({ outcome }: TraceEvent): void {
    const write = this.#asked.shift();
    if (write === undefined || !Array.isArray(write.args)) return;
    const [first, second] = write.args as readonly unknown[];
    const status = (second as { readonly status?: AgentStatus } | undefined)?.status;
    if (typeof first === "string" && status !== undefined) {
      if (write.subject === "updateAgent") this.#statusWritten(first, status, outcome);
      if (write.subject === "updateOnboardingAgent")
        this.#statusWritten(agentIdOf("onboarding", first), status, outcome);
    }
    if (write.subject === "newAgent") {
      const { unitId } = first as { readonly unitId: TraceValue };
      if (this.#unitsGiven.has(unitId)) this.reached.add("unit-again");
      this.#unitsGiven.add(unitId);
    }
  }

  #details(registration: string, data: { readonly [key: string]: TraceValue }): void {
    const { agent_id: agentId, failure_reason: reason } = data;
    if (agentId === undefined) return;
    const known = this.#agentOfRegistration.get(registration) === agentId;
    if (known && reason === undefined) this.reached.add("reconnect-to-live");
    if (known && reason !== undefined && this.#isOver(agentId)) this.reached.add("reconnect-to-final");
    this.#agentOfRegistration.set(registration, agentId);
  }

  #appended({ subject, args, outcome }: TraceEvent): void {
    if (outcome === "full") {
      this.reached.add("mailbox-full");
      return;
    }
    const agent = this.#agents.get(subject);
    if (agent !== undefined) agent.pending++;
    const packet = args as {
      readonly packet_type?: TraceValue;
      readonly subject_id?: string;
      readonly data?: { readonly [key: string]: TraceValue };
    };
    if (packet.subject_id === undefined || packet.data === undefined) return;
    if (packet.packet_type === "agent_details") this.#details(packet.subject_id, packet.data);
    if (packet.packet_type === "mephisto_bound_live_update") {
      const id = packet.data["update_id"];
      if (this.#lastUpdate.get(packet.subject_id) === id) this.reached.add("update-twice");
      this.#lastUpdate.set(packet.subject_id, id);
    }
  }

  #taken({ subject, outcome }: TraceEvent): void {
    const agent = this.#agents.get(subject);
    // Messages that arrived before its first status were not counted.
    if (agent !== undefined && agent.pending > 0) agent.pending--;
    if (!Array.isArray(outcome)) return;
    const [type, about] = outcome as readonly TraceValue[];
    if (type === "mephisto_bound_live_update" && this.#isOver(about)) this.reached.add("update-after-end");
    if ((type === "submit_unit" || type === "submit_onboarding") && this.#isOver(about))
      this.reached.add("submit-after-end");
  }
}
