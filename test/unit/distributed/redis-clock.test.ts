/** The clock of a process against Redis'. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { offsetFrom, redisNow, localNow, type ClockSample } from "../../../dist/distributed/index.js";

/** A request: its ways to Redis and back, and the time before it, ms. */
const request = fc.record({
  pause: fc.double({ min: 0, max: 10, noNaN: true }),
  there: fc.double({ min: 0.001, max: 80, noNaN: true }),
  back: fc.double({ min: 0.001, max: 80, noNaN: true }),
});

function samplesOf(offset: number, requests: readonly { pause: number; there: number; back: number }[]): ClockSample[] {
  let now = 1000;
  return requests.map(({ pause, there, back }) => {
    const sentAt = (now += pause);
    // Redis cuts its time off at microseconds.
    const redisAt = Math.floor((sentAt + there + offset) * 1000) / 1000;
    return { sentAt, redisAt, receivedAt: (now = sentAt + there + back) };
  });
}

test("the true offset is within the uncertainty, whatever the delays of the two ways", () => {
  const offset = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(offset, fc.array(request, { minLength: 1, maxLength: 20 }), (truth, requests) => {
      const { offsetMs, uncertaintyMs } = offsetFrom(samplesOf(truth, requests));
      // Sums of doubles of this size are exact to a millionth of a millisecond.
      assert.ok(Math.abs(offsetMs - truth) <= uncertaintyMs + 1e-6, `${offsetMs} ± ${uncertaintyMs}, truly ${truth}`);
    }),
  );
});

test("a further sample never makes the offset less certain", () => {
  fc.assert(
    fc.property(fc.array(request, { minLength: 2, maxLength: 20 }), (requests) => {
      const samples = samplesOf(5, requests);
      const before = offsetFrom(samples.slice(0, -1)).uncertaintyMs;
      assert.ok(offsetFrom(samples).uncertaintyMs <= before + 1e-6);
    }),
  );
});

test("the fastest sample decides when the clock was set in between", () => {
  const { offsetMs } = offsetFrom([
    { sentAt: 0, redisAt: 5000.5, receivedAt: 1 },
    { sentAt: 10, redisAt: 30, receivedAt: 20 },
  ]);
  assert.ok(Math.abs(offsetMs - 5000) < 0.01);
});

test("Redis' time is that of this process and the offset", () => {
  const before = localNow();
  const now = redisNow({ offsetMs: 60_000, uncertaintyMs: 0 });
  assert.ok(now >= before + 60_000 && now <= localNow() + 60_000);
});
