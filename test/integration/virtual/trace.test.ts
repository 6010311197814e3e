import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  compareWithTrace,
  concerns,
  createTraceFile,
  describeEvent,
  DivergenceError,
  readTrace,
  TraceError,
  type Divergence,
  type TraceEvent,
  type TraceValue,
} from "../../../dist/replay/trace/index.js";
import { temporaryDirectory } from "../../support/virtual/support.js";

const text = fc.string({ unit: "binary", maxLength: 64 });
const { value } = fc.letrec<{ value: TraceValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));
const events = fc
  .array(
    fc.tuple(
      fc.nat(5_000_000_000),
      fc.record({ actor: text, operation: text, subject: text, args: value, outcome: value }),
    ),
    { maxLength: 40 },
  )
  .map((steps) => {
    let ns = 0;
    return steps.map(([delta, event]): TraceEvent => ({ at: (ns += delta) / 1e6, ...event }));
  });

function write(path: string, list: readonly TraceEvent[]) {
  const file = createTraceFile(path, { seed: 7, faults: null });
  for (const event of list) file.write(event);
  return file.end();
}

/** Traces of `list` whose end is damaged, and what is reported of each. */
function damagedEnds(path: string, list: readonly TraceEvent[]): [bytes: Buffer, expected: string][] {
  const end = write(path, list);
  const sound = readFileSync(path);
  const text = JSON.stringify(end);
  const changed = (other: object): Buffer => {
    const bytes = Buffer.from(sound);
    bytes.write(JSON.stringify({ ...end, ...other }), bytes.length - text.length);
    return bytes;
  };
  return [
    [changed({ hash: "0".repeat(64) }), "its end is not that of its events"],
    [changed({ events: 9 }), "its end is not that of its events"],
    [Buffer.concat([sound, Buffer.from("x")]), "1 byte after its end"],
    [Buffer.concat([sound, sound]), `${sound.length} bytes after its end`],
  ];
}

function read(path: string) {
  const reader = readTrace(path);
  const list: TraceEvent[] = [];
  const rest = reader.events();
  for (let next = rest.next(); ; next = rest.next()) {
    if (next.done) return { header: reader.header, list, end: next.value };
    list.push(next.value);
  }
}

const event = (at: number, subject: string): TraceEvent => ({
  at,
  actor: "io",
  operation: "append",
  subject,
  args: { number: at },
  outcome: null,
});

describe("a trace file", () => {
  it("keeps an object of more keys than a byte can count", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "wide.bin");
    const args = Object.fromEntries(Array.from({ length: 300 }, (_, key) => [`key ${key}`, key]));
    const wide = { ...event(1, "wide"), args };
    write(path, [wide, event(2, "next")]);
    assert.deepEqual(read(path).list, [wide, event(2, "next")]);
  });

  it("has every written event, its header, and its end", () => {
    using directory = temporaryDirectory();
    let files = 0;
    fc.assert(
      fc.property(events, (list) => {
        const path = join(directory.path, `${files++}.bin`);
        const end = write(path, list);
        assert.deepEqual(read(path), { header: { seed: 7, faults: null }, list, end });
        assert.equal(end.events, list.length);
      }),
      { numRuns: 150 },
    );
  });

  it("keeps a long string as its length and digest", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "t.bin");
    write(path, [{ ...event(1, "1"), args: "x".repeat(300) }]);
    assert.deepEqual(read(path).list[0]?.args, { length: 300, digest: "970138f5" });
  });

  it("hashes the records and nothing else", () => {
    using directory = temporaryDirectory();
    const list = Array.from({ length: 5000 }, (_, at) => event(at, `agent-${at % 7}`));
    const first = write(join(directory.path, "a.bin"), list);
    assert.deepEqual(write(join(directory.path, "b.bin"), list), first);
    const other = write(join(directory.path, "c.bin"), [...list.slice(0, -1), event(4999, "agent-other")]);
    assert.notEqual(other.hash, first.hash);
  });

  it("is read up to its end when it is incomplete", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "t.bin");
    const file = createTraceFile(path, {});
    for (let at = 0; at < 20_000; at++) file.write(event(at, "1"));
    file.closeIncomplete();
    assert.equal(read(path).list.length, 20_000);
    assert.equal(read(path).end, undefined);
    truncateSync(path, 100_000);
    const { list, end } = read(path);
    assert.ok(list.length > 0 && list.length < 20_000);
    assert.equal(end, undefined);
  });

  it("is refused with a reason when it is not a trace, of another version, or damaged", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "t.bin");
    assert.throws(
      () => readTrace(path),
      (error) => error instanceof TraceError && /there is no such file/.test(error.message),
    );
    write(path, [event(1, "1")]);
    const bytes = readFileSync(path);
    writeFileSync(path, "something else");
    assert.throws(() => readTrace(path), /it is not a trace/);
    writeFileSync(path, bytes.with(8, 9));
    assert.throws(() => readTrace(path), /a trace of version 9: expected version 1/);
    const header = bytes.readUInt32LE(9);
    writeFileSync(path, bytes.fill(0xee, 9 + 4 + header + 4, 9 + 4 + header + 8));
    assert.throws(() => read(path), /damaged/);
    writeFileSync(path, bytes.fill("x", 9 + 4, 9 + 4 + header));
    assert.throws(
      () => readTrace(path),
      (error) => error instanceof TraceError && /t\.bin: damaged: its header is not JSON$/.test(error.message),
    );
  });

  it("is damaged when its end is not that of its events, or when bytes follow it", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "t.bin");
    const list = [event(1, "1"), event(2, "2")];
    for (const [bytes, expected] of damagedEnds(path, list)) {
      writeFileSync(path, bytes);
      assert.throws(
        () => read(path),
        (error) => error instanceof TraceError && error.message === `${path}: damaged: ${expected}`,
      );
      const comparison = compareWithTrace(path);
      for (const each of list) comparison.write(each);
      assert.throws(
        () => comparison.end(),
        (error) => error instanceof TraceError && error.message === `${path}: damaged: ${expected}`,
      );
    }
  });
});

