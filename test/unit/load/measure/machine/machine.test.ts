/** What a run and others use of the machine: read, added up, judged. Every figure is injected. */
import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";
import fc from "fast-check";
import {
  BUSY_BOUND,
  busyWarning,
  judgeMachine,
  sharesOf,
  TAKEN_BOUND,
  useOf,
  watchMachine,
  type MachineInterval,
  type MachineReading,
} from "../../../../../dist/load/measure/machine/index.js";
import {
  allowedCores,
  controlGroupFiles,
  pressureIn,
  throttledIn,
  timesIn,
  waitIn,
} from "../../../../../dist/load/measure/machine/machine-reading.js";

describe("the files of the system", () => {
  const STAT = `cpu  300 20 100 9000 10 5 7 30 0 0
cpu0 100 20 40 4500 5 5 3 10 0 0
cpu1 200 0 60 4500 5 0 4 20 0 0
intr 4711 0 1
ctxt 99
`;

  test("/proc/stat: user, nice and system of the allowed cores, and what was stolen of them", () => {
    assert.deepEqual(timesIn(STAT), { busyMs: 4200, stolenMs: 300 });
    assert.deepEqual(timesIn(STAT, new Set([1])), { busyMs: 2600, stolenMs: 200 });
    assert.deepEqual(timesIn("cpu0 1 2 3\n"), { busyMs: 60, stolenMs: 0 });
    assert.deepEqual(timesIn(""), { busyMs: 0, stolenMs: 0 });
  });

  test("the cores that a process may use", () => {
    assert.deepEqual(allowedCores("Name:\tnode\nCpus_allowed_list:\t0-2,5\nMems_allowed:\t1\n"), new Set([0, 1, 2, 5]));
    assert.equal(allowedCores("Name:\tnode\n"), undefined);
  });

  test("schedstat and pressure", () => {
    assert.equal(waitIn("7000000 2500000 18\n"), 2.5);
    assert.equal(waitIn(""), undefined);
    assert.equal(
      pressureIn("some avg10=43.22 avg60=36.75 avg300=18.93 total=102117\nfull avg10=0.00 total=5\n"),
      102.117,
    );
    assert.equal(pressureIn(""), undefined);
  });

  test("the counters of the control group, of both versions", () => {
    assert.deepEqual(controlGroupFiles("0::/system.slice/ci.service\n"), [
      "/sys/fs/cgroup/system.slice/ci.service/cpu.stat",
      "/sys/fs/cgroup/cpu.stat",
    ]);
    assert.deepEqual(controlGroupFiles("3:cpuset:/a\n1:cpu,cpuacct:/\n"), [
      "/sys/fs/cgroup/cpu,cpuacct/cpu.stat",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.stat",
    ]);
    assert.deepEqual(controlGroupFiles(""), []);
    assert.equal(throttledIn("usage_usec 9\nnr_throttled 4\nthrottled_usec 2500\n"), 2.5);
    assert.equal(throttledIn("nr_throttled 88\nthrottled_time 2462870705\n"), 2462.870705);
    assert.equal(throttledIn("usage_usec 9\n"), 0);
  });
});

const interval = (over: Partial<MachineInterval>): MachineInterval => ({
  ...{ startMs: 0, lengthMs: 1000, ownMs: 0, othersMs: 0, stolenMs: 0, throttledMs: 0, waitedMs: 0 },
  ...over,
});
const measured = { cores: 2, waits: "measured" } as const;
const judged = (over: Partial<MachineInterval>) => judgeMachine(useOf([interval(over)], measured));

