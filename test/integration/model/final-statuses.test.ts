/** Two handles on one agent where final statuses are kept: whoever comes second gives way, and learns what happened. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Agent,
  AgentDisconnectedError,
  AgentTimeoutError,
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
  assert.deepEqual(
    context.metrics
      .statuses()
      .filter(({ value }) => value !== 0)
      .map(({ status, value }) => [status, value]),
    [["disconnect", 1]],
  );
});

test("a handle that knows a status to be final may change it: completed work is approved", (t) => {
  const { context, db, newAgent } = newWorld(t, { finalStatuses: "kept" });
  const agent = newAgent();
  agent.updateStatus("completed");
  const reviewers = Agent.get(context, agent.dbId);
  reviewers.approveWork();
  assert.equal(db.getAgent(agent.dbId)?.status, "approved");
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
