/** The operations and observable state of an agent of the packet generation (v0). */
import { Packet, type PacketAgent } from "../index.js";
import type { Subject } from "./subject.js";

export function packetSubject(agent: PacketAgent): Subject {
  const agentId = agent.getAgentId();
  return {
    agent,
    *performSteps(step) {
      switch (step.op) {
        case "pushAction":
          agent.pushAction(new Packet("agent_action", agentId, "server", step.args.data));
          return null;
        case "act":
          return (yield* agent.actSteps(step.args.timeoutMs))?.data ?? null;
        case "observe": {
          const packet = new Packet("update_status", "server", "", { ...step.args.data });
          agent.observe(packet);
          return {
            receiverId: agent.pendingObservations.at(-1)?.receiverId ?? null,
            generatedId: packet.data["message_id"] !== step.args.data["message_id"],
          };
        }
        default:
          return undefined;
      }
    },
    observe: () => ({
      hasAction: agent.hasAction.isSet(),
      wantsAction: agent.wantsAction.isSet(),
      hasUpdatedStatus: agent.hasUpdatedStatus.isSet(),
      pendingObservations: agent.pendingObservations.length,
      gauges: null,
      activeWorkers: null,
    }),
  };
}
