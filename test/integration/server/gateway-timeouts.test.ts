/** A platform that does not answer: the gateway answers its HTTP requests with 504 within the limit. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { TimerDriver } from "../../../dist/load/network/index.js";
import type { Channel, ChannelPacket } from "../../../dist/platform/live/index.js";
import { DEFAULT_LIMITS, Gateway } from "../../../dist/platform/server/gateway/index.js";
import { Reactor, systemClock } from "../../../dist/platform/sync/index.js";
import { post } from "../../support/server/served.js";

/**
 * A gateway whose platform gives every registration an agent, unless it is of the worker `nobody`, and answers nothing
 * else.
 */
async function silentPlatform(t: { after(fn: () => Promise<void>): void }) {
  const reactor = new Reactor(systemClock, () => {
    throw new Error("there are no events");
  });
  const driver = new TimerDriver(reactor);
  reactor.drive(driver);
  let ids = 0;
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
    detection: "heartbeat",
    graceMs: 1000,
    updateBytes: 4096,
    limits: { ...DEFAULT_LIMITS, answerWithinMs: 100 },
    access: { hosts: [], origins: [], token: undefined },
    taskConfig: {},
    taskData: {},
    pages: tmpdir(),
    filesDirectory: tmpdir(),
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
        setImmediate(() =>
          gateway.handlers.onMessage(channel, {
            packet_type: "agent_details",
            subject_id,
            data: { agent_id: "7", status: "in task" },
          }),
        );
      return true;
    },
  };
  gateway.use(channel);
  const url = await gateway.listen("127.0.0.1", 0);
  t.after(async () => {
    await gateway.close();
    driver.stop();
  });
  const register = (worker_name: string) =>
    post(url, "request_agent", { provider_data: { worker_name, agent_registration_id: worker_name } });
  return { url, counted, received, register };
}

test("a submit and a registration that the platform does not answer in time get 504, and none is acknowledged", async (t) => {
  const { url, counted, received, register } = await silentPlatform(t);
  const { status, body } = await register("ann");
  assert.equal(status, 200, JSON.stringify(body));
  const late = {
    status: 504,
    body: { error: "the platform has not answered in time; the request may still be carried out" },
  };
  assert.deepEqual(await post(url, "submit_task", { USED_AGENT_ID: "7", final_data: { answer: 1 } }), late);
  assert.deepEqual(await register("nobody"), late);
  assert.ok(received.some(({ packet_type }) => packet_type === "submit_unit"));
  assert.deepEqual(counted, []);
});
