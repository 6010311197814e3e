import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AgentDisconnectedError,
  createProviderRegistry,
  Packet,
  PacketOnboardingAgent,
  PacketWorkerAgent,
  simulatedProvider,
} from "../../../dist/platform/model/index.js";
import { newWorld } from "../../support/model/fixture.js";

test("observe leaves the packet it was given alone, but for the id it made up", (t) => {
  const { context, worker, unit } = newWorld(t, { ids: { next: () => "made up" } });
  const agent = PacketWorkerAgent.newFromProviderData(context, worker, unit, {});
  const packet = new Packet("act", "server", "everybody", { nested: { text: "hello" } });
  agent.observe(packet);
  assert.deepEqual(packet.toFields(), {
    packet_type: "act",
    sender_id: "server",
    receiver_id: "everybody",
    data: { nested: { text: "hello" }, message_id: "made up" },
  });
  const [sent] = agent.pendingObservations;
  assert.equal(sent?.receiverId, "1");
  assert.deepEqual(sent.data, packet.data);
  assert.notEqual(sent.data["nested"], packet.data["nested"]);
});

test("an action arrives as the packet that was pushed, and one that says so is the submission", async (t) => {
  const { context, worker, taskRun } = newWorld(t);
  const agent = PacketOnboardingAgent.new(context, worker, taskRun);
  const acted = agent.actAsync(60_000);
  assert.ok(agent.wantsAction.isSet());
  const packet = new Packet("act", agent.getAgentId(), "server", { MEPHISTO_is_submit: true });
  agent.pushAction(packet);
  assert.deepEqual(await acted, packet);
  assert.ok(agent.didSubmit.isSet());
});

test("a disconnect through another handle releases whoever acts", async (t) => {
  const { context, worker, unit } = newWorld(t);
  const agent = PacketWorkerAgent.newFromProviderData(context, worker, unit, {});
  const released = assert.rejects(agent.actAsync(60_000), AgentDisconnectedError);
  await PacketWorkerAgent.get(context, agent.dbId).updateStatusAsync("disconnect");
  await released;
  assert.ok(agent.hasUpdatedStatus.isSet());
});

test("a provider without packet agents is refused", (t) => {
  const { providerType, AgentClass } = simulatedProvider;
  const { context, worker, unit } = newWorld(t, { providers: createProviderRegistry([{ providerType, AgentClass }]) });
  assert.throws(() => PacketWorkerAgent.new(context, worker, unit), /must be a subclass of PacketWorkerAgent/);
});