describe("whether other programs kept the machine busy", () => {
  test("six threads of a run that overloads a free machine wait for each other", () => {
    const { waitShare, takenShare, taken } = judged({ ownMs: 1950, othersMs: 40, waitedMs: 4000 });
    assert.ok(waitShare > 0.6 && takenShare < 0.02, String(takenShare));
    assert.ok(!taken);
  });

  test("a program that keeps one of two cores busy takes it", () => {
    const { takenShare, taken, othersCores } = judged({ ownMs: 950, othersMs: 1000, waitedMs: 600 });
    assert.ok(takenShare > TAKEN_BOUND && taken);
    assert.equal(othersCores, 1);
  });

  test("other programs on cores that the run does not need take nothing", () => {
    assert.ok(!judged({ ownMs: 500, othersMs: 1000, waitedMs: 5 }).taken);
  });

  test("a hypervisor that gives the cores to other machines takes them", () => {
    assert.ok(judged({ ownMs: 1000, stolenMs: 400 }).taken);
    assert.ok(!judged({ ownMs: 1000, stolenMs: 20 }).taken);
  });

  test("a CPU limit that withholds the cores takes them", () => {
    assert.ok(judged({ ownMs: 1000, throttledMs: 1000, waitedMs: 3000 }).taken);
    assert.ok(!judged({ ownMs: 1900, throttledMs: 20, waitedMs: 3000 }).taken);
  });

  test("a target on the same machine is not held against it", () => {
    const use = useOf([interval({ ownMs: 900, othersMs: 1000, waitedMs: 900 })], measured);
    assert.ok(judgeMachine(use).taken);
    assert.ok(!judgeMachine(use, { othersIncludeTarget: true }).taken);
  });

  test("but what the hypervisor or a CPU limit withholds is, with a target on the same machine too", () => {
    for (const over of [
      { ownMs: 600, othersMs: 600, stolenMs: 500 },
      { ownMs: 600, othersMs: 600, throttledMs: 300, waitedMs: 400 },
    ]) {
      const verdict = judgeMachine(useOf([interval(over)], measured), { othersIncludeTarget: true });
      assert.ok(verdict.withheldShare > TAKEN_BOUND && verdict.taken, JSON.stringify(verdict));
    }
    const little = useOf(
      [interval({ ownMs: 900, othersMs: 900, stolenMs: 50, throttledMs: 50, waitedMs: 900 })],
      measured,
    );
    const verdict = judgeMachine(little, { othersIncludeTarget: true });
    assert.ok(verdict.withheldShare > 0 && verdict.takenShare > TAKEN_BOUND && !verdict.taken, JSON.stringify(verdict));
  });

  test("a machine that is busy before the run is warned of", () => {
    const others = (share: number) => useOf([interval({ ownMs: 100, othersMs: 2 * share * 1000 })], measured);
    assert.equal(busyWarning(others(BUSY_BOUND)), undefined);
    assert.match(
      busyWarning(others(0.5)) ?? "",
      /^the machine is busy: other programs use 1\.00 of 2 cores\. .*\(exit 97\)$/,
    );
    const short = useOf([interval({ lengthMs: 50, othersMs: 100 })], measured);
    assert.equal(busyWarning(short), undefined, "a short look says nothing");
  });

  const ms = fc.double({ min: 0, max: 1e6, noNaN: true });
  const anyInterval = fc.record({
    startMs: ms,
    lengthMs: fc.double({ min: 1, max: 1e6, noNaN: true }),
    ...{ ownMs: ms, stolenMs: ms, throttledMs: ms, waitedMs: ms },
    othersMs: fc.double({ min: -20, max: 1e6, noNaN: true }),
  });

  test("shares are shares, others take at most what was waited for, and nothing when there are none", () => {
    fc.assert(
      fc.property(anyInterval, (used) => {
        const { waitShare, takenShare, withheldShare } = sharesOf(used);
        assert.ok(withheldShare >= 0 && withheldShare <= takenShare + 1e-9, `${withheldShare} of ${takenShare}`);
        assert.ok(takenShare >= 0 && takenShare <= waitShare + 1e-9 && waitShare <= 1, `${takenShare} of ${waitShare}`);
        assert.equal(sharesOf({ ...used, othersMs: -5, stolenMs: 0, throttledMs: 0 }).takenShare, 0);
      }),
    );
  });

  test("more CPU of others never takes less", () => {
    fc.assert(
      fc.property(anyInterval, ms, (used, more) => {
        const without = { ...used, stolenMs: 0 };
        const [before, after] = [without, { ...without, othersMs: without.othersMs + more }].map(sharesOf);
        assert.ok((after?.takenShare ?? 0) >= (before?.takenShare ?? 0) - 1e-9);
      }),
    );
  });
});

