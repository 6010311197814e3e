import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { buildPlan, parseScenario, writtenOut, type WorkerPlan } from "../../dist/scenario/index.js";
import { runInMemory, shrink, type Faults, type Shrinkable } from "../../dist/engine/index.js";
import { scenario, SCENARIO_TEXT } from "./support.js";
import { stringify } from "yaml";

/** The platform with a fault planted before it: the third live update of an agent on a unit is lost on the way. */
const planted: Faults = {
  plan: (plan) => plan,
  wakeDelay: () => 0,
  commitDelay: () => 0,
  channel(inbox, name) {
    if (!name.startsWith("from-clients")) return inbox;
    return new Proxy(inbox, {
      get(target, key) {
        if (key === "append") {
          return (packet: Parameters<typeof inbox.append>[0]) => {
            const { packet_type: type, data } = packet as { packet_type: string; data: { number?: number } };
            if (type === "mephisto_bound_live_update" && data.number === 3) return;
            target.append(packet);
          };
        }
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
  },
};

const everything = scenario();
const plan = buildPlan(everything, { seed: 11 });
const start: Shrinkable = { workers: Array.from({ length: plan.workers }, (_, index) => plan.worker(index)) };

function fails(candidate: Shrinkable): boolean {
  const written = parseScenario(`${SCENARIO_TEXT}workers: ${JSON.stringify(candidate.workers.map(writtenOut))}\nseed: 11\n`, "candidate.yaml");
  return runInMemory({ scenario: written, planOptions: {}, mailbox: "sound" }, planted).failures.some(({ what }) => what === "updates-exactly-once-in-order");
}

describe("a scenario that writes its workers out", () => {
  it("has the plan that it was written from", () => {
    const text = `${SCENARIO_TEXT}${stringify({ workers: start.workers.map(writtenOut) })}`;
    const read = buildPlan(parseScenario(text, "written.yaml"));
    assert.deepEqual(Array.from({ length: read.workers }, (_, index) => read.worker(index)), start.workers);
    assert.throws(() => buildPlan(parseScenario(text, "written.yaml"), { workers: 3 }), RangeError);
  });
});

describe("shrinking", () => {
  it("leaves one worker with nothing but what makes the planted fault show, and does so again", () => {
    assert.ok(fails(start));
    const { smallest, tried, complete } = shrink(start, fails, 400);
    assert.ok(complete && tried > 0);
    assert.ok(fails(smallest));
    const [worker, ...others] = smallest.workers;
    assert.deepEqual(others, []);
    assert.deepEqual(
      { updates: worker?.task?.actions.length, onboarding: worker?.onboarding?.actions.length, drops: worker?.disconnect, arriveAt: worker?.arriveAt },
      // With the third as the last, the task would time out, which accounts for it: it takes a fourth to be missed.
      { updates: 4, onboarding: 0, drops: undefined, arriveAt: 0 },
    );
    assert.deepEqual(shrink(start, fails, 400), { smallest, tried, complete });
  });

  it("stops after the tries that it was given, with something that fails", () => {
    const { smallest, tried, complete } = shrink(start, fails, 5);
    assert.deepEqual([tried, complete], [5, false]);
    assert.ok(fails(smallest));
  });

  it("leaves out the faults that are not needed", () => {
    const rates = { late: 0.1, lost: 0.1, repeated: 0.1, stall: 0.1, commit: 0.1, crash: 0.1 };
    const needsLost = ({ faultRates }: Shrinkable): boolean => (faultRates?.lost ?? 0) > 0;
    const one: WorkerPlan[] = start.workers.slice(0, 1);
    assert.deepEqual(shrink({ workers: one, faultRates: rates }, needsLost, 100).smallest.faultRates, { late: 0, lost: 0.1, repeated: 0, stall: 0, commit: 0, crash: 0 });
  });
});
