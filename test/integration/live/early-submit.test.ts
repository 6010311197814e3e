/** Workers who submit before their last live update: the submit ends the live part. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startPlatform, type Client, type Platform } from "../../support/live/platform.js";

const worker = (platform: Platform): { client: Client; agentId: string } => {
  const client = platform.client();
  return { client, agentId: client.register("ann") };
};

for (const blueprint of ["chat", "remote-procedure"] as const) {
  test(`${blueprint}: a submit ends the live part, after what was sent before it`, (t) => {
    const platform = startPlatform(t, { blueprint, workTimeMs: 100 });
    const { client, agentId } = worker(platform);
    client.update(agentId, 1);
    client.update(agentId, 2);
    client.send("submit_unit", agentId, { answer: "done" });
    assert.equal(platform.status(agentId), "in task");
    platform.pass(100);
    platform.pass(100);
    assert.deepEqual(platform.history(agentId), ["accepted", "in task", "completed"]);
    assert.equal(platform.evidenceOf(agentId).taken.count, 2);
    platform.assertAtRest();
  });

  test(`${blueprint}: a submit without any live update completes the work at once`, (t) => {
    const platform = startPlatform(t, { blueprint });
    const { client, agentId } = worker(platform);
    client.send("submit_unit", agentId, { answer: "done" });
    assert.deepEqual(platform.history(agentId), ["accepted", "in task", "completed"]);
    assert.equal(platform.db.getUnit("1")?.status, "completed");
    platform.assertAtRest();
  });
}

test("a submit ends the live part of an onboarding", (t) => {
  const platform = startPlatform(t, { onboarding: true });
  const { client, agentId } = worker(platform);
  client.update(agentId, 1);
  client.send("submit_onboarding", agentId, { answer: "right" });
  assert.equal(platform.status(agentId), "approved");
});

test("a submit that overtakes refused updates ends the live part once they have come", (t) => {
  const platform = startPlatform(t, { ringBytes: 512, workTimeMs: 10 });
  const { client, agentId } = worker(platform);
  const big = { text: "x".repeat(200) };
  const sent = [1, 2, 3, 4];
  for (const number of sent) client.update(agentId, number, big);
  const from = client.last("log_error").data["send_again_from"];
  assert.equal(typeof from, "number");
  client.send("submit_unit", agentId, { answer: "done" });
  for (let passed = 0; passed < 50; passed += 10) platform.pass(10);
  assert.equal(platform.status(agentId), "in task", "it waits for the updates that the client was told to send again");
  for (const number of sent.filter((each) => each >= Number(from))) {
    client.update(agentId, number, big);
    platform.pass(20);
  }
  for (let passed = 0; passed < 50; passed += 10) platform.pass(10);
  assert.equal(platform.status(agentId), "completed");
  assert.equal(platform.evidenceOf(agentId).taken.count, 4);
  platform.assertAtRest();
});

test("a submit while the partner is awaited ends the live part as it begins", (t) => {
  const platform = startPlatform(t, { unitsPerAssignment: 2 });
  const ann = platform.client();
  const agentId = ann.register("ann");
  ann.send("submit_unit", agentId, { answer: "done" });
  assert.equal(platform.status(agentId), "waiting");
  const bob = platform.client("d");
  const other = bob.register("bob", "bob");
  assert.equal(platform.status(agentId), "completed");
  assert.equal(platform.status(other), "in task");
  bob.update(other, 1, { last: true });
  bob.send("submit_unit", other, { answer: "done" });
  assert.equal(platform.status(other), "completed");
  platform.assertAtRest();
});

test("a submit of a static task tells its code nothing more", (t) => {
  const platform = startPlatform(t, { blueprint: "static", onboarding: true });
  const { client, agentId } = worker(platform);
  client.send("submit_onboarding", agentId, { answer: "right" });
  assert.equal(platform.status(agentId), "approved");
});
