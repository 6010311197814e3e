/** One agent through its task: each way it can end, and the races between what the pool and the runner write. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "../../../dist/vocabulary/index.js";
import { checkInvariants } from "../../../dist/load/check/index.js";
import {
  wait,
  WrappedMailbox,
  type Absence,
  type Mailbox,
  type Reactor,
  type Steps,
} from "../../../dist/platform/sync/index.js";
import {
  LIVE_UPDATE_TIMEOUT_MS,
  startPlatform,
  SUBMISSION_TIMEOUT_MS,
  type Client,
  type Platform,
} from "../../support/live/platform.js";

const worker = (platform: Platform): { client: Client; agentId: string } => {
  const client = platform.client();
  return { client, agentId: client.register("ann") };
};
const unitOf = (platform: Platform, unitId = "1") => {
  const unit = platform.db.getUnit(unitId);
  return [unit?.status, unit?.agentId];
};

for (const blueprint of ["chat", "remote-procedure"] as const) {
  test(`${blueprint}: each update is answered, the last one ends the live part, the submit completes the work`, (t) => {
    const platform = startPlatform(t, { blueprint });
    const { client, agentId } = worker(platform);
    client.update(agentId, 1);
    const reply = client.last("client_bound_live_update").data;
    assert.equal(reply["in_reply_to"], 1);
    assert.deepEqual(
      blueprint === "chat" ? reply["text"] : reply["response"],
      blueprint === "chat" ? "I see. Go on." : "hello".length,
    );
    client.update(agentId, 2, { last: true });
    platform.pass(SUBMISSION_TIMEOUT_MS - 1);
    client.send("submit_unit", agentId, { answer: "done" });
    assert.deepEqual(platform.history(agentId), ["accepted", "in task", "completed"]);
    assert.deepEqual(unitOf(platform), ["completed", agentId]);
    assert.deepEqual(
      platform.db.stateOfAgent("main", agentId).map(({ kind }) => kind),
      ["update", "update", "update", "update", "submit"],
      "what was said on both sides is persisted",
    );
    platform.assertAtRest();
  });
}

test("static: nothing but the submit", (t) => {
  const platform = startPlatform(t, { blueprint: "static" });
  const { client, agentId } = worker(platform);
  platform.pass(LIVE_UPDATE_TIMEOUT_MS - 1);
  client.send("submit_unit", agentId, { answer: "done" });
  assert.equal(platform.status(agentId), "completed");
  platform.assertAtRest();
});

for (const status of ["disconnect", "returned"] as const) {
  for (const blueprint of ["chat", "static"] as const) {
    test(`${status} during ${blueprint}: the waiter is released, and the unit can be worked on again`, (t) => {
      const platform = startPlatform(t, { blueprint, assignments: 1 });
      const { client, agentId } = worker(platform);
      platform.pass(10);
      if (status === "disconnect") client.send("return_statuses", "c", { [agentId]: "disconnect" });
      else platform.pool.handle({ kind: "returned", agentId });
      platform.settle();
      assert.deepEqual(platform.history(agentId), ["accepted", "in task", status]);
      platform.assertAtRest();
      assert.deepEqual(unitOf(platform), ["launched", null]);
      client.send("register_agent", "ann again", { worker_name: "ann" });
      assert.equal(
        client.last("agent_details").data["failure_reason"],
        "there is no unit to work on",
        "not by the same worker",
      );
      assert.equal(client.register("bob"), "2");
      assert.deepEqual(unitOf(platform), ["assigned", "2"]);
      const waitedFor = blueprint === "chat" ? "update" : "submit";
      assert.deepEqual(platform.evidenceOf(agentId).released, {
        waitedFor,
        waitStartedAtMs: 0,
        atMs: 10,
        previousPollAtMs: 10,
      });
      if (blueprint === "chat") assert.equal(platform.measured().trends.disconnect_detection.count, 1);
    });
  }
}

/** What the invariants say about the release of this agent's waiter, whose worker left at `absentAtMs`. */
function releaseOf(platform: Platform, agentId: string, absentAtMs: number, releaseBoundMs: number) {
  const { results } = checkInvariants({
    clients: [{ agentId, sent: 0, acknowledgedSubmits: 0, acknowledgedStatuses: [], absentAtMs }],
    tasks: [platform.evidenceOf(agentId)],
    rows: [],
    holdings: [],
    accounting: { gauges: {}, rows: {}, agentsWithHandles: 0, slotsInUse: 0 },
    releaseBoundMs,
  });
  const found = results.find(({ id }) => id === "absent-waiter-released");
  return { held: found?.held, checked: found?.checked, violations: found?.violations };
}

