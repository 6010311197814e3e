/**
 * The crowd provider of simulated workers. It has no site, so a decision about an agent's work is only a change of its
 * status.
 */
import type { Steps } from "../sync/index.js";
import { Agent } from "./agent.js";
import type { ModelContext } from "./context.js";
import type { Unit } from "./entities/unit.js";
import type { Worker } from "./entities/worker.js";
import { PacketWorkerAgent } from "./packet/packet-worker-agent.js";
import type { CrowdProvider } from "./providers.js";

export const SIMULATED_PROVIDER_TYPE = "simulated";

export class SimulatedAgent extends Agent {
  static override newSteps(context: ModelContext, worker: Worker, unit: Unit): Steps<Agent> {
    return this._registerAgentSteps(context, worker, unit, SIMULATED_PROVIDER_TYPE);
  }

  approveWorkSteps(): Steps<void> {
    return this.updateStatusSteps("approved");
  }

  rejectWorkSteps(): Steps<void> {
    return this.updateStatusSteps("rejected");
  }

  markDoneSteps(): Steps<void> {
    return this.completeRowSteps();
  }
}

export class SimulatedPacketAgent extends PacketWorkerAgent {
  static override newSteps(context: ModelContext, worker: Worker, unit: Unit): Steps<PacketWorkerAgent> {
    return this._registerAgentSteps(context, worker, unit, SIMULATED_PROVIDER_TYPE);
  }

  approveWorkSteps(): Steps<void> {
    return this.updateStatusSteps("approved");
  }

  rejectWorkSteps(): Steps<void> {
    return this.updateStatusSteps("rejected");
  }

  markDoneSteps(): Steps<void> {
    return this.completeRowSteps();
  }
}

export const simulatedProvider: CrowdProvider = {
  providerType: SIMULATED_PROVIDER_TYPE,
  AgentClass: SimulatedAgent,
  PacketAgentClass: SimulatedPacketAgent,
};
