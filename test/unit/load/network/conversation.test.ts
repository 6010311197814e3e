/** Dialects recognise replies, and a conversation tells first replies from repeated, unmatched and duplicate ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Conversation, dialectOf, type Dialect } from "../../../../dist/load/network/index.js";

const update = (number: number) => ({ update_id: `7/${number}`, number, intended_at: 10 * number, text: "hello" });

function talk(dialect: Dialect, hasPartners = false): Conversation {
  return new Conversation(dialect, "7", "run/0.0", hasPartners);
}

test("a remote procedure's answer names its request, in whatever order it comes", () => {
  const conversation = talk(dialectOf("remote-procedure"));
  const requests = [1, 2, 3].map((number) => conversation.send(update(number)));
  assert.deepEqual(requests[0], {
    request_id: "run/0.0/1",
    target: "crowdstorm",
    args: '{"text":"hello"}',
    update_id: "run/0.0/1",
  });
  const answers = [2, 0, 1].map((at) => conversation.receive({ handles: requests[at]?.["request_id"], response: "1" }));
  assert.deepEqual(
    answers.map(({ kind, number, data }) => [kind, number, data["intended_at"]]),
    [
      ["reply", 3, 30],
      ["reply", 1, 10],
      ["reply", 2, 20],
    ],
  );
  assert.equal(conversation.pending.length, 0);
});

test("a remote procedure has the name and the arguments that the scenario says", () => {
  const call = { procedure: "get_answer", arguments: { language: "en" } };
  assert.deepEqual(talk(dialectOf("remote-procedure", call)).send(update(1)), {
    request_id: "run/0.0/1",
    target: "get_answer",
    args: '{"language":"en","text":"hello"}',
    update_id: "run/0.0/1",
  });
});

test("a chat message answers the only message that waits, and no other", () => {
  const conversation = talk(dialectOf("chat"));
  assert.equal(conversation.receive({ text: "Welcome" }).kind, "other");
  conversation.send(update(1));
  assert.deepEqual(conversation.receive({ text: "Go on" }), { kind: "reply", number: 1, data: { intended_at: 10 } });
  conversation.send(update(2));
  conversation.send(update(3));
  assert.equal(conversation.receive({ text: "To which?" }).kind, "unmatched");
  assert.equal(conversation.receive({ text: "To the other" }).kind, "unmatched");
  // Both have an answer, whichever it was: the next message is unambiguous again.
  conversation.send(update(4));
  assert.equal(conversation.receive({ text: "Go on" }).number, 4);
});

test("a page that was left expects no reply to what it had sent, but takes one that comes", () => {
  const conversation = talk(dialectOf("echo"));
  const first = conversation.send(update(1));
  conversation.leave();
  conversation.send(update(2));
  assert.deepEqual(
    conversation.expected.map(({ number }) => number),
    [2],
  );
  assert.equal(conversation.pending.length, 2);
  assert.deepEqual(conversation.receive({ echo_id: first["echo_id"] }), {
    kind: "reply",
    number: 1,
    data: { intended_at: 10 },
  });
});

test("a partner's message is no reply, and a notice about the task is none", () => {
  const conversation = talk(dialectOf("chat"), true);
  conversation.send(update(1));
  assert.equal(conversation.receive({ text: "I am your partner" }).kind, "other");
  assert.equal(conversation.receive({ task_data: { live_update_requested: true } }).kind, "other");
  assert.equal(conversation.receive({ text: "Go on", in_reply_to: 1 }).kind, "reply");
});

test("the task's end is told to the worker", () => {
  const conversation = talk(dialectOf("chat"));
  assert.deepEqual(conversation.receive({ task_data: { task_done: true } }), {
    kind: "other",
    data: { ends_task: true },
  });
});

test("a packet that comes twice is a duplicate, a second answer is a repeated reply", () => {
  const conversation = talk(dialectOf("echo"));
  const { echo_id } = conversation.send(update(1));
  assert.equal(conversation.receive({ echo_id, update_id: "a" }).kind, "reply");
  assert.equal(conversation.receive({ echo_id, update_id: "a" }).kind, "duplicate");
  assert.deepEqual(conversation.receive({ echo_id, update_id: "b" }), { kind: "repeated", number: 1, data: {} });
  assert.equal(conversation.receive({ echo_id: "run/0.0/2", update_id: "c" }).kind, "unmatched");
});

test("an update that is sent again waits for one reply", () => {
  const conversation = talk(dialectOf("echo"));
  const first = conversation.send(update(1));
  assert.deepEqual(conversation.send(update(1)), first);
  assert.equal(conversation.receive({ echo_id: first["echo_id"] }).kind, "reply");
  conversation.send(update(1));
  assert.deepEqual(conversation.pending, []);
});

test("a dialect of one's own that throws, or returns what it must not, is named", () => {
  const right: Dialect = { name: "mine", update: () => ({}), reply: () => "none" };
  const luckless = (): never => {
    throw new Error("no\nluck");
  };
  const wrong: readonly (readonly [Partial<Record<keyof Dialect, () => unknown>>, message: string])[] = [
    [{ update: () => "text" }, 'update must return an object, not "text"'],
    [{ update: () => [1] }, "update must return an object, not a list"],
    [{ update: () => Promise.resolve({}) }, "update must return an object, not a promise"],
    [{ update: luckless }, "update threw: no luck"],
    [{ reply: () => true }, 'reply must return the number or the id of an update, "none" or undefined, not true'],
    [{ reply: luckless }, "reply threw: no luck"],
    [{ end: () => "yes" }, 'end must return true or false, not "yes"'],
    [{ end: luckless }, "end threw: no luck"],
  ];
  for (const [functions, message] of wrong) {
    const conversation = talk({ ...right, ...functions } as Dialect);
    const both = (): void => {
      conversation.send(update(1));
      conversation.receive({ update_id: "a" });
    };
    assert.throws(both, { name: "DialectError", message: `dialect mine: ${message}` });
  }
});

test("whatever order answers come in, each update is answered once, and every other reply is repeated", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 40 }), (answered) => {
      const conversation = talk(dialectOf("echo"));
      for (let number = 1; number <= 8; number++) conversation.send(update(number));
      const kinds = answered.map((number) => conversation.receive({ echo_id: `run/0.0/${number}` }).kind);
      const first = new Set(answered).size;
      assert.equal(kinds.filter((kind) => kind === "reply").length, first);
      assert.equal(kinds.filter((kind) => kind === "repeated").length, answered.length - first);
      assert.equal(conversation.pending.length, 8 - first);
    }),
  );
});

test("replies to updates that left a browser's queue in another order have the places of that order", () => {
  const conversation = talk(dialectOf("echo"));
  for (const number of [1, 2, 3]) conversation.send(update(number));
  for (const number of [1, 3, 2]) conversation.noteOnWire(number);
  const places = [1, 3, 2].map((number) => {
    const { number: answered, place } = conversation.receive({ echo_id: `run/0.0/${number}` });
    return [answered, place];
  });
  assert.deepEqual(places, [
    [1, undefined],
    [3, 2],
    [2, 3],
  ]);
});
