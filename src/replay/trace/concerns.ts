/** Selects the events of a trace that are about one agent. */
import { agentIdOf, ONBOARDING_PREFIX, own } from "../../vocabulary/index.js";
import type { TraceEvent, TraceValue } from "./trace-event.js";

/** The operations on rows whose first argument is the id of an agent's row, with the prefix of the agent's id. */
const ON_AGENT_ROWS: Readonly<Record<string, string>> = {
  getAgent: "",
  updateAgent: "",
  getOnboardingAgent: ONBOARDING_PREFIX,
  updateOnboardingAgent: ONBOARDING_PREFIX,
};
/** The keys of messages under which agents are named. */
const NAMING_KEYS = new Set(["subject_id", "agentId", "agent_id", "agent_ids", "agent", "agents"]);

/** Whether `event` is about the agent `agentId`, as `getAgentId()` gives it. */
export function concerns(event: TraceEvent, agentId: string): boolean {
  const { operation, subject, args, outcome } = event;
  if (subject === agentId) return true;
  if (operation === "write" || operation === "commit" || operation === "answer" || operation === "read") {
    return isRowOf(agentId, subject, args);
  }
  return names(args, agentId) || names(outcome, agentId);
}

function isRowOf(agentId: string, name: string, args: TraceValue): boolean {
  const [first, second] = isList(args) ? args : [args];
  const prefix = own(ON_AGENT_ROWS, name);
  if (prefix !== undefined) return typeof first === "string" && prefix + first === agentId;
  if (name === "submitOfAgent") return traceAgentId(first, second) === agentId;
  if (isMapping(first)) return traceAgentId(first["agentType"], first["agentId"]) === agentId;
  return false;
}

function traceAgentId(agentType: TraceValue, dbId: TraceValue): string {
  return agentIdOf(agentType === "onboarding" ? agentType : "main", typeof dbId === "string" ? dbId : "");
}

function names(value: TraceValue, agentId: string): boolean {
  if (typeof value === "string") return value === agentId || value.startsWith(`${agentId}/`);
  if (isList(value)) return value.some((item) => typeof item === "string" && names(item, agentId));
  if (!isMapping(value)) return false;
  return Object.entries(value).some(([key, item]) => {
    if (key === agentId) return true;
    if (NAMING_KEYS.has(key)) return isList(item) ? item.some((one) => names(one, agentId)) : names(item, agentId);
    return isMapping(item) && names(item, agentId);
  });
}

function isList(value: TraceValue): value is readonly TraceValue[] {
  return Array.isArray(value);
}

function isMapping(value: TraceValue): value is { readonly [key: string]: TraceValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
