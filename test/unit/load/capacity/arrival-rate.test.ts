/** Arrival rates and numbers of workers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { arrivalRatesOf } from "../../../../dist/load/capacity/index.js";
import { buildPlan, loadScenario } from "../../../../dist/load/scenario/index.js";

const { scenario } = loadScenario("disconnect-storm");

test("the rate is the mean over the stages, and the peak is over it", () => {
  const rates = arrivalRatesOf(scenario);
  assert.ok(rates !== undefined);
  assert.equal(rates.ownWorkers, 2500);
  assert.equal(rates.arrivalsMs, 6000);
  assert.equal(rates.rateOf(5000).toFixed(1), "833.3");
  assert.equal(rates.workersAt(833.33), 5000);
  assert.equal(rates.workersAt(0.001), 1);
  // At most 500 a second, and 2,500 in 6 s.
  assert.equal(rates.peakFactor.toFixed(3), "1.200");
});

test("a duration stretches the stages: the same workers are a lower rate", () => {
  const rates = arrivalRatesOf(scenario, 60_000);
  assert.ok(rates !== undefined);
  assert.equal(rates.rateOf(2500).toFixed(2), "41.67");
  assert.equal(rates.peakFactor.toFixed(3), "1.200");
  assert.equal(buildPlan(scenario, { durationMs: 60_000 }).arrivalsMs, rates.arrivalsMs);
});

test("a scenario that lists its workers has no rate", () => {
  assert.equal(arrivalRatesOf({ ...scenario, workers: [] }), undefined);
});
