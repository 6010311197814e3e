import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { at } from "../../../../dist/vocabulary/index.js";
import {
  Arena,
  MAILBOX_KINDS,
  openMailbox,
  SLOT_OPERATIONS,
  type ArgumentKind,
  type OperationArguments,
  type Slot,
  type SlotOperation,
  type SlotRecorder,
  type Waiter,
  type SlotInterceptor,
} from "../../../../dist/platform/sync/index.js";

/** Executes every operation and keeps its name. */
class ObservingInterceptor implements SlotInterceptor {
  readonly seen: string[] = [];

  perform<Kind extends ArgumentKind, Outcome>(
    slot: Slot,
    operation: SlotOperation<Kind, Outcome>,
    argument: OperationArguments[Kind],
  ): Outcome {
    this.seen.push(operation.name);
    return operation.execute(slot, argument);
  }

  wait(
    slot: Slot,
    wake: SlotOperation<"epoch", boolean>,
    epoch: number,
    _timeoutMs: number,
    begin: (ended: Waiter<boolean>) => void,
    waiter: Waiter<boolean>,
  ): void {
    begin({ resume: () => waiter.resume(this.perform(slot, wake, epoch)), fail: (error) => waiter.fail(error) });
  }
}

for (const kind of MAILBOX_KINDS) {
  test(`an interceptor receives every operation (${kind})`, () => {
    const actions = fc.array(fc.constantFrom("append", "take", "release", "shutdown", "isEmpty", "isSet"), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(actions, (list) => {
        const interceptor = new ObservingInterceptor();
        const mailboxes = [Arena.create({ slots: 1 }), Arena.create({ slots: 1, interceptor })].map((arena) =>
          openMailbox(arena.allocate(), kind),
        );
        for (const [number, action] of list.entries()) {
          const before = interceptor.seen.length;
          const [plain, intercepted] = mailboxes.map((mailbox) => {
            if (action === "append") return mailbox.append({ number });
            if (action === "isSet") return mailbox.signal.isSet();
            return mailbox[action]();
          });
          assert.deepEqual(intercepted, plain);
          assert.ok(interceptor.seen.length > before, `${action} was not intercepted`);
        }
      }),
    );
  });
}

/** Keeps the names and the numbers of the operations. */
class Recording implements SlotRecorder {
  readonly seen: string[] = [];
  readonly numbers: number[] = [];
  readonly waiter = {};
  readonly waiters: (object | undefined)[] = [];

  noteOperation(_slot: number, number: number, code: number): void {
    this.seen.push(at(SLOT_OPERATIONS, code).name);
    this.numbers.push(number);
  }

  notePush(slot: number, number: number, code: number): void {
    this.noteOperation(slot, number, code);
  }

  noteTimed(
    slot: number,
    number: number,
    code: number,
    _positive: boolean,
    _atMs: number,
    waiter: object | undefined,
  ): void {
    this.noteOperation(slot, number, code);
    this.waiters.push(waiter);
  }
}

for (const kind of MAILBOX_KINDS) {
  test(`a recorder receives the same operations as an interceptor, with numbers without a gap (${kind})`, () => {
    const actions = fc.array(
      fc.constantFrom("append", "take", "release", "shutdown", "isEmpty", "isSet", "size", "wakeAll"),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(actions, (list) => {
        const [interceptor, recorder] = [new ObservingInterceptor(), new Recording()];
        const slots = [Arena.create({ slots: 1, interceptor }), Arena.create({ slots: 1, recorder })].map((arena) =>
          arena.allocate(),
        );
        const mailboxes = slots.map((slot) => openMailbox(slot, kind));
        for (const [number, action] of list.entries()) {
          const [intercepted, recorded] = mailboxes.map((mailbox, side) => {
            if (action === "append") return mailbox.append({ number });
            if (action === "isSet") return mailbox.signal.isSet();
            if (action === "size") return mailbox.size;
            if (action === "wakeAll") return slots[side]?.wakeAll();
            return mailbox[action]();
          });
          assert.deepEqual(recorded, intercepted);
        }
        assert.deepEqual(recorder.seen, interceptor.seen);
        assert.deepEqual(
          recorder.numbers,
          recorder.seen.map((_, number) => number),
        );
      }),
    );
  });
}

test("a recorder receives the ends of waits, and their waiters", async () => {
  const recorder = new Recording();
  const event = Arena.create({ slots: 1, recorder }).allocate().event("didSubmit");
  assert.equal(await event.waitAsync(5), false);
  const raised = event.waitAsync(60_000);
  event.set();
  assert.equal(await raised, true);
  event.clear();
  assert.equal(event.wait(5), false);
  assert.deepEqual(
    recorder.seen,
    ["epoch", "wake", "epoch", "set", "wake", "clear", "epoch", "wake"].map((name) => `didSubmit.${name}`),
  );
  assert.deepEqual(recorder.waiters, [recorder.waiter, recorder.waiter, recorder.waiter]);
});

test("an interceptor receives the result of a wait when it ends", async () => {
  const interceptor = new ObservingInterceptor();
  const event = Arena.create({ slots: 1, interceptor }).allocate().event("didSubmit");
  assert.equal(await event.waitAsync(5), false);
  const raised = event.waitAsync(60_000);
  event.set();
  assert.equal(await raised, true);
  assert.equal(event.wait(5), true);
  assert.deepEqual(
    interceptor.seen,
    ["epoch", "wake", "epoch", "set", "wake", "epoch"].map((name) => `didSubmit.${name}`),
  );
});

test("operations are numbered without a gap, and one of a dead thread does not block the next", () => {
  const arena = Arena.create({ slots: 1 });
  const slot = arena.allocate();
  for (let number = 0; number < 5; number++) {
    assert.equal(slot.beginOperation(), number);
    slot.endOperation(number);
  }
  const other = Arena.attach(arena.shared);
  assert.equal(other.slot(slot.index).beginOperation(), 5);
  arena.recoverDeadThread(other.thread);
  assert.equal(slot.beginOperation(), 6, "the number of the dead thread's operation is not used again");
  slot.endOperation(6);
});
