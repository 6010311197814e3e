/**
 * Every invariant from outside holds for a sound run, and for each way to break it there is evidence that breaks it and
 * no other.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  checkNetworkInvariants,
  NETWORK_INVARIANTS,
  noteTaken,
  nothingTaken,
  type NetworkEvidence,
  type NetworkInvariantId,
  type OutsideAgentEvidence,
  type OutsideRow,
  type RegistrationEvidence,
} from "../../../../dist/load/check/index.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Run extends Mutable<Omit<NetworkEvidence, "registrations" | "agents" | "rows">> {
  registrations: RegistrationEvidence[];
  agents: OutsideAgentEvidence[];
  rows: Mutable<OutsideRow>[];
}

function answered(...numbers: number[]) {
  const replies = nothingTaken();
  for (const number of numbers) noteTaken(replies, number);
  return replies;
}

function agentOf(agentId: string, more: Partial<OutsideAgentEvidence> = {}): OutsideAgentEvidence {
  return {
    agentId,
    registrationId: `r${agentId}`,
    isOnboarding: false,
    givenAtMs: 100,
    statuses: [{ status: "in task", atMs: 110 }],
    sent: 3,
    replies: answered(1, 2, 3),
    unmatched: 0,
    duplicates: 0,
    unanswered: 0,
    overdue: 0,
    ...more,
  };
}

const registrationOf = (agentId: string, onboarding: string[] = []): RegistrationEvidence => ({
  registrationId: `r${agentId}`,
  workerName: `w${agentId}`,
  asked: 1,
  failed: 0,
  onboardingAgents: onboarding,
  agents: [agentId],
});

/** Agent 1 has passed an onboarding and completes; 2 is lost; 3 is refused nothing and times out. */
function soundRun(): Run {
  const gone = { goneAtMs: 500, heartbeatAtMs: 450, sent: 3, replies: answered(1), unanswered: 2 };
  return {
    registrations: [registrationOf("1", ["onboarding_9"]), registrationOf("2"), registrationOf("3")],
    agents: [
      agentOf("onboarding_9", { isOnboarding: true, statuses: [], submit: { sentAtMs: 90, answeredAtMs: 99 } }),
      agentOf("1", { submit: { sentAtMs: 800, answeredAtMs: 810 } }),
      agentOf("2", gone),
      agentOf("3", { statuses: [{ status: "timeout", atMs: 700 }] }),
    ],
    rows: [
      { agentId: "onboarding_9", isOnboarding: true, workerName: "w1", status: "approved", unitId: null },
      { agentId: "1", isOnboarding: false, workerName: "w1", status: "completed", unitId: "u1" },
      {
        agentId: "2",
        isOnboarding: false,
        workerName: "w2",
        status: "disconnect",
        unitId: "u2",
        finalSeenAtMs: 15_000,
        notFinalAtMs: 14_000,
      },
      // Its unit was given to another after agent 2.
      { agentId: "3", isOnboarding: false, workerName: "w3", status: "timeout", unitId: "u2" },
    ],
    answersEach: true,
    lossBoundMs: 19_000,
    endedAtMs: 60_000,
  };
}

function brokenBy(change: (run: Run) => void): string[] {
  const run = soundRun();
  change(run);
  return checkNetworkInvariants(run).results.flatMap(({ id, violations }) =>
    violations.map(({ what }) => `${id}: ${what}`),
  );
}

test("a sound run breaks nothing, and every invariant is checked on something", () => {
  const { results } = checkNetworkInvariants(soundRun());
  assert.deepEqual(
    results.filter(({ held, checked }) => !held || checked === 0),
    [],
  );
  assert.deepEqual(new Set(results.map(({ id }) => id)), new Set(Object.keys(NETWORK_INVARIANTS)));
});

