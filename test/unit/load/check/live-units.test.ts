/** How many units were live at once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { liveSpansOf, liveSpansOfClients, peakOf } from "../../../../dist/load/check/index.js";

test("property: the peak is the greatest number of spans at the start of one of them", () => {
  const span = fc
    .tuple(fc.nat(50), fc.nat(50))
    .map(([fromMs, lastsMs]) => ({ fromMs, toMs: lastsMs === 0 ? Infinity : fromMs + lastsMs }));
  fc.assert(
    fc.property(fc.array(span, { maxLength: 30 }), (spans) => {
      const at = (ms: number): number => spans.filter(({ fromMs, toMs }) => fromMs <= ms && ms < toMs).length;
      assert.equal(peakOf(spans), Math.max(0, ...spans.map(({ fromMs }) => at(fromMs))));
    }),
  );
});

test("an agent is live until its first final status; onboarding agents have no unit", () => {
  const agent = {
    workerName: "worker-1",
    unitId: "1",
    holdsUnit: false,
    submits: 0,
    agentId: "1",
    createdAt: 10,
  } as const;
  const spans = liveSpansOf([
    {
      ...{ ...agent, agentType: "main", status: "completed" },
      history: [
        { status: "in task", at: 20 },
        { status: "completed", at: 70 },
      ],
    },
    { ...agent, agentType: "main", status: "in task", history: [{ status: "in task", at: 20 }] },
    { ...agent, agentType: "onboarding", status: "approved", history: [] },
  ]);
  assert.deepEqual(spans, [
    { fromMs: 10, toMs: 70 },
    { fromMs: 10, toMs: Infinity },
  ]);
});

test("to a client an agent is live until its submit is answered, a final status came, or the client was gone", () => {
  const agent = {
    ...{ agentId: "1", registrationId: "r", isOnboarding: false, givenAtMs: 5, statuses: [], sent: 0 },
    ...{ replies: { count: 0, outOfOrder: [] }, unmatched: 0, duplicates: 0, unanswered: 0, overdue: 0 },
  } as unknown as Parameters<typeof liveSpansOfClients>[0][number];
  const ends = liveSpansOfClients([
    agent,
    { ...agent, submit: { sentAtMs: 30, answeredAtMs: 40 } },
    { ...agent, submit: { sentAtMs: 30 }, goneAtMs: 35 },
    { ...agent, statuses: [{ status: "expired", atMs: 22 }], goneAtMs: 35 },
    { ...agent, isOnboarding: true },
  ]).map(({ toMs }) => toMs);
  assert.deepEqual(ends, [Infinity, 40, 35, 22]);
});
