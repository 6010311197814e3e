/** Registration, the onboarding gate, and every answer to one who comes back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Requirement } from "../../../dist/platform/live/index.js";
import { startPlatform, type Client, type Platform } from "../../support/live/platform.js";

/** Goes through an onboarding of one update; returns the id of the onboarding agent. */
function onboard(platform: Platform, client: Client, registrationId: string, answer = "right"): string {
  const agentId = client.register(registrationId);
  client.update(agentId, 1, { last: true });
  client.send("submit_onboarding", agentId, { answer });
  platform.settle();
  return agentId;
}

test("a new worker is onboarded, and goes on to a unit when it passes", (t) => {
  const platform = startPlatform(t, { onboarding: true });
  const client = platform.client();
  const onboarding = onboard(platform, client, "ann");
  assert.equal(onboarding, "onboarding_1");
  assert.equal(platform.status(onboarding), "approved");
  assert.deepEqual(client.statuses(onboarding).at(-1), "approved");
  assert.deepEqual(client.last("agent_details").data, { agent_id: "1", status: "accepted" });
  assert.equal(platform.status("1"), "in task");
  assert.equal(platform.db.getUnit("1")?.agentId, "1");
});

test("the gate: one who failed is refused, one who passed needs no onboarding, whatever name they register under", (t) => {
  const platform = startPlatform(t, { onboarding: true });
  const client = platform.client();
  onboard(platform, client, "bob", "wrong");
  assert.equal(platform.status("onboarding_1"), "rejected");
  assert.deepEqual(client.last("agent_details").data, {
    agent_id: "onboarding_1",
    status: "rejected",
    failure_reason: "the onboarding was not passed",
  });
  client.send("register_agent", "bob again", { worker_name: "bob" });
  assert.equal(client.last("agent_details").data["failure_reason"], "worker is not qualified");

  onboard(platform, client, "ann");
  assert.equal(client.register("ann again", "ann"), "2", "a second unit, straight away");
});

test("what the task asks for: whoever does not meet it is told so as they register, before any onboarding", (t) => {
  const asked: Requirement[] = [
    { name: "language", comparator: "GreaterThanOrEqualTo", value: 60 },
    { name: "blocked", comparator: "DoesNotExist" },
  ];
  const platform = startPlatform(t, { onboarding: true, requirements: asked });
  const client = platform.client();
  platform.grant("language", { ann: 60, bob: 59, cyd: 80 });
  platform.grant("blocked", { cyd: 1 });
  const answerTo = (name: string): unknown => {
    client.send("register_agent", name, { worker_name: name });
    return client.last("agent_details").data;
  };
  const refused = { failure_reason: "worker is not qualified: the task asks for language GreaterThanOrEqualTo 60" };
  assert.deepEqual(answerTo("bob"), refused);
  assert.deepEqual(answerTo("dan"), refused, "one without the qualification");
  assert.deepEqual(answerTo("cyd"), {
    failure_reason: "worker is not qualified: the task asks for blocked DoesNotExist",
  });
  assert.equal(platform.db.onboardingAgentsOfTaskRun(platform.taskRunId).length, 0);
  onboard(platform, client, "ann");
  assert.equal(platform.status("1"), "in task");
  assert.equal(platform.measured().counters.not_qualified, 3);
});

/** The values, of 1, 2, 3 and none at all, with which a worker meets each requirement. */
const MEETING: readonly (readonly [Requirement, readonly (number | undefined)[]])[] = [
  [{ name: "q", comparator: "Exists" }, [1, 2, 3]],
  [{ name: "q", comparator: "DoesNotExist" }, [undefined]],
  [{ name: "q", comparator: "EqualTo", value: 2 }, [2]],
  [{ name: "q", comparator: "NotEqualTo", value: 2 }, [1, 3]],
  [{ name: "q", comparator: "GreaterThan", value: 2 }, [3]],
  [{ name: "q", comparator: "GreaterThanOrEqualTo", value: 2 }, [2, 3]],
  [{ name: "q", comparator: "LessThan", value: 2 }, [1]],
  [{ name: "q", comparator: "LessThanOrEqualTo", value: 2 }, [1, 2]],
  [{ name: "q", comparator: "In", value: [1, 3] }, [1, 3]],
  [{ name: "q", comparator: "NotIn", value: [1, 3] }, [2]],
];
for (const [requirement, meeting] of MEETING) {
  test(`who meets ${requirement.comparator}`, (t) => {
    const platform = startPlatform(t, { requirements: [requirement] });
    platform.grant("q", { "worker 1": 1, "worker 2": 2, "worker 3": 3 });
    const client = platform.client();
    const admitted = [1, 2, 3, undefined].filter((value) => {
      const name = `worker ${value ?? "without"}`;
      client.send("register_agent", name, { worker_name: name });
      return client.last("agent_details").data["failure_reason"] === undefined;
    });
    assert.deepEqual(admitted, meeting);
  });
}

test("without an onboarding, and when there is nothing to work on", (t) => {
  const platform = startPlatform(t, { assignments: 1 });
  const client = platform.client();
  assert.equal(client.register("ann"), "1");
  client.send("register_agent", "bob", { worker_name: "bob" });
  assert.deepEqual(client.last("agent_details").data, { failure_reason: "there is no unit to work on" });
  client.send("register_agent", "nobody", {});
  assert.deepEqual(client.last("agent_details").data, { failure_reason: "worker_name is missing" });
  platform.pool.shutdown();
  client.send("register_agent", "cyd", { worker_name: "cyd" });
  assert.deepEqual(client.last("agent_details").data, { failure_reason: "the live run is shutting down" });
});

