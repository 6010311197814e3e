/** The verdict on a run: its exit code, its reasons, and their order. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { judgeMachine, useOf, type MachineVerdict } from "../../../dist/load/measure/machine/index.js";
import { exitCodeOf, judge, machineNotes, summarySchema, type VerdictFacts } from "../../../dist/results/index.js";

const held = { id: "final-status", statement: "", held: true, checked: 1, violationCount: 0, violations: [] } as const;
const brokenInvariant = { ...held, held: false, violationCount: 1 };
const passed = { metric: "errors", expression: "count==0", observed: 0, passed: true } as const;
const failed = { ...passed, observed: 1, passed: false };
const kept = { kept: true, slipP99Ms: 1, slipMaxMs: 1, boundMs: 50 };
const late = { ...kept, kept: false, slipP99Ms: 60 };
const finished = { how: "finished", why: null } as const;
const generated = { generated: true, why: null };
const missed = { missed: ["kill-thread at 9.0 s did not happen"] };
const notGenerated = { generated: false, why: "no worker acted" };

/** A machine of two cores on which the run used 1 core, its threads waited as long, and others used so many cores. */
const machineWith = (othersCores: number): MachineVerdict =>
  judgeMachine(
    useOf(
      [
        {
          startMs: 0,
          lengthMs: 1000,
          ownMs: 1000,
          othersMs: 1000 * othersCores,
          stolenMs: 0,
          throttledMs: 0,
          waitedMs: 1000,
        },
      ],
      {
        cores: 2,
        waits: "measured",
      },
    ),
  );
const free = machineWith(0.02);
const taken = machineWith(1);
/** The hypervisor took half a core, and a target that may be on this machine used one. */
const withheld: MachineVerdict = judgeMachine(
  useOf([{ startMs: 0, lengthMs: 1000, ownMs: 500, othersMs: 1000, stolenMs: 600, throttledMs: 100, waitedMs: 100 }], {
    cores: 2,
    waits: "measured",
  }),
  { othersIncludeTarget: true },
);
const sound = {
  ...{ end: finished, invariants: [held], thresholds: [passed], load: generated, schedule: kept },
  machine: free,
};