for (const blueprint of ["chat", "static"] as const) {
  test(`${blueprint}: one who waits for the submit of a worker who has left, and is not told, is found by the invariants`, (t) => {
    const platform = startPlatform(t, { blueprint });
    const { client, agentId } = worker(platform);
    if (blueprint === "chat") client.update(agentId, 1, { last: true });
    platform.pass(10);
    // The row alone: nothing is raised.
    platform.db.write("updateAgent", agentId, { status: "disconnect", at: 10, unlessFinal: true }).block();
    for (let passed = 0; passed < LIVE_UPDATE_TIMEOUT_MS; passed += 100) platform.pass(100);
    platform.assertAtRest();
    const { checked, violations } = releaseOf(platform, agentId, 10, 100);
    assert.equal(checked, 1);
    assert.match(
      violations?.[0]?.detail ?? "",
      blueprint === "chat"
        ? /^waited for a submit, released after 500 ms, /
        : /^waited for a submit, released after 1000 ms, /,
    );
  });
}

/**
 * Whether the invariants hold that a waiter was released in time, after its worker left and each turn took ten seconds.
 */
function releasedInTime(platform: Platform): boolean | undefined {
  const { agentId } = worker(platform);
  platform.pass(10);
  platform.pool.handle({ kind: "returned", agentId });
  for (let turn = 0; turn < 3; turn++) {
    platform.stall(10_000);
    platform.arena.reactor.turn();
  }
  platform.settle();
  platform.assertAtRest();
  const { held, checked } = releaseOf(platform, agentId, 10, 2000);
  assert.equal(checked, 1);
  return held;
}

test("on a machine that is too slow a waiter is released in time, and one that is resumed a turn too late is not", (t) => {
  assert.equal(releasedInTime(startPlatform(t)), true);
  class Late extends WrappedMailbox {
    constructor(
      inner: Mailbox,
      private readonly reactor: Reactor,
    ) {
      super(inner);
    }

    override *waitForChangeSteps(timeoutMs: number, worker: Absence): Steps<void> {
      yield* this.inner.waitForChangeSteps(timeoutMs, worker);
      yield* wait(this.reactor.sleep(1));
    }
  }
  assert.equal(
    releasedInTime(startPlatform(t, { mailboxOf: (mailbox, reactor) => new Late(mailbox, reactor) })),
    false,
  );
});

test("an assertion that fails in the task's code is not an agent's end: it ends the run", (t) => {
  class Broken extends WrappedMailbox {
    override takeMessage(): never {
      throw new AssertionError("the mailbox is in order");
    }
  }
  const platform = startPlatform(t, { mailboxOf: (mailbox) => new Broken(mailbox) });
  const { client, agentId } = worker(platform);
  assert.throws(() => client.update(agentId, 1), /unit: AssertionError: assertion failed: the mailbox is in order/);
});

