/** The operations and observable state of an agent of the live-update generation (v1). */
import type { AgentStatus } from "../../../vocabulary/index.js";
import type { AgentCounts, LiveAgent, LiveRun } from "../index.js";
import type { Subject } from "./subject.js";

export function liveSubject(agent: LiveAgent, metrics: AgentCounts): Subject {
  const statusPushes: AgentStatus[] = [];
  let sentCount = 0;
  const liveRun: LiveRun = {
    pushStatusUpdate: (_agent, status) => void statusPushes.push(status),
    sendLiveUpdate: () => {
      sentCount++;
    },
  };
  return {
    agent,
    *performSteps(step) {
      switch (step.op) {
        case "pushAction":
          agent.mailbox.append(step.args.data);
          return null;
        case "getLiveUpdate":
          return (yield* agent.getLiveUpdateSteps(step.args.timeoutMs)) ?? null;
        case "observe": {
          const update = { ...step.args.data };
          const sentBefore = sentCount;
          agent.observe(update);
          return { generatedId: update["update_id"] !== step.args.data["update_id"], sent: sentCount > sentBefore };
        }
        case "awaitSubmit":
          return yield* agent.awaitSubmitSteps(step.args.timeoutMs);
        case "handleSubmit":
          yield* agent.handleSubmitSteps(step.args.data);
          return null;
        case "shutdown":
          agent.shutdown();
          return null;
        case "setLiveRun":
          agent.setLiveRun(liveRun);
          return null;
        default:
          return undefined;
      }
    },
    observe: () => ({
      hasLiveUpdate: agent.hasLiveUpdate.isSet(),
      isShutdown: agent.isShutdown,
      statusPushes: [...statusPushes],
      sentCount,
      gauges: Object.fromEntries(
        metrics.statuses().map(({ agentType, status, value }) => [`${agentType}/${status}`, value]),
      ),
      activeWorkers: Object.fromEntries(
        metrics.workers().map(({ agentType, workerId, value }) => [`${agentType}/w${workerId}`, value]),
      ),
    }),
  };
}