/** Watches a machine whose readings are these, one each second; the first is the start. */
function watched(readings: readonly Partial<MachineReading>[], options: { readonly maxIntervals?: number } = {}) {
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    let next = 0;
    let now = 0;
    const read = (): MachineReading => ({
      ...{
        busyMs: 0,
        stolenMs: 0,
        throttledMs: 0,
        ownMs: 0,
        waitedMs: undefined,
        pressureMs: undefined,
        loadAverage: 0,
      },
      ...readings[Math.min(next++, readings.length - 1)],
    });
    const machine = { cores: 2, read };
    const watch = watchMachine({ now: () => now, originMs: 500, everyMs: 1000, machine, ...options });
    while (next < readings.length - 1) {
      now += 1000;
      mock.timers.tick(1000);
      const before = next;
      const { intervals } = watch.soFar();
      assert.ok(intervals.length > 0);
      assert.equal(next, before, "it reads nothing");
    }
    now += 1000;
    const record = watch.stop();
    assert.equal(watch.stop(), record);
    return record;
  } finally {
    mock.timers.reset();
  }
}

describe("the watch", () => {
  test("what threads waited, also those that have begun or ended, or have the number of one that has ended", () => {
    const { use, intervals } = watched([
      { busyMs: 0, ownMs: 0, waitedMs: new Map([["1", 100]]) },
      {
        busyMs: 1500,
        ownMs: 1000,
        waitedMs: new Map([
          ["1", 130],
          ["2", 20],
        ]),
      },
      { busyMs: 3000, ownMs: 1500, waitedMs: new Map([["2", 5]]) },
    ]); // prettier-ignore
    assert.deepEqual(
      intervals.map(({ startMs, ownMs, othersMs, waitedMs }) => [startMs, ownMs, othersMs, waitedMs]),
      [
        [-500, 1000, 500, 50],
        [500, 500, 1000, 5],
      ],
    );
    assert.deepEqual([use.waits, use.watchedMs, use.ownCores, use.othersCores], ["measured", 2000, 0.75, 0.75]);
  });

  test("where the system does not tell the waits, the load average is an estimate", () => {
    const { use } = watched([{}, { busyMs: 2000, ownMs: 1000, loadAverage: 4 }]);
    assert.equal(use.waits, "estimated");
    assert.equal(use.waitShare, 0.5);
    assert.equal(use.takenShare, 0.25);
  });

  test("the pressure, where there is one", () => {
    assert.equal(watched([{ pressureMs: 50 }, { pressureMs: 300 }]).pressureShare, 0.25);
    assert.equal(watched([{}, {}]).pressureShare, null);
  });

  test("a long run has longer intervals, and loses nothing", () => {
    const readings = Array.from({ length: 41 }, (_, n) => ({ busyMs: 150 * n, ownMs: 100 * n }));
    const { use, intervals } = watched(readings, { maxIntervals: 8 });
    assert.ok(intervals.length <= 8);
    assert.equal(
      intervals.reduce((sum, { ownMs }) => sum + ownMs, 0),
      4000,
    );
    assert.ok(Math.abs(use.othersCores / use.ownCores - 0.5) < 1e-9);
  });

  test("this machine is watched", () => {
    const watch = watchMachine({ now: () => performance.now() });
    const { use } = watch.stop();
    assert.ok(use.cores >= 1 && use.ownCores >= 0 && use.waitShare >= 0 && use.waitShare <= 1);
  });
});
