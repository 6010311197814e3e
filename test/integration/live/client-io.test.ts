/** Live updates on their way in: dropped when they came before, refused when there is no room, never out of order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isChannelPacket, PACKET_TYPES } from "../../../dist/platform/live/index.js";
import { MAX_PAYLOAD_BYTES } from "../../../dist/load/scenario/index.js";
import { startPlatform } from "../../support/live/platform.js";

test("a live update that comes twice is taken once", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  client.update(agentId, 1);
  client.update(agentId, 1);
  client.update(agentId, 2);
  client.update(agentId, 1);
  assert.deepEqual({ ...platform.evidenceOf(agentId).taken }, { count: 2, next: 3, repeated: 0, late: 0, skipped: 0 });
  const { counters } = platform.measured();
  assert.deepEqual([counters.live_updates_taken, counters.duplicates_dropped], [2, 2]);
});

test("a second copy is known among a thousand later updates, and not all ids are kept for that", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  const upTo = (last: number, first: number): void => {
    for (let number = first; number <= last; number++) client.update(agentId, number);
  };
  upTo(1000, 1);
  client.update(agentId, 1);
  upTo(1999, 1001);
  client.update(agentId, 1000);
  assert.equal(platform.measured().counters.duplicates_dropped, 2);
  upTo(2001, 2000);
  client.update(agentId, 1);
  assert.equal(platform.measured().counters.duplicates_dropped, 0, "it came two thousand updates ago");
});

test("a full mailbox refuses, and lets nothing overtake what it refused", (t) => {
  const platform = startPlatform(t, { ringBytes: 1024, workTimeMs: 100 });
  const client = platform.client();
  const agentId = client.register("ann");
  const text = "x".repeat(300);
  // The first is being worked on; two more find room.
  for (let number = 1; number <= 6; number++) client.update(agentId, number, { text });
  const refusals = (): unknown[] =>
    client.received.filter(({ packet_type: type }) => type === "log_error").map(({ data }) => data["send_again_from"]);
  const first = Number(refusals()[0]);
  assert.ok(first > 1 && first < 6, `refused from ${first} on`);
  assert.deepEqual(
    refusals(),
    Array.from({ length: 6 - first + 1 }, () => first),
    "each later one is told where to go on",
  );

  platform.pass(100);
  client.update(agentId, 6, { text });
  assert.equal(refusals().at(-1), first, "there is room now, but not for this one");
  for (let number = first; number <= 6; number++) {
    client.update(agentId, number, { text });
    platform.pass(100);
  }
  for (let n = 0; n < 6; n++) platform.pass(100);
  assert.deepEqual({ ...platform.evidenceOf(agentId).taken }, { count: 6, next: 7, repeated: 0, late: 0, skipped: 0 });
  assert.equal(platform.measured().counters.mailbox_full, 1);
});

test("a second copy of a refused update, late on its way, overtakes nothing", (t) => {
  const platform = startPlatform(t, { ringBytes: 1024, workTimeMs: 100 });
  const client = platform.client();
  const agentId = client.register("ann");
  const text = "x".repeat(300);
  for (let number = 1; number <= 6; number++) client.update(agentId, number, { text });
  const refusedFrom = Number(client.last("log_error").data["send_again_from"]);
  for (let number = refusedFrom; number <= 6; number++) {
    platform.pass(100);
    client.update(agentId, number, { text });
    if (number < 5) client.update(agentId, 6, { text });
  }
  for (let n = 0; n < 6; n++) platform.pass(100);
  assert.deepEqual({ ...platform.evidenceOf(agentId).taken }, { count: 6, next: 7, repeated: 0, late: 0, skipped: 0 });
});

test("what can never be taken is refused for good", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  client.update(agentId, 1, { text: "x".repeat(5000) });
  const { data } = client.last("log_error");
  assert.match(JSON.stringify(data["error"]), /limit of this mailbox is 4092/);
  assert.equal(data["send_again_from"], undefined);
  client.send("mephisto_bound_live_update", agentId, { text: "no number" });
  assert.equal(client.last("log_error").data["error"], "malformed live update");
  client.update(agentId, 1);
  assert.equal(platform.evidenceOf(agentId).taken.count, 1);
});

test("the largest text that a scenario can ask for fits an agent's mailbox, with the longest envelope", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  const longest = {
    update_id: "x".repeat(60),
    number: 1e15 + 1,
    intended_at: 1234567890.123456,
    last: true,
    text: "x".repeat(MAX_PAYLOAD_BYTES),
  };
  client.send("mephisto_bound_live_update", agentId, longest);
  assert.equal(platform.evidenceOf(agentId).taken.count, 1);
});

test("a live update to an agent that is over is answered with its status", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  platform.pool.handle({ kind: "returned", agentId });
  platform.settle();
  const told = client.statuses(agentId).length;
  client.update(agentId, 1);
  client.update("never", 1);
  assert.deepEqual(client.statuses(agentId).slice(told), ["returned"]);
});

test("a client that sends what only the platform sends is told so; `alive` is answered; errors are counted", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  for (const type of ["agent_details", "client_bound_live_update", "request_statuses", "update_status"] as const) {
    client.send(type, "x");
    assert.equal(client.last("log_error").data["error"], `a client does not send ${type}`);
  }
  client.send("alive", "x");
  assert.equal(client.last("alive").subject_id, "x");
  client.send("log_error", "x", { error: "on the page" });
  platform.clientIO.handlers.onMalformed(client.channel, "not a packet");
  assert.equal(platform.measured().counters.errors, 2);
});

test("what the platform sends bears its time", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  platform.pass(7);
  client.register("ann");
  assert.equal(client.last("agent_details").server_timestamp, 7);
});

test("what has not the form of a packet is none", () => {
  const packet = { packet_type: "alive", subject_id: "1", data: {} };
  for (const packet_type of PACKET_TYPES) assert.ok(isChannelPacket({ ...packet, packet_type }));
  for (const wrong of [
    null,
    1,
    [],
    {},
    { ...packet, packet_type: "hello" },
    { ...packet, subject_id: 1 },
    { ...packet, data: [] },
    { ...packet, data: null },
  ]) {
    assert.equal(isChannelPacket(wrong), false, JSON.stringify(wrong));
  }
});