describe("each way to break an invariant", () => {
  const at = <T>(list: readonly T[], index: number): T => {
    const value = list[index];
    assert.ok(value !== undefined);
    return value;
  };
  const cases: readonly [NetworkInvariantId, string, (run: Run) => void][] = [
    [
      "one-agent-per-registration",
      "given two agents",
      ({ registrations }) => void at(registrations, 0).agents.push("7"),
    ],
    [
      "one-agent-per-registration",
      "agent of two registrations",
      ({ registrations }) => at(registrations, 2).agents.splice(0, 1, "1"),
    ],
    [
      "one-agent-per-registration",
      "agent that no client was given",
      ({ rows }) =>
        void rows.push({ agentId: "8", isOnboarding: false, workerName: "w1", status: "expired", unitId: "u8" }),
    ],
    ["replies-once-in-order", "answered twice", ({ agents }) => (at(agents, 1).replies.repeated = 1)],
    ["replies-once-in-order", "answered out of order", ({ agents }) => (at(agents, 1).replies.late = 1)],
    ["replies-once-in-order", "not answered", ({ agents }) => (at(agents, 1).overdue = 1)],
    ["answered-submit-is-stored", "answered submit is lost", ({ rows }) => (at(rows, 1).status = "timeout")],
    ["answered-submit-is-stored", "answered submit is lost", ({ rows }) => (at(rows, 1).hasSubmit = false)],
    ["one-live-agent-per-unit", "unit with two agents", ({ rows }) => (at(rows, 1).unitId = "u3")],
    [
      "final-status",
      "not final",
      ({ rows }) => rows.push({ ...at(rows, 3), agentId: "8", status: "in task", unitId: "u8" }),
    ],
    ["status-agrees-with-row", "other status in the database", ({ rows }) => (at(rows, 3).status = "expired")],
    ["status-agrees-with-row", "no row", ({ rows }) => void rows.splice(3, 1)],
    ["loss-noticed-in-time", "noticed too late", ({ rows }) => (at(rows, 2).notFinalAtMs = 29_000)],
  ];
  for (const [id, what, change] of cases) {
    test(`${id}: ${what}`, () => {
      const found = brokenBy((run) => {
        change(run);
        if (what === "unit with two agents") run.rows.push({ ...at(run.rows, 1), agentId: "8", workerName: "w8" });
        // What is added for one invariant is to break no other.
        if (found8(run)) run.registrations.push(registrationOf("8"));
        if (found8(run)) run.agents.push(agentOf("8", { submit: { sentAtMs: 1, ...answeredIfCompleted(run) } }));
      });
      assert.deepEqual(new Set(found), new Set([`${id}: ${what}`]));
    });
    const found8 = (run: Run): boolean =>
      what !== "agent that no client was given" && run.rows.some(({ agentId }) => agentId === "8");
    const answeredIfCompleted = (run: Run) =>
      run.rows.some(({ agentId, status }) => agentId === "8" && status === "completed") ? { answeredAtMs: 2 } : {};
  }

  test("what may have been final in time, between two looks, breaks nothing", () => {
    assert.deepEqual(
      brokenBy(({ rows }) => (at(rows, 2).finalSeenAtMs = 30_000)),
      [],
    );
  });

  test("completed-has-submit: completed without a submit", () => {
    const found = brokenBy(({ rows, agents }) => {
      at(rows, 3).status = "completed";
      at(agents, 3).statuses.length = 0;
      at(rows, 3).unitId = "u3";
    });
    assert.deepEqual(found, ["completed-has-submit: completed without a submit"]);
  });

  test("completed-has-submit: a submit that cannot have arrived is none", () => {
    const withSubmit = (isUnsent: boolean) =>
      brokenBy(({ agents }) => {
        at(agents, 1).submit = { sentAtMs: 800, failure: "connection refused", isUnsent };
      });
    assert.deepEqual(withSubmit(true), ["completed-has-submit: completed without a submit"]);
    // One that failed on its way may have arrived.
    assert.deepEqual(withSubmit(false), []);
  });

  test("loss-noticed-in-time: not noticed", () => {
    const found = brokenBy(({ rows }) => (at(rows, 2).status = "in task"));
    assert.deepEqual(
      found.filter((each) => each.startsWith("loss")),
      ["loss-noticed-in-time: not noticed"],
    );
  });
});