describe("comparing with a trace", () => {
  const list = Array.from({ length: 30_000 }, (_, at) => event(at, `agent-${at % 9}`));
  const replay = (path: string, replayed: readonly TraceEvent[]): unknown => {
    const comparison = compareWithTrace(path);
    try {
      for (const each of replayed) comparison.write(each);
      return comparison.end();
    } catch (error) {
      assert.ok(error instanceof DivergenceError);
      return error.divergence;
    }
  };

  it("finds no difference in equal events", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "t.bin");
    const end = write(path, list);
    assert.deepEqual(replay(path, list), end);
  });

  it("finds the first event that differs", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "t.bin");
    write(path, list);
    fc.assert(
      fc.property(fc.nat(list.length - 1), (at) => {
        const changed = event(at, "another");
        assert.deepEqual(replay(path, list.with(at, changed)), {
          same: at,
          before: list.slice(Math.max(0, at - 8), at),
          recorded: list[at],
          replayed: changed,
          isIncomplete: false,
        });
      }),
      { numRuns: 15 },
    );
  });

  it("finds that one of the two is longer", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "t.bin");
    write(path, list);
    const shorter = replay(path, list.slice(0, 12_345)) as { same: number; replayed: unknown };
    assert.deepEqual([shorter.same, shorter.replayed], [12_345, undefined]);
    const longer = replay(path, [...list, event(40_000, "more")]) as { same: number; recorded: unknown };
    assert.deepEqual([longer.same, longer.recorded], [30_000, undefined]);
  });

  it("says that the trace is incomplete, which is no difference", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "t.bin");
    write(path, list);
    const bytes = readFileSync(path);
    // Within a block; after the last block (before the JSON of the end there are the bytes of two lengths); within the
    // end.
    const endAt = bytes.lastIndexOf("{") - 8;
    for (const length of [100_000, endAt, bytes.length - 5]) {
      writeFileSync(path, bytes.subarray(0, length));
      const { isIncomplete, same, recorded, before } = replay(path, list) as Divergence;
      assert.deepEqual([isIncomplete, recorded, before.at(-1)], [true, undefined, list[same - 1]]);
      assert.equal(same === list.length, length >= endAt);
    }
    const unlike = replay(path, list.with(2, event(2, "another"))) as Divergence;
    assert.deepEqual([unlike.isIncomplete, unlike.same], [false, 2]);
  });

  it("says that the trace of a failed run is incomplete", () => {
    using directory = temporaryDirectory();
    const path = join(directory.path, "t.bin");
    const file = createTraceFile(path, {});
    for (const each of list.slice(0, 12_345)) file.write(each);
    file.closeIncomplete();
    const { isIncomplete, same } = replay(path, list) as Divergence;
    assert.deepEqual([isIncomplete, same], [true, 12_345]);
  });
});

describe("the agents of an event", () => {
  const of = (operation: string, subject: string, args: TraceValue, outcome: TraceValue = null): TraceEvent => ({
    at: 0,
    actor: "io",
    operation,
    subject,
    args,
    outcome,
  });

  it("are found by mailboxes, messages and rows, and the two types of agents are distinguished", () => {
    assert.ok(concerns(of("take", "17", null, "17/2"), "17"));
    assert.ok(concerns(of("append", "pool", { kind: "done", agentId: "17" }), "17"));
    assert.ok(
      concerns(
        of("append", "tasks-0", { kind: "onboarding", agent: { agentId: "onboarding_17", slot: 1 } }),
        "onboarding_17",
      ),
    );
    assert.ok(concerns(of("append", "tasks-0", { kind: "assignment", agents: [{ agentId: "17", slot: 1 }] }), "17"));
    assert.ok(concerns(of("take", "from-clients-0", null, ["submit_unit", "17"]), "17"));
    assert.ok(
      concerns(of("append", "from-clients-0", { packet_type: "return_statuses", data: { 17: "disconnect" } }), "17"),
    );
    assert.ok(concerns(of("write", "updateAgent", ["17", { status: "returned" }]), "17"));
    assert.ok(concerns(of("read", "getOnboardingAgent", "17", "none"), "onboarding_17"));
    assert.ok(concerns(of("commit", "appendState", { agentType: "onboarding", agentId: "17" }), "onboarding_17"));
    for (const other of [
      of("write", "updateUnit", ["17", { status: "completed" }]),
      of("read", "getOnboardingAgent", "17"),
      of("append", "pool", { agentId: "171" }),
    ]) {
      assert.ok(!concerns(other, "17"));
    }
  });

  it("are printed with it on one line", () => {
    assert.equal(
      describeEvent({
        at: 1234.567,
        actor: "io",
        operation: "append",
        subject: "17",
        args: { number: 1 },
        outcome: "full",
      }),
      '    1.234567 s  io         append    17                {"number":1}  → full',
    );
  });
});