test("one who comes back: still alive, disconnected, rejected", (t) => {
  const platform = startPlatform(t, { onboarding: true });
  const here = platform.client("here");
  const there = platform.client("there");
  const agentId = here.register("ann");
  there.send("register_agent", "ann", { worker_name: "ann" });
  assert.deepEqual(there.last("agent_details").data, { agent_id: agentId, status: "onboarding" });
  there.update(agentId, 1);
  assert.equal(there.last("client_bound_live_update").subject_id, agentId, "from now on it is reached there");

  there.send("return_statuses", "there", { [agentId]: "disconnect" });
  there.send("register_agent", "ann", { worker_name: "ann" });
  assert.deepEqual(there.last("agent_details").data, {
    agent_id: agentId,
    status: "disconnect",
    failure_reason: "the agent is over: disconnect",
  });

  onboard(platform, here, "bob", "wrong");
  here.send("register_agent", "bob", { worker_name: "bob" });
  assert.deepEqual(here.last("agent_details").data, {
    agent_id: "onboarding_2",
    status: "rejected",
    failure_reason: "the onboarding was not passed",
  });
  assert.equal(platform.measured().counters.reconnects, 3);
});

test("asking again before the answer gives one agent, and the answer goes to where it was asked last", (t) => {
  const platform = startPlatform(t);
  const here = platform.client("here");
  const there = platform.client("there");
  platform.poolDb.hold();
  here.send("register_agent", "ann", { worker_name: "ann" });
  there.send("register_agent", "ann", { worker_name: "ann" });
  platform.poolDb.commit();
  platform.settle();
  assert.deepEqual(here.received, []);
  assert.equal(there.last("agent_details").data["agent_id"], "1");
  assert.equal(platform.db.agentsOfTaskRun(platform.taskRunId).length, 1);
});

test("one who drops between the onboarding and the unit is not told that all is over, and finds the unit on coming back", (t) => {
  const platform = startPlatform(t, { onboarding: true });
  const here = platform.client("here");
  const there = platform.client("there");
  const agentId = here.register("ann");
  here.update(agentId, 1, { last: true });
  platform.runnerDb.hold();
  here.send("submit_onboarding", agentId, { answer: "right" });
  platform.poolDb.hold();
  platform.runnerDb.commit();
  platform.settle();
  assert.equal(platform.status(agentId), "approved");
  there.send("register_agent", "ann", { worker_name: "ann" });
  assert.deepEqual(there.received, []);
  platform.poolDb.commit();
  platform.settle();
  assert.deepEqual(there.last("agent_details").data, { agent_id: "1", status: "accepted" });
});

test("a second submit of an onboarding is answered with the final status", (t) => {
  const platform = startPlatform(t, { onboarding: true });
  const client = platform.client();
  const agentId = client.register("ann");
  client.update(agentId, 1, { last: true });
  platform.poolDb.hold();
  client.send("submit_onboarding", agentId, { answer: "right" });
  client.send("submit_onboarding", agentId, { answer: "wrong" });
  platform.poolDb.commit();
  platform.settle();
  assert.equal(platform.status(agentId), "approved", "the first one counts");
  assert.equal(platform.db.stateOfAgent("onboarding", "1").filter(({ kind }) => kind === "submit").length, 1);
  const told = client.statuses(agentId).length;
  client.send("submit_onboarding", agentId, { answer: "wrong" });
  assert.deepEqual(client.statuses(agentId).slice(told), ["approved"]);
});

test("a submit is acknowledged once it is committed", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  platform.poolDb.hold();
  client.send("submit_unit", agentId, { answer: "done" });
  assert.ok(!client.received.some((packet) => packet.packet_type === "submit_unit"));
  platform.poolDb.commit();
  platform.settle();
  assert.deepEqual(client.last("submit_unit").data, { acknowledged: true });
  assert.deepEqual(
    platform.db.stateOfAgent("main", agentId).map(({ kind, data }) => [kind, data]),
    [["submit", '{"answer":"done"}']],
  );
  client.send("submit_unit", agentId, { answer: "again" });
  assert.equal(platform.db.stateOfAgent("main", agentId).length, 1);
});

test("a submit of the other kind is refused", (t) => {
  const platform = startPlatform(t, { onboarding: true });
  const client = platform.client();
  const agentId = client.register("ann");
  client.send("submit_unit", agentId, { answer: "right" });
  assert.match(JSON.stringify(client.last("log_error").data["error"]), /submit_onboarding/);
  assert.deepEqual(platform.db.stateOfAgent("onboarding", "1"), []);
});

test("metadata goes into the agent's state", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  client.send("submit_metadata", agentId, { browser: "lynx" });
  client.send("submit_metadata", "unknown", { browser: "lynx" });
  assert.deepEqual(
    platform.db.stateOfAgent("main", agentId).map(({ data }) => (JSON.parse(data) as { metadata: unknown }).metadata),
    [{ browser: "lynx" }],
  );
});
