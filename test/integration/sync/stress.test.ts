/** Millions of messages between real threads: each arrives exactly once, in the order of its producer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Arena } from "../../../dist/platform/sync/index.js";
import { notLost, startThread } from "../../support/sync/support.js";
import type { ConsumerData, ConsumerResult } from "../../support/sync/workers/consumer.js";
import type { ProducerData, ProducerResult } from "../../support/sync/workers/producer.js";

interface Load extends Pick<ConsumerData, "kind" | "way"> {
  readonly mailboxes: number;
  /** Messages over all producers and mailboxes. */
  readonly messages: number;
  readonly ringBytes: number;
  readonly repollMs?: number;
}

const PRODUCERS = 2;

const loads: readonly Load[] = [
  { kind: "sound", way: "blocking", mailboxes: 1, messages: 1_000_000, ringBytes: 1024 },
  { kind: "sound", way: "event loop", mailboxes: 1, messages: 1_000_000, ringBytes: 1024 },
  { kind: "sound", way: "parked", mailboxes: 1, messages: 1_000_000, ringBytes: 1024 },
  { kind: "sound", way: "parked", mailboxes: 1, messages: 100_000, ringBytes: 64 },
  { kind: "sound", way: "event loop", mailboxes: 1000, messages: 300_000, ringBytes: 64 },
  { kind: "sound", way: "parked", mailboxes: 1000, messages: 300_000, ringBytes: 64 },
  // Its races can lose a wake-up, or wake without a message. A consumer that polls again gets all messages.
  { kind: "reference", way: "blocking", mailboxes: 1, messages: 200_000, ringBytes: 1024, repollMs: 2 },
  { kind: "reference", way: "parked", mailboxes: 100, messages: 100_000, ringBytes: 64, repollMs: 2 },
];

for (const { kind, way, mailboxes, messages, ringBytes, repollMs = Infinity } of loads) {
  test(`${kind}, ${way}: ${messages} messages through ${mailboxes} rings of ${ringBytes} bytes`, async () => {
    const { shared } = Arena.create({ slots: mailboxes, ringBytes });
    const slots = Array.from({ length: mailboxes }, (_, slot) => slot);
    const count = messages / PRODUCERS / mailboxes;
    const consumer = startThread<ConsumerResult>("consumer", {
      shared,
      kind,
      slots,
      way,
      producers: PRODUCERS,
      expected: messages / mailboxes,
      repollMs,
    } satisfies ConsumerData);
    const producers = Array.from({ length: PRODUCERS }, (_, producer) =>
      startThread<ProducerResult>("producer", { shared, kind, slots, producer, count } satisfies ProducerData),
    );
    const produced = await notLost(Promise.all(producers.map(({ result }) => result)), "a producer");
    assert.deepEqual(await notLost(consumer.result, "the consumer"), { taken: messages, wrong: [], left: 0 });
    // Rings this small are full at times: the mailbox refuses messages, and none is lost.
    assert.ok(produced.some(({ refused }) => refused > 0));
  });
}
