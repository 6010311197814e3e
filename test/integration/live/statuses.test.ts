/** What clients report about their agents, and what a closing channel means. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startPlatform } from "../../support/live/platform.js";

test("only that a worker is gone is taken from a client; on anything else it is told what is true", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  client.send("return_statuses", "c", { [agentId]: "in task" });
  const told = client.statuses(agentId).length;
  client.send("return_statuses", "c", { [agentId]: "in task" });
  client.send("return_statuses", "c", { [agentId]: "completed" });
  assert.deepEqual(client.statuses(agentId).slice(told), [], "it agrees, or is about to be completed");
  client.send("return_statuses", "c", { [agentId]: "approved" });
  assert.deepEqual(client.statuses(agentId).slice(told), ["in task"]);
  assert.equal(platform.status(agentId), "in task");

  client.send("return_statuses", "c", { [agentId]: "disconnect" });
  assert.equal(platform.status(agentId), "disconnect");
  const after = client.statuses(agentId).length;
  client.send("return_statuses", "c", { [agentId]: "in task", 99: "in task" });
  assert.deepEqual(
    client.statuses(agentId).slice(after),
    ["disconnect"],
    "also when it is over; one that never was is nobody's",
  );
});

test("a client that says `disconnect` too late changes nothing", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  client.update(agentId, 1, { last: true });
  client.send("submit_unit", agentId, { answer: "done" });
  assert.equal(platform.status(agentId), "completed");
  client.send("return_statuses", "c", { [agentId]: "disconnect" });
  assert.deepEqual(platform.history(agentId), ["accepted", "in task", "completed"]);
  assert.equal(client.statuses(agentId).at(-1), "completed");
  platform.assertAtRest();
});

test("a second report that a worker is gone, while the first is being written, is not written and announced again", (t) => {
  const platform = startPlatform(t);
  const client = platform.client();
  const agentId = client.register("ann");
  platform.poolDb.hold();
  client.send("return_statuses", "c", { [agentId]: "disconnect" });
  platform.pass(10);
  client.send("return_statuses", "c", { [agentId]: "disconnect" });
  platform.pool.handle({ kind: "returned", agentId });
  platform.poolDb.commit();
  platform.settle();
  assert.deepEqual(
    client.statuses(agentId).filter((status) => status === "disconnect" || status === "returned"),
    ["disconnect"],
  );
  assert.deepEqual(
    platform.pool.evidence.map(({ acknowledgedStatuses }) => acknowledgedStatuses),
    [["disconnect"]],
  );
  platform.assertAtRest();
});

test("when a channel ends, the agents behind it are disconnected, those under way too, and the others are not", (t) => {
  const platform = startPlatform(t);
  const here = platform.client("here");
  const there = platform.client("there");
  const [gone, stays] = [here.register("ann"), there.register("bob")];
  platform.poolDb.hold();
  here.send("register_agent", "cyd", { worker_name: "cyd" });
  here.channel.alive = false;
  platform.clientIO.handlers.onClose(here.channel);
  platform.poolDb.commit();
  platform.settle();
  assert.deepEqual(
    [platform.status(gone), platform.status("3"), platform.status(stays)],
    ["disconnect", "disconnect", "in task"],
  );
  assert.equal(platform.pool.live, 1);
});

test("statuses are asked for in packets of bounded size, one channel at a time", (t) => {
  const platform = startPlatform(t);
  const here = platform.client("here");
  const there = platform.client("there");
  const [ann, bob, cyd] = [here.register("ann"), here.register("bob"), there.register("cyd")];
  platform.clientIO.requestStatuses();
  assert.deepEqual(here.last("request_statuses").data, { agent_ids: [ann, bob] });
  assert.deepEqual(there.last("request_statuses").data, { agent_ids: [cyd] });
});