test("silence: a timeout, not before its time", (t) => {
  const platform = startPlatform(t);
  const { client, agentId } = worker(platform);
  platform.pass(100);
  client.update(agentId, 1);
  platform.pass(LIVE_UPDATE_TIMEOUT_MS - 1);
  assert.equal(platform.status(agentId), "in task");
  platform.pass(1);
  assert.deepEqual(platform.history(agentId), ["accepted", "in task", "timeout"]);
  assert.deepEqual(platform.evidenceOf(agentId).timeout, {
    waitedMs: LIVE_UPDATE_TIMEOUT_MS,
    timeoutMs: LIVE_UPDATE_TIMEOUT_MS,
    alreadyTimeout: false,
  });
  assert.deepEqual(platform.evidenceOf(agentId).acknowledgedStatuses, ["in task", "timeout"]);
  assert.deepEqual(unitOf(platform), ["launched", null]);
  assert.equal(client.statuses(agentId).at(-1), "timeout");
  platform.assertAtRest();
});

test("no submit: a timeout too", (t) => {
  const platform = startPlatform(t);
  const { client, agentId } = worker(platform);
  client.update(agentId, 1, { last: true });
  platform.pass(SUBMISSION_TIMEOUT_MS);
  assert.deepEqual(platform.history(agentId), ["accepted", "in task", "timeout"]);
  platform.assertAtRest();
});

test("a submit that is committed in the last moment counts", (t) => {
  const platform = startPlatform(t);
  const { client, agentId } = worker(platform);
  client.update(agentId, 1, { last: true });
  // In the database, but the event that announces it has not been set yet when the wait ends.
  platform.db.write("appendState", { agentType: "main", agentId, kind: "submit", data: "{}", at: 0 }).block();
  platform.pass(SUBMISSION_TIMEOUT_MS);
  assert.equal(platform.status(agentId), "completed");
});

test("race: a disconnect that is committed before the completion wins, and the unit goes to somebody else", (t) => {
  const platform = startPlatform(t);
  const { client, agentId } = worker(platform);
  client.update(agentId, 1, { last: true });
  platform.runnerDb.hold();
  client.send("submit_unit", agentId, { answer: "done" });
  client.send("return_statuses", "c", { [agentId]: "disconnect" });
  platform.runnerDb.commit();
  platform.settle();
  assert.deepEqual(platform.history(agentId), ["accepted", "in task", "disconnect"]);
  assert.deepEqual(unitOf(platform), ["launched", null]);
  platform.assertAtRest();
});

test("race: a disconnect that is committed after the completion changes nothing", (t) => {
  const platform = startPlatform(t);
  const { client, agentId } = worker(platform);
  client.update(agentId, 1, { last: true });
  platform.poolDb.hold();
  client.send("return_statuses", "c", { [agentId]: "disconnect" });
  platform.db.write("appendState", { agentType: "main", agentId, kind: "submit", data: "{}", at: 0 }).block();
  platform.pass(SUBMISSION_TIMEOUT_MS);
  assert.equal(platform.status(agentId), "completed");
  platform.poolDb.commit();
  platform.settle();
  assert.deepEqual(platform.history(agentId), ["accepted", "in task", "completed"]);
  assert.deepEqual(unitOf(platform), ["completed", agentId]);
  platform.assertAtRest();
});

test("race: a worker who leaves before the task has begun is not put into it", (t) => {
  const platform = startPlatform(t);
  platform.runnerDb.hold();
  const { client, agentId } = worker(platform);
  client.send("return_statuses", "c", { [agentId]: "disconnect" });
  platform.runnerDb.commit();
  platform.settle();
  assert.deepEqual(platform.history(agentId), ["accepted", "disconnect"]);
  platform.assertAtRest();
});

test("race: a unit that was freed and taken again is not taken from its new agent", (t) => {
  const platform = startPlatform(t, { assignments: 1 });
  const { client, agentId } = worker(platform);
  platform.runnerDb.hold();
  client.send("return_statuses", "c", { [agentId]: "disconnect" });
  // Somebody else frees the unit first, and it is given away, before the runner's own release is executed.
  platform.db.write("clearUnitAgent", "1").block();
  const bob = client.register("bob");
  platform.runnerDb.commit();
  platform.settle();
  assert.deepEqual(unitOf(platform), ["assigned", bob]);
});

