/** The clock of a process against Redis'. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { localNow, offsetFrom, RedisClock, redisNow, type ClockSample } from "../../../dist/distributed/redis-clock.js";

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

describe("the clock of a process that lives long", () => {
  const MINUTE = 60_000;

  /** Redis' clock is 1 s ahead, and each request takes 1 ms. */
  async function longLived() {
    let suspendedMs = 0;
    let setMs = 0;
    let now = 1e12;
    let requests = 0;
    const time = (): Promise<[number, number]> => {
      requests++;
      const us = Math.floor((now + 0.5 + suspendedMs + 1000) * 1000);
      now += 1;
      return Promise.resolve([Math.floor(us / 1e6), us % 1e6]);
    };
    const clocks = { monotonic: () => now, machine: () => now + suspendedMs + setMs };
    const clock = await RedisClock.start({ time }, clocks);
    /** How far the clock is wrong, ms, and whether Redis is asked. */
    const refreshed = async () => {
      const before = requests;
      await clock.refresh();
      return { wrongMs: Math.abs(clock.now() - (now + suspendedMs + 1000)), isMeasured: requests > before };
    };
    return {
      clock,
      refreshed,
      pass: (ms: number) => (now += ms),
      suspend: (ms: number) => (suspendedMs += ms),
      set: (ms: number) => (setMs += ms),
    };
  }

  test("it is not measured again at once", async () => {
    const { refreshed, pass } = await longLived();
    pass(MINUTE / 2);
    assert.equal((await refreshed()).isMeasured, false);
  });

  test("it is measured again each minute", async () => {
    const { refreshed, pass } = await longLived();
    for (let nth = 0; nth < 3; nth++) {
      pass(MINUTE);
      assert.equal((await refreshed()).isMeasured, true);
      assert.equal((await refreshed()).isMeasured, false);
    }
  });

  test("it is right again after the machine was suspended, and so is its offset", async () => {
    const { clock, refreshed, pass, suspend } = await longLived();
    pass(100);
    suspend(60 * MINUTE);
    const { wrongMs, isMeasured } = await refreshed();
    assert.equal(isMeasured, true);
    assert.ok(wrongMs <= clock.offset.uncertaintyMs + 0.01, `${wrongMs} ms wrong`);
    assert.ok(Math.abs(clock.offset.offsetMs - 60 * MINUTE - 1000) <= 1, String(clock.offset.offsetMs));
    assert.equal((await refreshed()).isMeasured, false);
  });

  test("a step of the machine's clock does not change it", async () => {
    const { refreshed, set } = await longLived();
    set(-5000);
    const { wrongMs, isMeasured } = await refreshed();
    assert.equal(isMeasured, true);
    assert.ok(wrongMs <= 1, `${wrongMs} ms wrong`);
  });
});