const codes: [name: string, facts: VerdictFacts, exitCode: number, reasons: (readonly [string, RegExp])[]][] = [
  ["nothing failed", sound, 0, []],
  ["nothing failed under simulated time", { ...sound, machine: undefined }, 0, []],
  [
    "an invariant broke",
    { ...sound, invariants: [held, brokenInvariant] },
    98,
    [["invariant-broken", /^invariant final-status broke: 1 violation, 1 checked$/]],
  ],
  [
    "a threshold failed",
    { ...sound, thresholds: [failed] },
    99,
    [["threshold-failed", /^threshold errors count==0 failed: observed 1$/]],
  ],
  [
    "a threshold without samples",
    { ...sound, thresholds: [{ ...failed, observed: null }] },
    99,
    [["threshold-failed", /no samples$/]],
  ],
  [
    "nothing happened",
    { ...sound, load: notGenerated },
    99,
    [["load-not-generated", /^the load was not generated: no worker acted$/]],
  ],
  [
    "the load came late on a machine that nobody else used",
    { ...sound, schedule: late, thresholds: [failed] },
    97,
    [
      [
        "load-late",
        /^the load was not generated on time: actions ran 60\.0 ms late \(p99; allowed: 50\.0 ms\); ready threads waited for a core 50\.0 % of the time, 1\.0 % because of other programs, and the run used 1\.00 of 2 cores\. .* lower the rate/,
      ],
      ["threshold-not-judged", /^threshold errors count==0 not judged: observed 1$/],
    ],
  ],
  [
    "the load came late, and the thresholds were met by another load than the planned one",
    { ...sound, schedule: late, machine: undefined },
    97,
    [["load-late", /^the load was not generated on time: actions ran 60\.0 ms late \(p99; allowed: 50\.0 ms\)$/]],
  ],
  [
    "the load of one machine of several came late",
    {
      ...{ ...sound, machine: undefined },
      machines: [
        { name: "a", schedule: kept },
        { name: "b", schedule: late },
      ],
    },
    97,
    [
      [
        "load-late",
        /^the load was not generated on time on machine b: actions ran 60\.0 ms late \(p99; allowed: 50\.0 ms\)$/,
      ],
    ],
  ],
  [
    "the load of a free machine of several came late, with advice as alone",
    { ...{ ...sound, machine: undefined }, machines: [{ name: "b", schedule: late, use: free }] },
    97,
    [["load-late", /on time on machine b: .*; ready threads waited for a core 50\.0 % of the time, .* lower the rate/]],
  ],
  [
    "a threshold failed while other programs kept one machine of several busy",
    {
      ...{ ...sound, machine: undefined, thresholds: [failed] },
      machines: [
        { name: "a", schedule: kept, use: free },
        { name: "b", schedule: kept, use: taken },
      ],
    },
    97,
    [
      [
        "machine-busy",
        /^other programs kept machine b busy: ready threads waited .*: close other programs or use an idle machine, and run it again$/,
      ],
      ["threshold-not-judged", /^threshold errors count==0 not judged: observed 1$/],
    ],
  ],
  [
    "the load of a machine came late which other programs kept busy",
    { ...{ ...sound, machine: undefined }, machines: [{ name: "b", schedule: late, use: taken }] },
    97,
    [
      ["machine-busy", /^other programs kept machine b busy/],
      ["load-late", /on machine b: actions ran 60\.0 ms late \(p99; allowed: 50\.0 ms\)$/],
    ],
  ],
  [
    "other programs kept one machine of several busy, and every threshold was met",
    { ...{ ...sound, machine: undefined }, machines: [{ name: "b", schedule: kept, use: taken }] },
    0,
    [],
  ],
  [
    "nothing was carried out",
    { ...sound, schedule: { ...late, slipP99Ms: null } },
    97,
    [["load-late", /^the load was not generated on time: no action was carried out; ready threads/]],
  ],
  [
    "a threshold failed on a machine that other programs kept busy",
    { ...sound, thresholds: [failed], machine: taken },
    97,
    [
      [
        "machine-busy",
        /^other programs kept the machine busy: ready threads waited for a core 50\.0 % of the time, 25\.0 % because of other programs \(allowed: 10\.0 %\), which used 1\.00 of 2 cores\. The latencies measure the machine, not the platform: close other programs or use an idle machine, and run it again$/,
      ],
      ["threshold-not-judged", /^threshold errors count==0 not judged: observed 1$/],
    ],
  ],
  [
    "a threshold failed while cores were withheld from the run and from its target",
    { ...sound, thresholds: [failed], machine: withheld },
    97,
    [
      [
        "machine-busy",
        /^cores were withheld from the run: ready threads waited for a core 37\.5 % of the time, 37\.5 % because of that \(allowed: 10\.0 %\); of 2 cores the hypervisor took 0\.60, and the CPU limit of this container withheld 0\.10\. The latencies measure the machine, not the platform: use a machine of its own or raise the limit, and run it again$/,
      ],
      ["threshold-not-judged", /^threshold errors count==0 not judged: observed 1$/],
    ],
  ],
  ["other programs kept the machine busy, and every threshold was met", { ...sound, machine: taken }, 0, []],
  [
    "a threshold aborted the run on a machine that other programs kept busy",
    { ...sound, end: { how: "aborted", why: "max<5" }, thresholds: [failed], machine: taken },
    97,
    [
      ["machine-busy", /^other programs/],
      ["aborted", /^the run was aborted: max<5$/],
      ["threshold-not-judged", /^threshold/],
    ],
  ],
  [
    "interrupted",
    { ...sound, end: { how: "interrupted", why: "Ctrl-C" } },
    1,
    [["interrupted", /^the run was interrupted: Ctrl-C$/]],
  ],
  ["aborted", { ...sound, end: { how: "aborted", why: "max<5" } }, 99, [["aborted", /^the run was aborted: max<5$/]]],
  [
    "interrupted, which broke a threshold",
    { ...sound, end: { how: "interrupted", why: "x" }, thresholds: [{ ...failed, brokenByEnd: true }, failed] },
    1,
    [
      ["interrupted", /^the run was interrupted/],
      ["threshold-failed", /^threshold errors count==0 failed: observed 1$/],
      ["threshold-not-judged", /^threshold errors count==0 not judged: observed 1$/],
    ],
  ],
  [
    "workers were cut off",
    { ...sound, unfinished: 3 },
    99,
    [["workers-cut-off", /^3 workers had not finished when the run was given up, and were cut off: /]],
  ],
  [
    "workers were cut off on a machine that others took",
    { ...sound, unfinished: 3, machine: taken },
    97,
    [
      ["machine-busy", /^other programs/],
      ["workers-cut-off", /^3 workers/],
    ],
  ],
  ["something planned did not happen", { ...sound, carriedOut: [missed] }, 0, []],
  [
    "something planned did not happen, which is a failure",
    { ...sound, carriedOut: [missed], isStrict: true },
    99,
    [["not-carried-out", /^kill-thread at 9\.0 s did not happen$/]],
  ],
  [
    "something planned did not happen in a run that was interrupted",
    { ...sound, end: { how: "interrupted", why: "x" }, carriedOut: [missed], isStrict: true },
    1,
    [["interrupted", /^the run was interrupted/]],
  ],
  [
    "the most severe failure decides; a cause comes before its consequences",
    {
      end: { how: "interrupted", why: "x" },
      invariants: [brokenInvariant],
      thresholds: [failed],
      load: notGenerated,
      schedule: late,
      machine: taken,
    },
    98,
    [
      ["invariant-broken", /^invariant/],
      ["interrupted", /interrupted: x/],
      ["machine-busy", /^other programs kept the machine busy/],
      ["load-not-generated", /^the load was not generated: no worker acted/],
      ["load-late", /late \(p99; allowed: 50\.0 ms\)$/],
      ["threshold-not-judged", /^threshold/],
    ],
  ],
];

