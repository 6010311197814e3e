/** Thresholds are compared exactly, and printed with the digits that show why. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  createRecorder,
  evaluate,
  parseThreshold,
  type Measurements,
  type Threshold,
} from "../../../../dist/load/measure/index.js";
import { formatObserved } from "../../../../dist/results/index.js";
import { mergeSnapshots } from "../../../support/measure/merge-snapshots.js";

const HOLDS = {
  "<": (sign: number) => sign < 0,
  "<=": (sign: number) => sign <= 0,
  ">": (sign: number) => sign > 0,
  ">=": (sign: number) => sign >= 0,
  "==": (sign: number) => sign === 0,
  "!=": (sign: number) => sign !== 0,
};
const OPERATORS = Object.keys(HOLDS) as (keyof typeof HOLDS)[];

const nothing = mergeSnapshots([], 1000);
const withShare = (passes: number, total: number): Measurements => ({
  ...nothing,
  rates: { ...nothing.rates, task_completion: { passes, total } },
});

/** `hundredths` / 100 as it is written: "7", "7.2", "7.25". */
const decimal = (hundredths: number): string => String(hundredths / 100);

const parsed = new Map<string, Threshold[]>();
const thresholdsOf = (limit: string): Threshold[] => {
  let thresholds = parsed.get(limit);
  if (thresholds === undefined)
    parsed.set(
      limit,
      (thresholds = OPERATORS.map((operator) => parseThreshold("task_completion", `rate${operator}${limit}`))),
    );
  return thresholds;
};

/**
 * Compares with the limits of two decimals, in per cent and plain, that are next to the share: whole numbers say what
 * is right.
 */
function checkShare(passes: number, total: number): void {
  const measured = withShare(passes, total);
  const check = (limit: string, sign: number): void => {
    for (const [at, { passed }] of evaluate(thresholdsOf(limit), measured).entries()) {
      const operator = OPERATORS[at];
      assert.ok(operator);
      if (passed !== HOLDS[operator](sign)) assert.fail(`${passes} of ${total} ${operator} ${limit}: ${passed}`);
    }
  };
  const near = (units: number): number[] => [Math.floor((passes * units) / total), Math.ceil((passes * units) / total)];
  for (const hundredths of near(10_000)) check(`${decimal(hundredths)}%`, passes * 10_000 - hundredths * total);
  for (const hundredths of near(100)) check(decimal(hundredths), passes * 100 - hundredths * total);
}

test("a share is compared with the limit that was written, in per cent or plain", () => {
  if (process.env["EXHAUSTIVE"] !== undefined) {
    for (let total = 1; total <= 2000; total++)
      for (let passes = 0; passes <= total; passes++) checkShare(passes, total);
    return;
  }
  const share = fc.integer({ min: 1, max: 2000 }).chain((total) => fc.tuple(fc.nat(total), fc.constant(total)));
  fc.assert(
    fc.property(share, ([passes, total]) => checkShare(passes, total)),
    { numRuns: 2000, examples: [[[9, 125]], [[29, 100]], [[57, 100]], [[1, 3]]] },
  );
});

const UNITS = { us: 1000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n };
const unit = fc.constantFrom(...(Object.keys(UNITS) as (keyof typeof UNITS)[]));
const signOf = (difference: bigint): number => (difference < 0n ? -1 : difference > 0n ? 1 : 0);

