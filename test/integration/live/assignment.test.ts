/** Whatever workers do, and in whatever order writes are committed: no unit is ever held by two live agents. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import fc from "fast-check";
import { isFinal } from "../../../dist/vocabulary/index.js";
import { startPlatform, type Platform } from "../../support/live/platform.js";

const step = fc.record({
  kind: fc.constantFrom(
    "register",
    "disconnect",
    "return",
    "submit",
    "last",
    "hold pool",
    "hold runner",
    "commit",
    "pass" as const,
  ),
  who: fc.nat(5),
});

function assertNoneHeldTwice({ db, taskRunId }: Platform): void {
  const holders = new Map<string, string>();
  for (const { agentId, unitId, status } of db.agentsOfTaskRun(taskRunId)) {
    if (isFinal(status)) continue;
    assert.equal(
      holders.get(unitId),
      undefined,
      `unit ${unitId} is held by ${holders.get(unitId) ?? ""} and ${agentId}`,
    );
    holders.set(unitId, agentId);
  }
}

function play(t: TestContext, unitsPerAssignment: number, steps: readonly { kind: string; who: number }[]): void {
  const platform = startPlatform(t, { unitsPerAssignment, assignments: 3, runners: 2 });
  const client = platform.client();
  let registrations = 0;
  const commit = (): void => {
    platform.poolDb.commit();
    platform.runnerDb.commit();
    platform.settle();
  };
  for (const { kind, who } of steps) {
    const agentId = String(who + 1);
    if (kind === "register") client.send("register_agent", String(registrations++), { worker_name: `worker ${who}` });
    else if (kind === "disconnect") client.send("return_statuses", "c", { [agentId]: "disconnect" });
    else if (kind === "return") platform.pool.handle({ kind: "returned", agentId });
    else if (kind === "submit") client.send("submit_unit", agentId, {});
    else if (kind === "last") client.update(agentId, 1, { last: true });
    else if (kind === "hold pool") platform.poolDb.hold();
    else if (kind === "hold runner") platform.runnerDb.hold();
    else if (kind === "commit") commit();
    else platform.pass(400);
    platform.settle();
    assertNoneHeldTwice(platform);
  }
  commit();
  platform.pool.shutdown();
  commit();
  for (let n = 0; n < 4; n++) platform.pass(500);
  assertNoneHeldTwice(platform);
  platform.assertAtRest();
  const ended = platform.db.agentsOfTaskRun(platform.taskRunId).map(({ agentId }) => platform.history(agentId));
  for (const history of ended) {
    assert.ok(
      history.slice(0, -1).every((status) => !isFinal(status as never)),
      `a final status was overwritten: ${history.join(", ")}`,
    );
  }
}

for (const unitsPerAssignment of [1, 2]) {
  test(`no unit is held twice, and every agent comes to one end (${unitsPerAssignment} a assignment)`, (t) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => play(t, unitsPerAssignment, steps)),
      { numRuns: 150 },
    );
  });
}