describe("the verdict", () => {
  for (const [name, facts, exitCode, reasons] of codes) {
    test(`exit code ${exitCode}: ${name}`, () => {
      const verdict = judge(facts);
      assert.deepEqual(summarySchema.shape.verdict.parse(verdict), verdict);
      assert.equal(exitCodeOf({ verdict }), exitCode);
      assert.equal(verdict.passed, exitCode === 0);
      assert.equal(verdict.outcome, exitCode === 0 ? "passed" : exitCode === 97 ? "inconclusive" : "failed");
      assert.deepEqual(
        verdict.reasons.map(({ code }) => code),
        reasons.map(([code]) => code),
      );
      reasons.forEach(([, text], at) => assert.match(verdict.reasons[at]?.text ?? "", text));
    });
  }

  test("a passed run says when other programs kept the machine busy", () => {
    assert.deepEqual(machineNotes({ machine: free }), []);
    assert.deepEqual(machineNotes({ machine: undefined }), []);
    assert.match(
      machineNotes({ machine: taken }).join("\n"),
      /^other programs kept the machine busy: .* they are lower on an idle one$/,
    );
    const estimated: MachineVerdict = { ...taken, waits: "estimated", stolenCores: 0.25, throttledCores: 0.5 };
    assert.match(
      machineNotes({ machine: estimated }).join("\n"),
      /, as estimated from the load average, .* hypervisor took 0\.25; the CPU limit of this container withheld 0\.50\./,
    );
  });

  const facts: fc.Arbitrary<VerdictFacts> = fc.record({
    end: fc.constantFrom<VerdictFacts["end"]>(
      finished,
      { how: "interrupted", why: "by the user" },
      { how: "aborted", why: "x" },
    ),
    invariants: fc.constantFrom<VerdictFacts["invariants"]>([held], [brokenInvariant]),
    thresholds: fc.constantFrom<VerdictFacts["thresholds"]>([], [passed], [passed, failed]),
    load: fc.constantFrom(generated, notGenerated),
    schedule: fc.constantFrom(kept, late),
    machine: fc.constantFrom(free, taken, withheld, undefined),
    machines: fc.constantFrom([{ name: "b", schedule: kept, use: free }], [{ name: "b", schedule: late }], undefined),
    unfinished: fc.constantFrom(0, 2, undefined),
    carriedOut: fc.constantFrom([missed], undefined),
    isStrict: fc.boolean(),
  });

  test("a passed run names the machines that other programs kept busy", () => {
    const machines = [
      { name: "a", schedule: kept, use: free },
      { name: "b", schedule: kept, use: taken },
      { name: "c", schedule: kept },
    ];
    const notes = machineNotes({ machines });
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /^other programs kept machine b busy: /);
  });

  test("a run is inconclusive only for a cause, which is its first reason; an invariant is judged in any case", () => {
    fc.assert(
      fc.property(facts, (run) => {
        const { exitCode, outcome, thresholdsJudged, reasons } = judge(run);
        const names = reasons.map(({ code }) => code);
        assert.equal(exitCode === 98, !run.invariants.every((invariant) => invariant.held));
        if (outcome === "inconclusive") {
          assert.ok(names[0] === "machine-busy" || names[0] === "load-late", names[0]);
          assert.ok(!thresholdsJudged);
        }
        assert.equal(outcome === "passed", reasons.length === 0);
        assert.ok(!names.includes(thresholdsJudged ? "threshold-not-judged" : "threshold-failed"));
      }),
    );
  });

  test("a free machine never makes a run inconclusive whose load came on time", () => {
    fc.assert(
      fc.property(facts, (run) =>
        assert.notEqual(judge({ ...run, machine: free, machines: undefined, schedule: kept }).exitCode, 97),
      ),
    );
  });
});