test("least, greatest and mean time are compared in whole nanoseconds, in every unit", () => {
  const times = fc.array(fc.nat(10_000_000), { minLength: 1, maxLength: 20 });
  const aggregation = fc.constantFrom("min", "max", "avg");
  fc.assert(
    fc.property(times, aggregation, unit, fc.integer({ min: -2, max: 2 }), (us, name, inUnit, off) => {
      const recorder = createRecorder({ thread: "t", originMs: 0 });
      for (const each of us) recorder.trend("stage_wake").record(each / 1000, 0);
      const sum = us.reduce((total, each) => total + BigInt(each) * 1000n, 0n);
      const [ns, count] =
        name === "avg"
          ? [sum, BigInt(us.length)]
          : [BigInt(name === "min" ? Math.min(...us) : Math.max(...us)) * 1000n, 1n];
      // The limit of two decimals next to it, or one or two beside that.
      const hundredths = (ns * 100n) / (count * UNITS[inUnit]) + BigInt(off);
      if (hundredths < 0n) return;
      const limit = `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, "0")}${inUnit}`;
      const sign = signOf(ns * 100n - hundredths * UNITS[inUnit] * count);
      const measured = mergeSnapshots([recorder.take()], 1000);
      for (const operator of OPERATORS) {
        const [result] = evaluate([parseThreshold("stage_wake", `${name}${operator}${limit}`)], measured);
        assert.equal(result?.passed, HOLDS[operator](sign), `${name}${operator}${limit}`);
      }
    }),
  );
});

test("a count per second is compared as the quotient that it is", () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 100_000 }), fc.nat(1), (count, durationMs, off) => {
      const recorder = createRecorder({ thread: "t", originMs: 0 });
      recorder.count("errors", count);
      const measured = mergeSnapshots([recorder.take()], durationMs);
      const hundredths = Math.floor((count * 100_000) / durationMs) + off;
      const sign = Math.sign(count * 100_000 - hundredths * durationMs);
      for (const operator of OPERATORS) {
        const expression = `rate${operator}${decimal(hundredths)}`;
        const [result] = evaluate([parseThreshold("errors", expression)], measured);
        assert.equal(result?.passed, HOLDS[operator](sign), `${count} in ${durationMs} ms: ${expression}`);
      }
    }),
  );
});

test("what is printed as observed compares with the limit as the verdict says", () => {
  const share = fc.integer({ min: 1, max: 2000 }).chain((total) => fc.tuple(fc.nat(total), fc.constant(total)));
  fc.assert(
    fc.property(share, fc.constantFrom(...OPERATORS), fc.nat(1), ([passes, total], operator, off) => {
      const hundredths = Math.min(10_000, Math.floor((passes * 10_000) / total) + off);
      const expression = `rate${operator}${decimal(hundredths)}%`;
      const [result] = evaluate([parseThreshold("task_completion", expression)], withShare(passes, total));
      assert.ok(result);
      const shown = Number(formatObserved(result).replace(" %", ""));
      assert.equal(HOLDS[operator](Math.sign(shown - hundredths / 100)), result.passed, formatObserved(result));
    }),
    { numRuns: 1000 },
  );
});

const shown: [metric: string, expression: string, observed: number, text: string][] = [
  ["workers_started", "count==10000", 10_001, "10,001"],
  ["workers_started", "count<1000000", 999_999, "999,999"],
  ["task_completion", "rate>=7%", 0.07, "7 %"],
  ["task_completion", "rate>=7.2%", 0.072, "7.2 %"],
  ["task_completion", "rate>=1", 0.99999, "0.99999"],
  ["task_completion", "rate>=100%", 0.9999999, "99.99999 %"],
  ["task_completion", "rate>=50%", 1 / 3, "33.33 %"],
  ["live_update_latency", "p(99)<5", 5.000003, "5.000003 ms"],
  ["live_update_latency", "p(99)<5", 9.9451, "9.945 ms"],
  ["live_update_latency", "max<=1h", 21_600_000, "21,600,000 ms"],
  ["live_update_latency", "max<1us", 0.00000012, "0.0000001 ms"],
  ["live_updates_taken", "rate<12.5", 12.500000001, "12.500000001 a second"],
  ["live_updates_lost", "count==0", 0, "0"],
  ["of_another_version", "count==3", 12_345.678, "12,346"],
];
for (const [metric, expression, observed, text] of shown) {
  test(`observed ${observed} of ${metric} ${expression} is printed as ${text}`, () => {
    assert.equal(formatObserved({ metric, expression, observed }), text);
  });
}
