/**
 * One run under simulated time, from its first arrival to its last agent: a pure function of scenario, plan, seed, mailbox and
 * faults. Nothing here or below reads a clock, draws a number or makes an id of its own.
 */
import type { AgentAudit, LocalDatabase } from "../../../platform/db/index.js";
import { Collector, type Measurements } from "../../measure/index.js";
import type { RunEvidence } from "../../check/index.js";
import { stream, type Plan, type PlanOptions, type Scenario } from "../../scenario/index.js";
import type { MailboxKind } from "../../../platform/sync/index.js";
import type { TraceSink } from "../../../replay/trace/index.js";
import { abortReasonOf, LOOK_INTERVAL_MS } from "../abort-on-fail.js";
import { arenaSizesOf } from "../arena-sizes.js";
import { gatherEvidence } from "../../check/index.js";
import { createPlatformRows } from "../platform-rows.js";
import { clientRole } from "../roles/clients.js";
import { ioRole } from "../roles/io.js";
import { GRACEFUL_STOP_MS, REPORT_TIMEOUT_MS } from "../run-limits.js";
import type { RunSetup } from "../roles/role.js";
import { taskRole } from "../roles/tasks.js";
import type { Faults } from "../../faults/index.js";
import { createSimulation, type Simulation } from "./simulation.js";
import { createRoleContexts } from "./role-contexts.js";
import { createVirtualWriter } from "./virtual-writer.js";

/** How many writes share a transaction: the database is of use when the run is over, and a run that was cut off is repeated. */
export const WRITES_PER_COMMIT = 5000;
/** Always so many, so that a run does not depend on the machine. Several of each, because they get in each other's way. */
const CLIENT_SHARDS = 2;
const TASK_SHARDS = 2;
/** How much of a run is measured between two merges into the collector, ms. */
const MEASURED_AT_ONCE_MS = 30_000;

export interface VirtualSetup {
  readonly scenario: Scenario;
  /** For the run's description; the workers do what `plan` says. */
  readonly planOptions: PlanOptions;
  readonly plan: Plan;
  readonly mailbox: MailboxKind;
  /** An empty database; the caller closes it. */
  readonly database: LocalDatabase;
  /** What the rows say of where the run keeps its files. */
  readonly runDir: string;
  readonly faults: Faults;
  /** Told of every event. */
  readonly sink: TraceSink;
}

/** A run under way. */
export interface VirtualRun {
  readonly now: number;
  readonly collector: Collector;
  /** What was measured until now. */
  measured(): Measurements;
  /** Goes on for so many steps; returns whether the run is over. Throws the error that ended it. */
  advance(steps: number): boolean;
  /** Ends the run early: agents have a moment to end by themselves. */
  interrupt(): void;
  /** Why a threshold ended the run early; undefined when none did. */
  readonly abortedBy: string | undefined;
  /** What is known of it once it is over. */
  collectResult(): {
    readonly evidence: RunEvidence;
    readonly audit: readonly AgentAudit[];
    readonly durationMs: number;
  };
}

/** A part of the run's course: what begins it, and when it is over. */
interface RunPhase {
  readonly begin: () => void;
  readonly done: () => boolean;
  /** Over in any case at this time, ms. */
  readonly until: () => number;
  /** Whether it is an error that it was not done by then. */
  readonly mustEnd: boolean;
}

