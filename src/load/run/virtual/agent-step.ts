/** What an event of a trace says about an agent, as far as invariants are about it. */
import type { TraceEvent, TraceValue } from "../../../replay/trace/index.js";
import { AGENT_STATUSES, agentIdOf, updateNumberOf } from "../../../vocabulary/index.js";
import type { AgentStep } from "../../check/index.js";

/** `event` is one of those that concern the agent. */
export function agentStepOf({ operation, subject, args, outcome }: TraceEvent, agentId: string): AgentStep {
  if (operation === "write") return statusWritten(subject, args, agentId);
  if (subject !== agentId) return {};
  if (operation === "resume") return { released: true };
  if (operation === "append" && outcome === null) return present("appended", updateNumberOf(idOf(args)));
  return operation === "take" ? present("taken", updateNumberOf(outcome)) : {};
}

function present(key: "appended" | "taken", number: number | undefined): AgentStep {
  return number === undefined ? {} : { [key]: number };
}

function idOf(message: TraceValue): unknown {
  return typeof message === "object" && message !== null && "update_id" in message ? message["update_id"] : undefined;
}

function statusWritten(name: string, args: TraceValue, agentId: string): AgentStep {
  const type = name === "updateAgent" ? "main" : name === "updateOnboardingAgent" ? "onboarding" : undefined;
  if (type === undefined || !Array.isArray(args)) return {};
  const [id, change] = args as readonly unknown[];
  if (typeof id !== "string" || agentIdOf(type, id) !== agentId) return {};
  const written = (change as { readonly status?: unknown } | undefined)?.status;
  const status = AGENT_STATUSES.find((one) => one === written);
  return status === undefined ? {} : { status };
}