test("of an agent that is not final it is said what became of its client", () => {
  const detailOf = (change: (agent: OutsideAgentEvidence) => void): string | undefined => {
    const run = soundRun();
    for (const row of run.rows) if (row.agentId === "2") row.status = "in task";
    for (const agent of run.agents) if (agent.agentId === "2") change(agent);
    const { results } = checkNetworkInvariants(run);
    return results.find(({ id }) => id === "final-status")?.violations[0]?.detail;
  };
  assert.equal(
    detailOf((agent) => delete agent.heartbeatAtMs),
    'ended as "in task"; its client left 59.5 s before the end, without ever having sent a heartbeat',
  );
  assert.equal(
    detailOf((agent) => (agent.submit = { sentAtMs: 600, answeredAtMs: 610 })),
    'ended as "in task"; its submit was answered',
  );
});

test("a failed request may have made an agent that nobody was told of", () => {
  const found = brokenBy(({ rows, registrations }) => {
    rows.push({ agentId: "8", isOnboarding: false, workerName: "w1", status: "expired", unitId: "u8" });
    const [first] = registrations;
    if (first !== undefined) first.failed = 1;
  });
  assert.deepEqual(found, []);
});

test("agents whose client's notes were lost are not checked, but for the units that they hold", () => {
  const run = soundRun();
  const whole = checkNetworkInvariants(run).results;
  // The machine that carried worker w1 was lost.
  run.registrations = run.registrations.filter(({ workerName }) => workerName !== "w1");
  run.agents = run.agents.filter(({ agentId }) => agentId !== "1" && agentId !== "onboarding_9");
  assert.ok(checkNetworkInvariants(run).results.some(({ held }) => !held));
  const { results } = checkNetworkInvariants({ ...run, isLost: (name) => name === "w1" });
  assert.deepEqual(
    results.filter(({ held }) => !held),
    [],
  );
  for (const { id, unchecked, checked } of results) {
    const isOfRows = id === "one-live-agent-per-unit";
    assert.equal(unchecked, isOfRows ? undefined : 2, id);
    if (isOfRows) assert.equal(checked, whole.find((result) => result.id === id)?.checked);
  }
});

test("without a database, what needs it is named as not checked, and told statuses are still looked at", () => {
  const { registrations, agents, answersEach, lossBoundMs, endedAtMs } = soundRun();
  const outside = { registrations, agents, answersEach, lossBoundMs, endedAtMs };
  const { results, unchecked } = checkNetworkInvariants(outside);
  const ids = [...results, ...unchecked].map(({ id }) => id);
  for (const id of Object.keys(NETWORK_INVARIANTS)) assert.ok(ids.includes(id), id);
  assert.equal(new Set(ids).size, ids.length);
  const told = checkNetworkInvariants({
    ...outside,
    agents: [agentOf("5", { statuses: [{ status: "completed", atMs: 5 }] })],
  });
  assert.deepEqual(
    told.results.flatMap(({ violations }) => violations.map(({ what }) => what)),
    ["completed without a submit"],
  );
});

test("the order of the evidence makes no difference to what is found", () => {
  const shuffledRun = fc
    .record({
      agents: fc.shuffledSubarray(soundRun().agents, { minLength: 4 }),
      rows: fc.shuffledSubarray(soundRun().rows, { minLength: 4 }),
      registrations: fc.shuffledSubarray(soundRun().registrations, { minLength: 3 }),
    })
    .map((lists) => ({ ...soundRun(), ...lists }));
  fc.assert(
    fc.property(shuffledRun, (run) => {
      assert.ok(checkNetworkInvariants(run).results.every(({ held }) => held));
    }),
  );
});

test("replies in any order: late ones break the order, repeated ones the once, and nothing else does", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 12 }), (numbers) => {
      const run = soundRun();
      const [, first] = run.agents;
      assert.ok(first !== undefined);
      run.agents[1] = { ...first, sent: 6, replies: answered(...numbers) };
      const found = checkNetworkInvariants(run).results.flatMap(({ violations }) => violations.map(({ what }) => what));
      const firsts = numbers.filter((number, at) => numbers.indexOf(number) === at);
      const isLate = firsts.some((number, at) => firsts.slice(0, at).some((before) => before > number));
      assert.equal(found.includes("answered twice"), firsts.length < numbers.length);
      assert.equal(found.includes("answered out of order"), isLate);
    }),
  );
});
