/** Assignments that several agents share: waiting for partners, losing one, and what becomes of the units. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startPlatform, SUBMISSION_TIMEOUT_MS, type Platform } from "../../support/live/platform.js";

const two = { unitsPerAssignment: 2, assignments: 3 };
const unitsOf = (platform: Platform): unknown[] => platform.db.unitsOfAssignment("1").map(({ status }) => status);

test("an agent waits for its partner, then both are in the task and hear each other", (t) => {
  const platform = startPlatform(t, two);
  const client = platform.client();
  const ann = client.register("ann");
  assert.equal(platform.status(ann), "waiting");
  const bob = client.register("bob");
  assert.deepEqual(platform.history(ann), ["accepted", "waiting", "in task"]);
  assert.deepEqual(platform.history(bob), ["accepted", "in task"]);
  client.update(ann, 1, { last: true });
  assert.ok(client.received.some(({ subject_id: id, data }) => id === bob && data["from"] === ann));
  client.update(bob, 1, { last: true });
  client.send("submit_unit", ann, {});
  client.send("submit_unit", bob, {});
  assert.deepEqual(unitsOf(platform), ["completed", "completed"]);
  platform.assertAtRest();
});

for (const leaves of ["disconnect", "returned", "timeout"] as const) {
  test(`${leaves} of one: the other becomes partner disconnect, may submit, and the units expire`, (t) => {
    const platform = startPlatform(t, two);
    const client = platform.client();
    const [ann, bob] = [client.register("ann"), client.register("bob")];
    client.update(bob, 1);
    client.update(bob, 2);
    if (leaves === "disconnect") client.send("return_statuses", "c", { [ann]: "disconnect" });
    else if (leaves === "returned") platform.pool.handle({ kind: "returned", agentId: ann });
    else {
      client.update(ann, 1, { last: true });
      platform.pass(SUBMISSION_TIMEOUT_MS);
    }
    platform.settle();
    assert.equal(platform.status(ann), leaves);
    assert.equal(platform.status(bob), "partner disconnect");
    assert.equal(client.statuses(bob).at(-1), "partner disconnect");
    client.send("submit_unit", bob, { answer: "so far" });
    assert.deepEqual(
      platform.history(bob),
      ["accepted", "waiting", "in task", "partner disconnect", "completed"].filter((status) => status !== "waiting"),
    );
    assert.deepEqual(unitsOf(platform), ["expired", "expired"]);
    platform.assertAtRest();
  });
}

test("a partner who does not submit times out; one who had submitted is completed", (t) => {
  const platform = startPlatform(t, { unitsPerAssignment: 3, assignments: 1 });
  const client = platform.client();
  const [ann, bob, cyd] = [client.register("ann"), client.register("bob"), client.register("cyd")];
  client.send("submit_unit", cyd, { answer: "early" });
  client.send("return_statuses", "c", { [ann]: "disconnect" });
  assert.equal(platform.status(cyd), "completed");
  assert.equal(platform.status(bob), "partner disconnect");
  platform.pass(SUBMISSION_TIMEOUT_MS);
  assert.equal(platform.status(bob), "timeout");
  assert.deepEqual(unitsOf(platform), ["expired", "expired", "completed"]);
  platform.assertAtRest();
});

test("both leave at once: neither is a partner's victim", (t) => {
  const platform = startPlatform(t, two);
  const client = platform.client();
  const [ann, bob] = [client.register("ann"), client.register("bob")];
  client.send("return_statuses", "c", { [ann]: "disconnect", [bob]: "disconnect" });
  assert.deepEqual([platform.status(ann), platform.status(bob)], ["disconnect", "disconnect"]);
  assert.deepEqual(unitsOf(platform), ["expired", "expired"]);
  platform.assertAtRest();
});

test("shutdown ends those who are in the task, those whose partner is gone, and those who still wait for one", (t) => {
  const platform = startPlatform(t, two);
  const client = platform.client();
  const [ann, bob, cyd, dan, eve] = ["ann", "bob", "cyd", "dan", "eve"].map((name) => client.register(name));
  client.send("return_statuses", "c", { [String(cyd)]: "disconnect" });
  assert.equal(platform.status(String(dan)), "partner disconnect");
  platform.pool.shutdown();
  platform.settle();
  assert.deepEqual(
    [ann, bob, cyd, dan, eve].map((agentId) => platform.status(String(agentId))),
    ["disconnect", "disconnect", "disconnect", "disconnect", "expired"],
  );
  assert.deepEqual(
    platform.db.unitsOfAssignment("3").map(({ status }) => status),
    ["expired", "launched"],
  );
  platform.assertAtRest();
});

test("one who leaves while waiting makes place for another, who waits for the same partner", (t) => {
  const platform = startPlatform(t, { ...two, assignments: 1 });
  const client = platform.client();
  const ann = client.register("ann");
  client.send("return_statuses", "c", { [ann]: "disconnect" });
  platform.assertAtRest();
  const [bob, cyd] = [client.register("bob"), client.register("cyd")];
  assert.deepEqual([platform.status(bob), platform.status(cyd)], ["in task", "in task"]);
});

test("race: one is lost before it is known to be waiting, and its unit is given back", (t) => {
  const platform = startPlatform(t, { ...two, assignments: 1 });
  const lost = platform.client("lost");
  platform.poolDb.hold();
  lost.send("register_agent", "ann", { worker_name: "ann" });
  lost.channel.alive = false;
  platform.poolDb.commit();
  platform.settle();
  assert.equal(platform.status("1"), "disconnect");
  assert.deepEqual(unitsOf(platform), ["launched", "launched"]);
  platform.assertAtRest();
  const client = platform.client();
  const [bob, cyd] = [client.register("bob"), client.register("cyd")];
  assert.deepEqual([platform.status(bob), platform.status(cyd)], ["in task", "in task"]);
});

test("who comes when nobody more will come does not wait", (t) => {
  const platform = startPlatform(t, two);
  const client = platform.client();
  platform.pool.closeBarrier();
  const ann = client.register("ann");
  assert.equal(platform.status(ann), "expired");
  platform.assertAtRest();
});

test("race: all come at once, and nobody is in the task before its wait is committed", (t) => {
  const platform = startPlatform(t, { unitsPerAssignment: 3, assignments: 1 });
  const client = platform.client();
  platform.poolDb.hold();
  for (const name of ["ann", "bob", "cyd"]) client.send("register_agent", name, { worker_name: name });
  platform.poolDb.commit();
  platform.settle();
  for (const agentId of ["1", "2", "3"]) assert.equal(platform.history(agentId).at(-1), "in task", agentId);
});

test("race: one leaves between the launch and its first status in the task; nobody is given its place", (t) => {
  const platform = startPlatform(t, two);
  const client = platform.client();
  const ann = client.register("ann");
  platform.runnerDb.hold();
  const bob = client.register("bob");
  // Its row still says `waiting`, so the model frees its unit.
  client.send("return_statuses", "c", { [ann]: "disconnect" });
  assert.deepEqual(unitsOf(platform), ["launched", "assigned"]);
  const cyd = client.register("cyd");
  assert.equal(platform.db.getAgent(cyd)?.assignmentId, "2");
  platform.runnerDb.commit();
  platform.settle();
  assert.deepEqual([platform.status(ann), platform.status(bob)], ["disconnect", "partner disconnect"]);
  assert.equal(unitsOf(platform)[0], "expired");
});
