/** A fixed run for summaries and reports. Every number in it is invented. */
import { checkInvariants, noteTaken, nothingTaken, type RunEvidence } from "../../../dist/load/check/index.js";
import {
  createRecorder,
  evaluate,
  parseThresholds,
  scheduleKept,
  type Measurements,
  type TagSet,
} from "../../../dist/load/measure/index.js";
import {
  cpuUseOf,
  judgeMachine,
  partOfThread,
  useOf,
  type MachineSoFar,
} from "../../../dist/load/measure/machine/index.js";
import {
  buildReportData,
  buildSummary,
  latencyByPart,
  type ReportData,
  type ReportInput,
  type Summary,
} from "../../../dist/results/index.js";
import { mergeSnapshots } from "../measure/merge-snapshots.js";

/** Every third update is of a worker whose connection drops in the storm. */
const TAGS: TagSet = {
  behaviours: ["dropping", "unaffected"],
  spans: [
    { name: "storm", fromMs: 6000, toMs: 8000 },
    { name: "shutdown", fromMs: 11_000, toMs: 11_000 },
  ],
};

function measurements(slipMs: number, tags = TAGS): Measurements {
  const thread = createRecorder({ thread: "tasks", originMs: 0, tags, now: () => 0 });
  for (let n = 0; n < 5000; n++) {
    const recorder = thread.ofBehaviour(n % 3 === 0 ? "dropping" : "unaffected");
    const atMs = n * 2.4;
    const storm = atMs > 6000 && atMs < 8000 ? 12 : 1;
    const parts = [0.02, 0.05, 0.11 * storm, 0.004, 0.03, 0.01, 0.06].map((ms) => ms * (1 + (n % 97) / 50));
    (
      ["stage_send", "stage_route", "stage_wake", "stage_take", "stage_state", "stage_reply", "stage_seen"] as const
    ).forEach((name, at) => recorder.trend(name).record(parts[at] ?? 0, atMs));
    const until = (stages: number): number => parts.slice(0, stages).reduce((sum, ms) => sum + ms, 0);
    recorder.trend("live_update_latency").record(until(4), atMs);
    recorder.trend("live_update_service_time").record(until(4) - until(1), atMs);
    recorder.trend("live_update_round_trip").record(until(7), atMs);
    recorder.trend("schedule_slip").record(slipMs * ((n % 10) / 10), atMs);
  }
  const dropping = thread.ofBehaviour("dropping");
  for (let n = 0; n < 400; n++) dropping.trend("disconnect_detection").record(0.4 + n / 100, 7000);
  dropping.count("live_updates_sent", 1667, 1000);
  dropping.count("live_updates_taken", 1667, 1000);
  thread.ofBehaviour("unaffected").count("live_updates_sent", 3334, 7000);
  thread.ofBehaviour("unaffected").count("live_updates_taken", 3333, 7000);
  dropping.observe("task_completion", true);
  thread.gauge("agents_waiting", 0);
  return mergeSnapshots([thread.take()], 14_200, tags);
}

function evidence(broken: boolean): RunEvidence {
  const taken = nothingTaken();
  for (const number of broken ? [1, 3] : [1, 2, 3]) noteTaken(taken, number);
  return {
    clients: [{ agentId: "17", sent: 3, acknowledgedSubmits: 1, acknowledgedStatuses: [] }],
    tasks: [{ agentId: "17", taken, acknowledgedStatuses: ["completed"], endedAtMs: 9 }],
    rows: [{ agentId: "17", status: "completed", history: ["accepted", "completed"], submits: 1 }],
    holdings: [{ unitId: "4", agentId: "17", fromMs: 0, toMs: 9, isAssigned: false }],
    accounting: { gauges: { "main completed": 1 }, rows: { "main completed": 1 }, agentsWithHandles: 1, slotsInUse: 0 },
    releaseBoundMs: 250,
  };
}

export const exampleMeasurements = (): Measurements => measurements(1);

/** `others` used the machine from 6.4 to 8.4 s. */
export function exampleMachine(waits: MachineSoFar["use"]["waits"] = "measured"): MachineSoFar {
  return {
    use: useOf([], { cores: 2, waits }),
    intervals: Array.from({ length: 29 }, (_, n) => ({
      ...{ startMs: n * 500 - 100, lengthMs: 500, ownMs: 700, stolenMs: 0, throttledMs: 0 },
      ...{ othersMs: n > 12 && n < 18 ? 300 : 5, waitedMs: n > 12 && n < 18 ? 900 : 60 },
    })),
  };
}

interface ExampleOptions {
  /** An invariant is broken, and thresholds failed. */
  readonly broken?: boolean;
  /** A threshold failed. */
  readonly slow?: boolean;
  readonly slipMs?: number;
  /** CPU that other programs used, ms of each second. */
  readonly othersMs?: number;
  /** What the run can be divided by; two behaviours and two spans unless given. */
  readonly tags?: TagSet;
}

