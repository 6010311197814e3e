/** The live run as its agents see it: it reaches the worker's page. `src/platform/live` implements it. */
import type { AgentStatus } from "../../vocabulary/index.js";
import type { Json } from "../sync/index.js";
import type { AgentHandle } from "./handle.js";

/** A live update: a message between a worker's page and the task's code. Any JSON object. */
export interface LiveUpdate {
  /** The id of the update; `observe` adds a missing one. */
  update_id?: Json;
  [key: string]: Json | undefined;
}

export interface LiveRun {
  /** Pushes an agent's status to its worker's page. Must not wait. */
  pushStatusUpdate(agent: AgentHandle, status: AgentStatus): void;
  /** Sends an update to the page of the agent of this id (as `getAgentId()` gives it). Must not wait. */
  sendLiveUpdate(agentId: string, update: LiveUpdate): void;
}