export function startVirtualRun(setup: VirtualSetup): VirtualRun {
  const { scenario, plan, mailbox, database, faults, sink } = setup;
  const failures: Error[] = [];
  const simulation: Simulation = createSimulation({
    arena: arenaSizesOf({ workers: plan.workers, clients: CLIENT_SHARDS, tasks: TASK_SHARDS }),
    random: stream(plan.seed, "schedule"),
    onWake: (slot, event) => schedulerNote("wake", roleContexts.nameOf(slot), event, null),
    delayOf: (slot) => faults.wakeDelay(roleContexts.nameOf(slot), faultsNote),
  });
  const { arena } = simulation;
  const run: RunSetup = {
    scenario,
    plan: setup.planOptions,
    mailbox,
    ...createPlatformRows(database, scenario, plan, setup.runDir),
    inboxes: {
      pool: arena.allocateWide().index,
      runners: Array.from({ length: TASK_SHARDS }, () => arena.allocateWide().index),
      channels: Array.from({ length: CLIENT_SHARDS }, () => ({
        toPlatform: arena.allocateWide().index,
        toClients: arena.allocateWide().index,
      })),
    },
  };
  const writer = createVirtualWriter({
    reactor: arena.reactor,
    database,
    random: stream(plan.seed, "commits"),
    delay: () => faults.commitDelay(faultsNote),
    onError: (error) =>
      failures.push(
        new Error(`a write failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error }),
      ),
    note: (...event) => databaseNote(...event),
  });
  const roleContexts = createRoleContexts({
    arena,
    run,
    plan: faults.plan(plan, (...event) => faultsNote(...event)),
    sink,
    connect: (note) => writer.connect(note),
    throughFaults: (inbox, name) => faults.channel(inbox, name, arena.reactor, faultsNote),
    fail: (error) => failures.push(error),
  });
  const schedulerNote = roleContexts.noteAs("scheduler");
  const databaseNote = roleContexts.noteAs("database");
  const faultsNote = roleContexts.noteAs("faults");

  const io = ioRole(roleContexts.roleContext("io"));
  const tasks = Array.from({ length: TASK_SHARDS }, (_, shard) =>
    taskRole(roleContexts.roleContext(`tasks-${shard}`), shard),
  );
  const clients = Array.from({ length: CLIENT_SHARDS }, (_, shard) =>
    clientRole(roleContexts.roleContext(`clients-${shard}`), shard),
  );

  const collector = new Collector();
  const giveUpAt = plan.scheduleMs + scenario.drainTimeout;
  let drainUntil = giveUpAt;
  let interrupted = false;
  let abortedBy: string | undefined;
  const abortReason = abortReasonOf(scenario.thresholds);
  let lookAt = LOOK_INTERVAL_MS;
  const collect = (): void => {
    for (const recorder of roleContexts.recorders) collector.add(recorder.take());
  };
  /** Whether a threshold has ended the run. Looked at by its clock, so that it is the same in every run of a seed. */
  const isAborted = (): boolean => {
    if (abortReason === undefined || abortedBy !== undefined || simulation.now < lookAt) return abortedBy !== undefined;
    lookAt = (Math.floor(simulation.now / LOOK_INTERVAL_MS) + 1) * LOOK_INTERVAL_MS;
    collect();
    abortedBy = abortReason(collector.measurements(simulation.now));
    if (abortedBy !== undefined) roleContexts.noteAs("thresholds")("abort", "run", null, abortedBy);
    return abortedBy !== undefined;
  };
  const isEndedEarly = (): boolean => interrupted || isAborted();
  let isDrainCut = false;
  const phases: RunPhase[] = [
    {
      begin: () => undefined,
      done: () => isEndedEarly() || clients.every((role) => role.done()),
      until: () => giveUpAt,
      mustEnd: false,
    },
    {
      begin() {
        for (const role of clients) role.stop(giveUpAt);
        isDrainCut = isEndedEarly();
        drainUntil = isDrainCut ? simulation.now + GRACEFUL_STOP_MS : Math.max(giveUpAt, simulation.now);
        io.stop(drainUntil);
      },
      done() {
        // What cuts the run short during the drain shortens that.
        if (!isDrainCut && isEndedEarly()) {
          isDrainCut = true;
          io.stop(simulation.now + GRACEFUL_STOP_MS);
        }
        return io.done();
      },
      until: () => drainUntil + REPORT_TIMEOUT_MS,
      mustEnd: true,
    },
    {
      begin: () => tasks.forEach((role) => role.stop(drainUntil)),
      done: () => tasks.every((role) => role.done()),
      until: () => Math.max(drainUntil, simulation.now) + REPORT_TIMEOUT_MS,
      mustEnd: true,
    },
  ];
  let phase = phases.shift();
  let phaseEndsAt = phase?.until() ?? 0;
  let collectAt = 0;

  return {
    get now() {
      return simulation.now;
    },
    collector,
    measured() {
      collect();
      return collector.measurements(Math.max(1, simulation.now));
    },
    advance(steps) {
      if (phase === undefined) return true;
      const { done, mustEnd } = phase;
      const over = simulation.advance(() => failures.length > 0 || done(), phaseEndsAt, steps);
      if (failures[0] !== undefined) throw failures[0];
      if (simulation.now >= collectAt || over) {
        collect();
        collectAt = simulation.now + MEASURED_AT_ONCE_MS;
      }
      if (!over) return false;
      if (mustEnd && !done())
        throw new Error(`a part of the run did not end within ${REPORT_TIMEOUT_MS} ms of being told to`);
      phase = phases.shift();
      if (phase === undefined) return true;
      phase.begin();
      phaseEndsAt = phase.until();
      return false;
    },
    interrupt() {
      if (!interrupted) roleContexts.noteAs("user")("interrupt", "run", null, null);
      interrupted = true;
    },
    get abortedBy() {
      return abortedBy;
    },
    collectResult() {
      const audit = database.audit();
      const ioEvidence = io.evidence();
      const taskEvidence = tasks.map((role) => role.evidence());
      return {
        durationMs: simulation.now,
        audit,
        evidence: gatherEvidence({
          clients: clients.flatMap((role) => role.evidence()),
          pool: ioEvidence.pool,
          tasks: taskEvidence.flatMap(({ agents }) => agents),
          gauges: [...ioEvidence.gauges, ...taskEvidence.flatMap(({ gauges }) => gauges)],
          audit,
          slotsInUse: arena.allocated,
        }),
      };
    },
  };
}