export function exampleSummary({
  broken = false,
  slow = broken,
  slipMs = 1,
  othersMs = 12,
  tags = TAGS,
}: ExampleOptions = {}): Summary {
  const measured = measurements(slipMs, tags);
  const machine = useOf(
    [
      {
        startMs: 0,
        lengthMs: 14_200,
        ownMs: 21_584,
        othersMs: 14.2 * othersMs,
        stolenMs: 0,
        throttledMs: 0,
        waitedMs: 9_250,
      },
    ],
    { cores: 2, waits: "measured" },
  );
  const thresholds = parseThresholds({
    live_update_latency: ["p(99)<5", slow ? "max<2ms" : "max<200ms"],
    live_updates_lost: ["count==0"],
    ...(broken ? { submit_ack_time: ["p(99)<50"] } : {}),
  });
  return buildSummary({
    runId: "20240102-030405-disconnect-storm-42",
    engine: "threads",
    scenario: { name: "disconnect-storm", description: "Half of the workers vanish at once." },
    seed: "42",
    plan: { hash: "0".repeat(64), workers: 2500 },
    options: { threads: 2 },
    reproduce: "simulate --scenario disconnect-storm --seed 42 --threads 2",
    startedAt: "2024-01-02T03:04:05.678Z",
    end: { how: "finished", why: null },
    unfinished: 0,
    carriedOut: [
      { what: "workers", planned: 2500, carriedOut: 2500, missed: [] },
      { what: "windows", planned: 1, carriedOut: 1, missed: [] },
    ],
    outcomes: {
      agents: { disconnect: 612, completed: 1604, returned: 120, timeout: 24 },
      onboardingAgents: { approved: 2360, rejected: 140 },
    },
    measurements: measured,
    invariants: checkInvariants(evidence(broken)),
    thresholds: evaluate(thresholds, measured),
    load: { generated: true, why: null },
    schedule: scheduleKept(measured, 50),
    machine: judgeMachine(machine, { pressureShare: 0.3 }),
    health: {
      cpu: cpuUseOf(
        21_584,
        ["client-0", "io", "task-0", "coordinator", "writer"].map((thread, nth) => ({
          ...{ thread, part: partOfThread(thread) },
          times: { cpuMs: 5000 - 800 * nth, waitedMs: 2000 - 400 * nth },
        })),
      ),
      process: { cpuCores: 1.52, peakMemoryBytes: 400 * 2 ** 20 },
      threads: [
        {
          thread: "main",
          watchedMs: 14_200,
          eventLoopDelay: { p50Ms: 0.1, p99Ms: 3.25, maxMs: 20 },
          gc: { count: 40, totalMs: 60, maxMs: 7.5, major: 2 },
          times: { cpuMs: 8000, waitedMs: 4000 },
        },
        {
          thread: "tasks",
          watchedMs: 14_200,
          eventLoopDelay: null,
          gc: { count: 0, totalMs: 0, maxMs: 0, major: 0 },
          times: null,
        },
      ],
    },
    floor: [
      {
        name: "Atomics hand-over",
        doc: "Bare Atomics.wait/notify between two threads.",
        distribution: measured.trends.stage_route,
      },
    ],
    environment: {
      crowdstorm: "0.1.0",
      node: "v20.20.2",
      platform: "linux x64",
      cpu: "a CPU",
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
    },
  });
}

/** The statuses of `count` agents that come one after the other and end in the same way. */
function lives(count: number): ReportInput["statusEvents"] {
  return Array.from({ length: count }, (_, agent) =>
    ["none", "accepted", "in task", "completed"].map((to, at, all) => ({
      agentType: "main" as const,
      from: at === 0 ? null : (all[at - 1] ?? null),
      to,
      atMs: agent * 100 + at * 1000,
    })),
  ).flat();
}

export function exampleReport({ text = "plain", tags = TAGS }: { text?: string; tags?: TagSet } = {}): ReportData {
  const measured = measurements(1, tags);
  return buildReportData({
    runId: "20240102-030405-disconnect-storm-42",
    scenario: "disconnect-storm",
    measurements: measured,
    parts: latencyByPart(measured, "inside"),
    phases: [
      { kind: "arrivals", label: "arrivals, rising", fromMs: 0, toMs: 6000 },
      { kind: "disconnects", label: `disconnects (${text})`, fromMs: 6000, toMs: 7500 },
      { kind: "fault", label: "stall database", detail: `the database was held (${text})`, fromMs: 6500, toMs: 7000 },
      { kind: "drain", label: "drain", fromMs: 7500, toMs: 14_200 },
    ],
    faults: [
      { label: "lost", atMs: 9000 },
      { label: "late", atMs: 8000 },
      { label: "late", atMs: 3000 },
    ],
    statusEvents: lives(100),
    machine: exampleMachine(),
    from: "inside",
    slowest: [
      {
        agentId: "17",
        status: "completed",
        latencyMs: 12.5,
        atMs: 6200,
        taken: 9,
        history: [
          { status: "none", atMs: 100 },
          { status: "in task", atMs: 2100 },
          { status: "completed", atMs: 9100 },
        ],
        endedAtMs: 9100,
        ended: text,
      },
    ],
  });
}
