import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { buildPlan, parseScenario, writtenOut, type WorkerPlan } from "../../dist/scenario/index.js";
import {
  runInMemory,
  shrink,
  shrinkScenario,
  type Faults,
  type RunRequest,
  type RunResult,
  type ShrinkBounds,
  type Shrinkable,
  type ShrunkScenario,
} from "../../dist/engine/index.js";
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

const plan = buildPlan(scenario(), { seed: 11 });
const start: Shrinkable = { workers: Array.from({ length: plan.workers }, (_, index) => plan.worker(index)) };
const runPlanted = (request: RunRequest): RunResult => runInMemory(request, planted);
const found: RunRequest = { scenario: scenario(), planOptions: { seed: 11 }, mailbox: "sound" };

function shrinkPlanted(bounds: ShrinkBounds): ShrunkScenario {
  const [failure] = runPlanted(found).failures;
  assert.equal(failure?.what, "updates-exactly-once-in-order");
  return shrinkScenario({ text: SCENARIO_TEXT, path: "everything.yaml", request: found, failure, bounds, run: runPlanted });
}

/** Whether the file of a shrunk scenario, and nothing else, fails in the same way. */
function failsAlone({ text }: ShrunkScenario): boolean {
  const request = { scenario: parseScenario(text, "shrunk.yaml"), planOptions: {}, mailbox: "sound" } as const;
  return runPlanted(request).failures.some(({ what }) => what === "updates-exactly-once-in-order");
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
  it("leaves a scenario of one worker with nothing but what makes the planted fault show, and does so again", () => {
    const shrunk = shrinkPlanted({ tries: 400 });
    assert.deepEqual([shrunk.ended, shrunk.tried > 0, failsAlone(shrunk)], ["smallest", true, true]);
    const [worker, ...others] = shrunk.smallest.workers;
    assert.deepEqual(others, []);
    assert.deepEqual(
      { updates: worker?.task?.actions.length, onboarding: worker?.onboarding?.actions.length, drops: worker?.disconnect, arriveAt: worker?.arriveAt },
      // With the third as the last, the task would time out, which accounts for it: it takes a fourth to be missed.
      { updates: 4, onboarding: 0, drops: undefined, arriveAt: 0 },
    );
    assert.deepEqual(shrinkPlanted({ tries: 400 }), shrunk);
  });

  it("stops after the tries that it was given, with something that fails", () => {
    const shrunk = shrinkPlanted({ tries: 5 });
    assert.deepEqual([shrunk.tried, shrunk.ended, failsAlone(shrunk)], [5, "tries", true]);
  });

  it("stops when its time is over, says so, and has come as far as it would have with as many tries", () => {
    let asked = 0;
    const shrunk = shrinkPlanted({ tries: 400, outOfTime: () => asked++ === 5 });
    assert.deepEqual([shrunk.tried, shrunk.ended], [5, "time"]);
    assert.equal(shrunk.text, shrinkPlanted({ tries: 5 }).text);
  });

  it("leaves out the faults that are not needed", () => {
    const rates = { late: 0.1, lost: 0.1, repeated: 0.1, stall: 0.1, commit: 0.1, crash: 0.1, quit: 0.1 };
    const needsLost = ({ faultRates }: Shrinkable): boolean => (faultRates?.lost ?? 0) > 0;
    const one: WorkerPlan[] = start.workers.slice(0, 1);
    assert.deepEqual(shrink({ workers: one, faultRates: rates }, needsLost, { tries: 100 }).smallest.faultRates, { late: 0, lost: 0.1, repeated: 0, stall: 0, commit: 0, crash: 0, quit: 0 });
  });
});
