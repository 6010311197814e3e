/**
 * States that some run should come into. A simulation that never gets there tests less than it seems to; a sweep says which of
 * them its seeds have reached. Found in the events of a run as they happen; nothing in the program knows of them.
 */
import { isFinal, type AgentStatus } from "../../../vocabulary/index.js";
import type { TraceEvent, TraceValue } from "../../../replay/trace/index.js";
import { agentIdOf, isOnboardingId } from "../../../vocabulary/index.js";

/** Every condition by name, and what it says. */
export const COVERAGE_MARKS = {
  "disconnect-before-take": "a worker's agent becomes `disconnect` while updates of theirs are pending",
  "return-before-take": "a worker's agent becomes `returned` while updates of theirs are pending",
  "timeout-before-take": "an agent becomes `timeout` while updates are pending: they came at the last moment",
  "update-after-end": "a live update arrives for an agent that is over",
  "submit-after-end": "a submit arrives for an agent that is over",
  "update-twice": "a client sends a live update a second time",
  "disconnect-in-onboarding": "an onboarding agent becomes `disconnect`",
  "return-in-onboarding": "an onboarding agent becomes `returned`",
  "timeout-in-onboarding": "an onboarding agent becomes `timeout`",
  "reconnect-to-live": "a worker who was away finds their agent alive",
  "reconnect-to-final": "a worker who was away finds their agent over",
  "unit-again": "a unit is given to a second worker",
  "partner-disconnect": "an agent becomes `partner disconnect`",
  "gathering-left": "a worker leaves while waiting for partners",
  "mailbox-full": "a producer is told that a mailbox is full",
  "status-too-late": "a status is written to an agent that is over already",
  "shutdown-live": "a live agent is shut down",
} as const;
export type CoverageMark = keyof typeof COVERAGE_MARKS;
export const COVERAGE_MARK_NAMES = Object.keys(COVERAGE_MARKS) as readonly CoverageMark[];

/** Watches one run. */
export interface CoverageRecorder {
  see(event: TraceEvent): void;
  readonly reached: ReadonlySet<CoverageMark>;
}

/** What the events have said of an agent that has had a status. */
interface AgentSeen {
  status: AgentStatus;
  /** Messages in its mailbox. */
  pending: number;
}

export function recordCoverage(): CoverageRecorder {
  const reached = new Set<CoverageMark>();
  /** The writes that are on their way: they are committed in the order in which they were asked for. */
  const asked: TraceEvent[] = [];
  const agents = new Map<string, AgentSeen>();
  const lastUpdate = new Map<string, TraceValue>();
  const agentOfRegistration = new Map<string, TraceValue>();
  const unitsGiven = new Set<TraceValue>();

  const isOver = (agentId: TraceValue): boolean =>
    typeof agentId === "string" && isFinal(agents.get(agentId)?.status ?? "none");

  const statusWritten = (agentId: string, status: AgentStatus, before: TraceValue): void => {
    if (typeof before === "string" && isFinal(before as AgentStatus)) {
      // A completed agent is marked as done once more.
      if (before !== status) reached.add("status-too-late");
      return;
    }
    const agent = agents.get(agentId);
    if (agent === undefined) agents.set(agentId, { status, pending: 0 });
    else agent.status = status;
    const waits = agent !== undefined && agent.pending > 0;
    if (waits && status === "disconnect") reached.add("disconnect-before-take");
    if (waits && status === "returned") reached.add("return-before-take");
    if (waits && status === "timeout") reached.add("timeout-before-take");
    if (status === "partner disconnect") reached.add("partner-disconnect");
    if (before === "waiting" && (status === "disconnect" || status === "returned")) reached.add("gathering-left");
    if (!isOnboardingId(agentId)) return;
    if (status === "disconnect") reached.add("disconnect-in-onboarding");
    if (status === "returned") reached.add("return-in-onboarding");
    if (status === "timeout") reached.add("timeout-in-onboarding");
  };

  const committed = ({ outcome }: TraceEvent): void => {
    const write = asked.shift();
    if (write === undefined || !Array.isArray(write.args)) return;
    const [first, second] = write.args as readonly unknown[];
    const status = (second as { readonly status?: AgentStatus } | undefined)?.status;
    if (typeof first === "string" && status !== undefined) {
      if (write.subject === "updateAgent") statusWritten(first, status, outcome);
      if (write.subject === "updateOnboardingAgent") statusWritten(agentIdOf("onboarding", first), status, outcome);
    }
    if (write.subject === "newAgent") {
      const { unitId } = first as { readonly unitId: TraceValue };
      if (unitsGiven.has(unitId)) reached.add("unit-again");
      unitsGiven.add(unitId);
    }
  };

  const details = (registration: string, data: { readonly [key: string]: TraceValue }): void => {
    const { agent_id: agentId, failure_reason: reason } = data;
    if (agentId === undefined) return;
    const known = agentOfRegistration.get(registration) === agentId;
    if (known && reason === undefined) reached.add("reconnect-to-live");
    if (known && reason !== undefined && isOver(agentId)) reached.add("reconnect-to-final");
    agentOfRegistration.set(registration, agentId);
  };

  const appended = ({ subject, args, outcome }: TraceEvent): void => {
    if (outcome === "full") {
      reached.add("mailbox-full");
      return;
    }
    const agent = agents.get(subject);
    if (agent !== undefined) agent.pending++;
    const packet = args as {
      readonly packet_type?: TraceValue;
      readonly subject_id?: string;
      readonly data?: { readonly [key: string]: TraceValue };
    };
    if (packet.subject_id === undefined || packet.data === undefined) return;
    if (packet.packet_type === "agent_details") details(packet.subject_id, packet.data);
    if (packet.packet_type === "mephisto_bound_live_update") {
      const id = packet.data["update_id"];
      if (lastUpdate.get(packet.subject_id) === id) reached.add("update-twice");
      lastUpdate.set(packet.subject_id, id);
    }
  };

  const taken = ({ subject, outcome }: TraceEvent): void => {
    const agent = agents.get(subject);
    // What was there before its first status was not counted.
    if (agent !== undefined && agent.pending > 0) agent.pending--;
    if (!Array.isArray(outcome)) return;
    const [type, about] = outcome as readonly TraceValue[];
    if (type === "mephisto_bound_live_update" && isOver(about)) reached.add("update-after-end");
    if ((type === "submit_unit" || type === "submit_onboarding") && isOver(about)) reached.add("submit-after-end");
  };

  return {
    reached,
    see(event) {
      switch (event.operation) {
        case "append":
          appended(event);
          return;
        case "take":
          taken(event);
          return;
        case "write":
          asked.push(event);
          return;
        case "commit":
          committed(event);
          return;
        case "shutdown":
          if (agents.has(event.subject) && !isOver(event.subject)) reached.add("shutdown-live");
      }
    },
  };
}
