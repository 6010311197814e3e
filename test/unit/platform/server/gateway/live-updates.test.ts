import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { LiveUpdates } from "../../../../../dist/platform/server/gateway/live-updates.js";

const ORIGIN = { number: undefined, requestId: undefined };

/** Live updates, what they sent, and the echoes that were asked for. */
function subject() {
  const sent: unknown[] = [];
  let asked = 0;
  const updates = new LiveUpdates(
    ({ number }) => sent.push(number),
    () => asked + 1,
  );
  const add = (): void => void updates.add((number) => ({ number }), ORIGIN);
  return { updates, sent, add, askEcho: () => ++asked };
}

describe("the live updates of an agent on their way to its mailbox", () => {
  it("are numbered, and accepted once an echo comes that was asked for after them", () => {
    const { updates, sent, add, askEcho } = subject();
    add();
    add();
    const first = askEcho();
    add();
    assert.deepEqual(sent, [1, 2, 3]);
    updates.echoed(first);
    assert.equal(updates.waiting, 1);
    updates.echoed(askEcho());
    assert.equal(updates.waiting, 0);
  });

  it("are held from a refusal on, and sent again in order with those that came since", () => {
    const { updates, sent, add, askEcho } = subject();
    for (let number = 1; number <= 3; number++) add();
    const echo = askEcho();
    assert.equal(updates.refused(2), true);
    assert.equal(updates.refused(2), false, "the refusal of the third: they are to be sent again already");
    add();
    assert.deepEqual(sent, [1, 2, 3]);
    updates.echoed(echo);
    assert.equal(updates.waiting, 3, "the first was accepted, the others were refused before the echo");
    updates.resend();
    assert.deepEqual(sent, [1, 2, 3, 2, 3, 4]);
    updates.echoed(askEcho());
    assert.equal(updates.waiting, 0);
  });

  it("come before the submit", () => {
    const { updates, sent, add } = subject();
    add();
    updates.refused(1);
    updates.close(() => sent.push("submit"));
    assert(updates.isClosed);
    assert.deepEqual(sent, [1]);
    updates.resend();
    assert.deepEqual(sent, [1, 1, "submit"]);
  });

  it("are remembered for their replies, the last of them", () => {
    const { updates } = subject();
    for (let number = 1; number <= 150; number++)
      updates.add(() => ({}), { number: `n${number}`, requestId: undefined });
    assert.equal(updates.originOf(150)?.number, "n150");
    assert.equal(updates.originOf(1), undefined);
  });
});