test("updates that wait when the worker leaves are left, as its status says", (t) => {
  const platform = startPlatform(t, { workTimeMs: 50 });
  const { client, agentId } = worker(platform);
  for (let number = 1; number <= 4; number++) client.update(agentId, number);
  client.send("return_statuses", "c", { [agentId]: "disconnect" });
  for (let n = 0; n < 5; n++) platform.pass(50);
  assert.equal(platform.status(agentId), "disconnect");
  assert.equal(
    platform.evidenceOf(agentId).taken.count,
    4,
    "those that were there are taken before the wait that ends",
  );
  platform.assertAtRest();
});

test("shutdown ends the work on a live update and takes what is left without any", (t) => {
  const platform = startPlatform(t, { workTimeMs: 3_600_000 });
  const { client, agentId } = worker(platform);
  for (let number = 1; number <= 4; number++) client.update(agentId, number);
  platform.pass(1);
  assert.equal(platform.evidenceOf(agentId).taken.count, 1);
  platform.pool.shutdown();
  platform.settle();
  assert.equal(platform.evidenceOf(agentId).taken.count, 4);
  assert.equal(platform.status(agentId), "disconnect");
  platform.assertAtRest();
});

test("shutdown releases every waiter: in the live part, before the submit, in the onboarding; a submit that came counts", (t) => {
  const platform = startPlatform(t, { runners: 2, onboarding: true, assignments: 8 });
  const client = platform.client();
  const admitted = (name: string): string => {
    const onboarding = client.register(name);
    client.update(onboarding, 1, { last: true });
    client.send("submit_onboarding", onboarding, { answer: "right" });
    return client.register(name);
  };
  const talking = admitted("ann");
  const submitting = admitted("bob");
  const done = admitted("cyd");
  const onboarding = client.register("dan");
  client.update(submitting, 1, { last: true });
  client.update(done, 1, { last: true });
  platform.db.write("appendState", { agentType: "main", agentId: done, kind: "submit", data: "{}", at: 0 }).block();
  platform.pool.shutdown();
  platform.pool.shutdown();
  platform.settle();
  assert.deepEqual(
    [talking, submitting, done, onboarding].map((agentId) => platform.status(agentId)),
    ["disconnect", "disconnect", "completed", "disconnect"],
  );
  platform.assertAtRest();
});

test("an agent that is handed to a runner after the shutdown ends at once", (t) => {
  const platform = startPlatform(t);
  platform.poolDb.hold();
  const client = platform.client();
  client.send("register_agent", "ann", { worker_name: "ann" });
  platform.poolDb.commit();
  platform.pool.shutdown();
  platform.settle();
  assert.equal(platform.status("1"), "disconnect");
  platform.assertAtRest();
});

test("the agents of a runner that died are ended, their units are free, and the others go on", (t) => {
  const platform = startPlatform(t, { runners: 2 });
  const client = platform.client();
  const [lost, stays] = [client.register("ann"), client.register("bob")];
  platform.pool.handle({ kind: "runnerLost", runner: 0 });
  platform.settle();
  assert.deepEqual([platform.status(lost), platform.status(stays)], ["expired", "in task"]);
  assert.deepEqual(unitOf(platform), ["launched", null]);
  assert.equal(client.statuses(lost).at(-1), "expired");
  client.register("cyd");
  client.register("dan");
  assert.equal(platform.runners[1]?.running, 3, "all of them by the runner that is left");
  platform.pool.handle({ kind: "runnerLost", runner: 1 });
  client.send("register_agent", "eve", { worker_name: "eve" });
  assert.equal(platform.status("5"), "expired", "there is nobody to run it");
  assert.equal(platform.pool.isIdle, true);
});
