import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  buildPlan,
  loadScenario,
  parseScenario,
  planHash,
  toScenarioWorker,
  type WorkerPlan,
} from "../../../dist/load/scenario/index.js";
import {
  phasesOf,
  runInMemory,
  shrinkPlan,
  shrinkScenario,
  type RunFailure,
  type RunRequest,
  type RunResult,
  type ShrinkBounds,
  type ShrinkablePlan,
  type ShrunkScenario,
} from "../../../dist/load/run/index.js";
import type { Faults } from "../../../dist/load/faults/index.js";
import { scenario, SCENARIO_TEXT } from "../../support/virtual/support.js";
import { stringify } from "yaml";

/** The platform with a fault planted before it: the third live update of an agent on a unit is lost on the way. */
const planted: Faults = {
  plan: (plan) => plan,
  interruptAt: () => undefined,
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
const start: ShrinkablePlan = { workers: Array.from({ length: plan.workers }, (_, index) => plan.worker(index)) };
const runPlanted = (request: RunRequest): RunResult => runInMemory(request, planted);
const found: RunRequest = { scenario: scenario(), planOptions: { seed: 11 }, mailbox: "sound" };

const FAILURE: RunFailure = { what: "x", violations: 1, first: { what: "x", detail: "" } };

function shrinkPlanted(bounds: ShrinkBounds): ShrunkScenario {
  const [failure] = runPlanted(found).failures;
  assert.equal(failure?.what, "updates-exactly-once-in-order");
  const shrunk = shrinkScenario({
    text: SCENARIO_TEXT,
    path: "everything.yaml",
    request: found,
    failure,
    bounds,
    run: runPlanted,
  });
  assert.ok(shrunk);
  return shrunk;
}

/** Whether the file of a shrunk scenario, and nothing else, fails in the same way. */
function failsAlone({ text }: ShrunkScenario): boolean {
  const request = { scenario: parseScenario(text, "shrunk.yaml"), planOptions: {}, mailbox: "sound" } as const;
  return runPlanted(request).failures.some(({ what }) => what === "updates-exactly-once-in-order");
}

describe("a scenario that writes its workers out", () => {
  it("has the plan that it was written from", () => {
    const text = `${SCENARIO_TEXT}${stringify({ workers: start.workers.map(toScenarioWorker) })}`;
    const read = buildPlan(parseScenario(text, "written.yaml"));
    assert.deepEqual(
      Array.from({ length: read.workers }, (_, index) => read.worker(index)),
      start.workers,
    );
    assert.throws(() => buildPlan(parseScenario(text, "written.yaml"), { workers: 3 }), RangeError);
  });

  it("has its shutdown, its faults and all of its drops too", () => {
    const flap = loadScenario("reconnect-flap");
    const texts = [
      flap.text,
      `${SCENARIO_TEXT}shutdownAt: 700ms\nfaults: [{ kind: pause-thread, window: [0s, 9s], thread: task, lasts: 1s }]\n`,
    ];
    for (const text of texts) {
      const drawn = buildPlan(parseScenario(text, "drawn.yaml"));
      const workers = Array.from({ length: drawn.workers }, (_, index) => toScenarioWorker(drawn.worker(index)));
      const read = buildPlan(parseScenario(`${text}${stringify({ workers })}`, "written.yaml"));
      assert.equal(planHash(read), planHash(drawn));
      assert.deepEqual([read.shutdownAt, read.faults], [drawn.shutdownAt, drawn.faults]);
      if (read.faults !== undefined) assert.equal(read.scheduleMs, drawn.scheduleMs);
    }
  });

  it("has the phases of its workers, not of what would have been drawn", () => {
    const text = `${SCENARIO_TEXT.replace("perAction: 0.4", "window: [0s, 1s]")}workers: [{ arriveAt: 0s }, { arriveAt: 300ms }]\n`;
    const written = parseScenario(text, "written.yaml");
    assert.deepEqual(phasesOf(written, buildPlan(written), 500), [
      { kind: "arrivals", label: "arrivals", fromMs: 0, toMs: 300 },
      { kind: "drain", label: "drain", fromMs: 300, toMs: 500 },
    ]);
  });

  it("has no live update that fits no mailbox", () => {
    const text = `${SCENARIO_TEXT}workers: [{ arriveAt: 0s, task: { actions: [{ at: 0s, payloadBytes: 3501 }], end: { kind: submit, at: 1s } } }]\n`;
    assert.throws(
      () => parseScenario(text, "written.yaml"),
      /payloadBytes: must be at most 3500, the most that fits a mailbox, not 3501/,
    );
  });
});

describe("shrinking", () => {
  it("leaves a scenario of one worker with nothing but what makes the planted fault show, and does so again", () => {
    const shrunk = shrinkPlanted({ tries: 400 });
    assert.deepEqual([shrunk.ended, shrunk.tried > 0, failsAlone(shrunk)], ["smallest", true, true]);
    const [worker, ...others] = shrunk.smallest.workers;
    assert.deepEqual(others, []);
    assert.deepEqual(
      {
        updates: worker?.task?.actions.length,
        onboarding: worker?.onboarding?.actions.length,
        drops: worker?.disconnect,
        arriveAt: worker?.arriveAt,
      },
      // The submit ends the live part, so the task does not wait for the third update, which is lost.
      { updates: 3, onboarding: 0, drops: undefined, arriveAt: 0 },
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

  it("keeps the shutdown where the run's options had it", () => {
    const text = `${SCENARIO_TEXT}shutdownAt: 700ms\n`;
    const request: RunRequest = {
      scenario: scenario(text),
      planOptions: { seed: 11, durationMs: 2000 },
      mailbox: "sound",
    };
    const failing = (): RunResult => ({ ...runInMemory(found), failures: [FAILURE] });
    const shrunk = shrinkScenario({
      text,
      path: "x.yaml",
      request,
      failure: FAILURE,
      bounds: { tries: 0 },
      run: failing,
    });
    assert.equal(parseScenario(shrunk?.text ?? "", "x.yaml").shutdownAt, 1400);
  });

  it("comes to nothing when the run does not fail once it is written out", () => {
    const run = (): RunResult => ({ ...runInMemory(found), failures: [] });
    assert.equal(
      shrinkScenario({
        text: SCENARIO_TEXT,
        path: "x.yaml",
        request: found,
        failure: FAILURE,
        bounds: { tries: 9 },
        run,
      }),
      undefined,
    );
  });

  it("leaves out the faults that are not needed", () => {
    const rates = {
      late: 0.1,
      lost: 0.1,
      repeated: 0.1,
      stall: 0.1,
      commit: 0.1,
      crash: 0.1,
      quit: 0.1,
      interrupt: 0.1,
    };
    const needsLost = ({ faultRates }: ShrinkablePlan): boolean => (faultRates?.lost ?? 0) > 0;
    const one: WorkerPlan[] = start.workers.slice(0, 1);
    assert.deepEqual(shrinkPlan({ workers: one, faultRates: rates }, needsLost, { tries: 100 }).smallest.faultRates, {
      late: 0,
      lost: 0.1,
      repeated: 0,
      stall: 0,
      commit: 0,
      crash: 0,
      quit: 0,
      interrupt: 0,
    });
  });
});
