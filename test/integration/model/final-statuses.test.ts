/** Two handles on one agent where final statuses are kept: whoever comes second gives way, and learns what happened. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Agent,
  AgentDisconnectedError,
  AgentTimeoutError,
  type ModelContext,
  type OnboardingAgent,
} from "../../../dist/platform/model/index.js";
import { newWorld, put, recordingLiveRun } from "../../support/model/fixture.js";

test("a change that comes after a final status of another handle gives way to it", (t) => {
  const { context, db, newAgent } = newWorld(t, { finalStatuses: "kept", gauges: "rows" });
  const agent = newAgent();
  const runners = Agent.get(context, agent.dbId);
  const liveRun = recordingLiveRun();
  runners.setLiveRun(liveRun);
  agent.updateStatus("disconnect");
  runners.updateStatus("completed");
  assert.equal(db.getAgent(agent.dbId)?.status, "disconnect");
  assert.equal(runners.dbStatus, "disconnect");
  assert.deepEqual(liveRun.pushed, ["disconnect"], "the page is told what is true");
  assert.deepEqual(
    db.statusChangesOf("main", agent.dbId).map(({ newStatus }) => newStatus),
    ["accepted", "disconnect"],
  );
  assert.deepEqual(gauge(context), { disconnect: 1 });
});

test("a handle that knows a status to be final may change it: completed work is approved", (t) => {
  const { context, db, newAgent } = newWorld(t, { finalStatuses: "kept" });
  const agent = newAgent();
  agent.updateStatus("completed");
  const reviewers = Agent.get(context, agent.dbId);
  reviewers.approveWork();
  assert.equal(db.getAgent(agent.dbId)?.status, "approved");
});

/** The gauge of statuses that are not 0. */
function gauge({ metrics }: ModelContext): Record<string, number> {
  const counted = metrics.statuses().filter(({ value }) => value !== 0);
  return Object.fromEntries(counted.map(({ status, value }) => [status, value]));
}

test("a handle that marks its agent done may decide about the work, and the gauges count both", (t) => {
  for (const decide of ["approveWork", "rejectWork"] as const) {
    const { context, db, newAgent } = newWorld(t, { finalStatuses: "kept", gauges: "rows" });
    const agent = newAgent();
    agent.updateStatus("in task");
    agent.markDone();
    assert.equal(agent.dbStatus, "in task", "as with a provider whose site completes agents");
    assert.deepEqual(gauge(context), { completed: 1 });
    agent[decide]("");
    const decided = decide === "approveWork" ? "approved" : "rejected";
    assert.equal(db.getAgent(agent.dbId)?.status, decided);
    assert.equal(agent.getStatus(), decided);
    assert.deepEqual(gauge(context), { [decided]: 1 });
  }
});

test("an agent that is marked done while its worker disconnects stays disconnected, also when it is approved", (t) => {
  const between = { happens: () => {} };
  const { db, newAgent } = newWorld(t, { finalStatuses: "kept", clock: { now: () => (between.happens(), 0) } });
  const agent = newAgent();
  between.happens = () => put(db, "updateAgent", agent.dbId, { status: "disconnect", at: 1 });
  agent.markDone();
  assert.equal(db.getAgent(agent.dbId)?.status, "disconnect");
  between.happens = () => {};
  agent.approveWork();
  assert.equal(db.getAgent(agent.dbId)?.status, "disconnect");
  assert.equal(agent.dbStatus, "disconnect");
});

test("where they are overwritten, as in the original, the last writer wins", (t) => {
  const { context, db, newAgent } = newWorld(t);
  const agent = newAgent();
  const runners = Agent.get(context, agent.dbId);
  agent.updateStatus("disconnect");
  runners.updateStatus("completed");
  assert.equal(db.getAgent(agent.dbId)?.status, "completed");
});

/**
 * What a wait of `agent` ends with when its time passes, and `meanwhile` happens between its look at the row and its
 * write.
 */
function timedOut(agent: Agent | OnboardingAgent, between: { happens: () => void }, meanwhile: () => void): unknown {
  const waiting = agent.getLiveUpdateSteps(5);
  assert.equal(waiting.next().done, false);
  between.happens = meanwhile;
  try {
    let step = waiting.next(false);
    while (!step.done) step = waiting.next(step.value.block());
    return step.value;
  } catch (error) {
    return error;
  }
}

for (const kind of ["main", "onboarding"] as const) {
  test(`a wait whose timeout loses to a disconnect says that the worker is gone (${kind})`, (t) => {
    // The handle asks for the time between its look at the row and its write.
    const between = { happens: () => {} };
    const { db, newAgent, newOnboardingAgent } = newWorld(t, {
      finalStatuses: "kept",
      clock: { now: () => (between.happens(), 0) },
    });
    const agent = kind === "main" ? newAgent() : newOnboardingAgent();
    const write = kind === "main" ? "updateAgent" : "updateOnboardingAgent";
    const error = timedOut(agent, between, () => put(db, write, agent.dbId, { status: "disconnect", at: 1 }));
    assert.ok(error instanceof AgentDisconnectedError);
    assert.equal(agent.dbStatus, "disconnect");
  });
}

test("a wait whose timeout loses to another ending is still a timeout, and leaves the row alone", (t) => {
  const between = { happens: () => {} };
  const { db, newOnboardingAgent } = newWorld(t, {
    finalStatuses: "kept",
    clock: { now: () => (between.happens(), 0) },
  });
  const agent = newOnboardingAgent();
  const error = timedOut(agent, between, () =>
    put(db, "updateOnboardingAgent", agent.dbId, { status: "expired", at: 1 }),
  );
  assert.ok(error instanceof AgentTimeoutError);
  assert.equal(db.getOnboardingAgent(agent.dbId)?.status, "expired");
});
