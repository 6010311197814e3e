/** A gateway in this process, with a platform that only registers. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { TimerDriver } from "../../../dist/load/network/index.js";
import type { Channel, ChannelPacket } from "../../../dist/platform/live/index.js";
import { DEFAULT_LIMITS, Gateway, type GatewayLimits } from "../../../dist/platform/server/gateway/index.js";
import { Reactor, systemClock } from "../../../dist/platform/sync/index.js";
import { temporaryDirectory } from "../cli/simulate.js";
import { post } from "./served.js";

/**
 * A gateway whose platform gives every registration the agent 7, or onboarding_7 to the worker `newcomer`, unless it is
 * of the worker `nobody`, and answers nothing else.
 */
export async function silentPlatform(
  t: TestContext,
  limits: Partial<GatewayLimits> = {},
  detection: "heartbeat" | "close" = "heartbeat",
) {
  const reactor = new Reactor(systemClock, () => {
    throw new Error("there are no events");
  });
  const driver = new TimerDriver(reactor);
  reactor.drive(driver);
  let ids = 0;
  const filesDirectory = join(temporaryDirectory(t), "files");
  const counted: string[] = [];
  const gateway = new Gateway({
    reactor,
    ids: { next: () => `id-${++ids}` },
    wallClock: () => Date.now(),
    db: { getAgent: () => undefined, getOnboardingAgent: () => undefined },
    observer: {
      count: (name) => counted.push(name),
      updateSent: () => undefined,
      submitAcknowledged: (agentId) => counted.push(`acknowledged ${agentId}`),
      statusSent: () => undefined,
    },
    detection,
    graceMs: 100,
    updateBytes: 4096,
    limits: { ...DEFAULT_LIMITS, ...limits },
    access: { hosts: [], origins: [], token: undefined },
    taskConfig: {},
    taskData: {},
    pages: tmpdir(),
    filesDirectory,
  });
  const received: ChannelPacket[] = [];
  const channel: Channel = {
    id: "gateway",
    open: () => undefined,
    close: () => undefined,
    isAlive: () => true,
    enqueueSend(packet) {
      received.push(packet);
      const { packet_type, subject_id, data } = packet;
      if (packet_type === "register_agent" && data["worker_name"] !== "nobody")
        setImmediate(() => give(subject_id, data["worker_name"] === "newcomer"));
      return true;
    },
  };
  const give = (registration: string, isNewcomer: boolean): void => {
    const agent_id = isNewcomer ? "onboarding_7" : "7";
    const status = isNewcomer ? "onboarding" : "in task";
    const { handlers } = gateway;
    handlers.onMessage(channel, { packet_type: "agent_details", subject_id: registration, data: { agent_id, status } });
    handlers.onMessage(channel, { packet_type: "update_status", subject_id: agent_id, data: { status } });
  };
  gateway.use(channel);
  const url = await gateway.listen("127.0.0.1", 0);
  t.after(async () => {
    await gateway.close();
    driver.stop();
  });
  const register = (worker_name: string) =>
    post(url, "request_agent", { provider_data: { worker_name, agent_registration_id: worker_name } });
  return { url, counted, received, register, filesDirectory };
}
