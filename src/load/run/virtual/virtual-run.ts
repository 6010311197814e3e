/**
 * One run under simulated time: a pure function of scenario, plan, seed, mailbox and faults. Nothing here or below
 * reads the machine's clock, or draws a random number or an id from anything but the seed.
 */
import { assert } from "../../../vocabulary/index.js";
import type { LocalDatabase } from "../../../platform/db/index.js";
import { Collector, type Measurements, type SampleSink } from "../../measure/index.js";
import { stream, type Plan, type PlanOptions, type Scenario } from "../../scenario/index.js";
import {
  type ArenaOptions,
  ready,
  spawn,
  suspendedWait,
  type Clock,
  type MailboxKind,
  type Wait,
  type Waiter,
} from "../../../platform/sync/index.js";
import type { Note, TraceSink } from "../../../replay/trace/index.js";
import { abortReasonOf, EVALUATION_INTERVAL_MS, type AbortReason } from "../abort-on-fail.js";
import { allocateInboxes, arenaSizesOf } from "../arena-sizes.js";
import {
  runLifecycle,
  type AuditedRun,
  type EarlyEnd,
  type RunEnd,
  type RunParts,
  type RunStages,
} from "../lifecycle.js";
import { createPlatformRows } from "../platform-rows.js";
import { newAgentBehaviours } from "../roles/agent-behaviours.js";
import { ClientRole } from "../roles/clients.js";
import { IoRole } from "../roles/io.js";
import { REPORT_TIMEOUT_MS } from "../run-limits.js";
import type { Role, RoleContext, RunSetup } from "../roles/role.js";
import { taskRole } from "../roles/tasks.js";
import { injectFaults, killedEvidence, type FaultInjection, type Faults } from "../../faults/index.js";
import { createSimulation, type Simulation } from "./simulation.js";
import { createRoleContexts, type RoleContexts } from "./role-contexts.js";
import { SimulatedThread } from "./simulated-thread.js";
import { VirtualStage } from "./virtual-stage.js";
import { VirtualWriter } from "./virtual-writer.js";

/** How many writes share a transaction: the database is used after the run, and an incomplete run can be repeated. */
export const WRITES_PER_COMMIT = 5000;
/** Constant, so that a run does not depend on the machine. Two of each, so that they interfere with each other. */
const SHARDS = { clients: 2, tasks: 2 };
/** How much of a run is measured between two merges into the collector, ms; with samples, which take memory, less. */
const MEASURED_AT_ONCE_MS = 30_000;
const SAMPLED_AT_ONCE_MS = 1000;

export interface VirtualSetup {
  readonly scenario: Scenario;
  /** For the run's setup; the workers follow `plan`. */
  readonly planOptions: PlanOptions;
  readonly plan: Plan;
  readonly mailbox: MailboxKind;
  /** An empty database; the caller closes it. */
  readonly database: LocalDatabase;
  /** The directory of the run in its rows. */
  readonly runDir: string;
  readonly faults: Faults;
  /** Receives every event. */
  readonly sink: TraceSink;
  /** Receives every sample; left out: none is kept. */
  readonly samples?: SampleSink | undefined;
  /** The memory of the arena, as in its options. */
  readonly allocate?: ArenaOptions["allocate"];
}

/** What the lifecycle waits for. */
interface PendingWait {
  readonly holds: () => boolean;
  readonly untilMs: number;
  /** Whether it is an error that the condition does not hold by then. */
  readonly mustHold: boolean;
  readonly waiter: Waiter<void>;
}

/** The constructor makes the roles; {@link advance} runs them. */
export class VirtualRun implements RunParts {
  readonly collector: Collector;
  readonly clock: Clock;
  readonly giveUpAfterMs: number;
  readonly #setup: VirtualSetup;
  readonly #simulation: Simulation;
  readonly #writer: VirtualWriter;
  readonly #roleContexts: RoleContexts;
  readonly #notes: { readonly scheduler: Note; readonly faults: Note };
  readonly #stages: RunStages;
  /** The faults of the plan that have happened. */
  readonly injection: FaultInjection;
  readonly #abortReason: AbortReason | undefined;
  readonly #failures: Error[] = [];
  #pending: PendingWait | undefined;
  #earlyEnd: EarlyEnd;
  #evaluateAt = EVALUATION_INTERVAL_MS;
  #collectAt = 0;
  #result: RunEnd | undefined;

  constructor(setup: VirtualSetup) {
    const { scenario, plan, mailbox, faults } = setup;
    this.#setup = setup;
    this.collector = new Collector({ tags: plan.tags, samples: setup.samples });
    this.#abortReason = abortReasonOf(scenario.thresholds, "inside");
    this.giveUpAfterMs = plan.scheduleMs + scenario.drainTimeout;
    this.#simulation = this.#createSimulation();
    const { arena } = this.#simulation;
    this.clock = arena.clock;
    const run = {
      scenario,
      plan: setup.planOptions,
      mailbox,
      ...createPlatformRows(setup.database, scenario, plan, setup.runDir),
      agentBehaviours: newAgentBehaviours(arenaSizesOf({ workers: plan.workers, ...SHARDS })),
      inboxes: allocateInboxes(arena, SHARDS),
    };
    this.#writer = this.#createWriter();
    const roleContexts = createRoleContexts({
      arena,
      run,
      plan: faults.plan(plan, (...event) => faultsNote(...event)),
      sink: setup.sink,
      keepsSamples: setup.samples !== undefined,
      connect: (note) => this.#writer.connect(note),
      throughFaults: (inbox, name) => faults.channel(inbox, name, arena.reactor, faultsNote),
      fail: (error) => this.#failures.push(error),
    });
    const faultsNote = roleContexts.noteAs("faults");
    this.#roleContexts = roleContexts;
    this.#notes = { scheduler: roleContexts.noteAs("scheduler"), faults: faultsNote };
    const io = this.#stage(["io"], (context) => new IoRole(context));
    const tasks = this.#stage(shardNames("tasks"), taskRole);
    const clients = this.#stage(shardNames("clients"), (context, shard) => new ClientRole(context, shard));
    this.#stages = { clients, io, tasks, originMs: 0 };
    this.injection = this.#injectFaults(clients, tasks, run.inboxes);
    const interruptAt = faults.interruptAt(plan, faultsNote);
    if (interruptAt !== undefined)
      arena.reactor.at(interruptAt, () => (this.#earlyEnd ??= { how: "interrupted", why: "by a drawn fault" }));
    spawn(
      runLifecycle(this),
      (result) => (this.#result = result),
      (error) => this.#failures.push(asError(error)),
    );
  }

  get now(): number {
    return this.#simulation.now;
  }

  /** What was measured until now. */
  measured(): Measurements {
    this.#collect();
    return this.collector.measurements(Math.max(1, this.now));
  }

  /** Continues for at most `steps` steps; returns whether the run is over. Throws the error that ended it. */
  advance(steps: number): boolean {
    if (this.#isOver()) return true;
    this.#throwFailure();
    const pending = this.#pending;
    assert(pending !== undefined, "a run that is not over waits for something");
    const isSettled = this.#simulation.advance(
      () => this.#failures.length > 0 || pending.holds(),
      pending.untilMs,
      steps,
    );
    this.#throwFailure();
    if (this.now >= this.#collectAt || isSettled) {
      this.#collect();
      this.#collectAt = this.now + (this.#setup.samples === undefined ? MEASURED_AT_ONCE_MS : SAMPLED_AT_ONCE_MS);
    }
    if (!isSettled) return false;
    this.#pending = undefined;
    if (pending.mustHold && !pending.holds())
      pending.waiter.fail(new Error(`a stage of the run did not end within ${REPORT_TIMEOUT_MS} ms of its stop`));
    else pending.waiter.resume();
    this.#throwFailure();
    return this.#isOver();
  }

  /** Ends the run early: agents have a moment to end by themselves. */
  interrupt(): void {
    if (this.#earlyEnd?.how === "interrupted") return;
    this.#roleContexts.noteAs("user")("interrupt", "run", null, null);
    this.#earlyEnd = { how: "interrupted", why: "by the user" };
  }

  /** The run is over. */
  result(): RunEnd {
    assert(this.#result !== undefined, "the result of a run is asked for once it is over");
    return this.#result;
  }

  start(): Wait<RunStages> {
    return ready(this.#stages);
  }

  /** The thresholds are evaluated by the run's clock, so that the answer is the same in every run of a seed. */
  earlyEnd(): EarlyEnd {
    if (this.#abortReason === undefined || this.#earlyEnd !== undefined || this.now < this.#evaluateAt)
      return this.#earlyEnd;
    this.#evaluateAt = (Math.floor(this.now / EVALUATION_INTERVAL_MS) + 1) * EVALUATION_INTERVAL_MS;
    this.#collect();
    const why = this.#abortReason(this.collector.measurements(this.now));
    if (why === undefined) return undefined;
    this.#roleContexts.noteAs("thresholds")("abort", "run", null, why);
    this.#earlyEnd = { how: "aborted", why };
    return this.#earlyEnd;
  }

  until(condition: () => boolean, untilMs: number): Wait<void> {
    return this.#wait(condition, untilMs, false);
  }

  untilDone(stage: VirtualStage<unknown>, condition?: () => boolean): Wait<void> {
    const holds = condition === undefined ? () => stage.isDone() : () => condition() || stage.isDone();
    return this.#wait(holds, stage.mustEndBy, true);
  }

  liftPauses(): void {
    this.injection.stop();
  }

  audit(): Wait<AuditedRun> {
    this.injection.end();
    return ready({
      audit: this.#setup.database.audit(),
      slotsInUse: this.#simulation.arena.allocated,
      pausedMs: this.injection.pausedMs,
      ...killedEvidence(this.injection),
    });
  }

  #wait(holds: () => boolean, untilMs: number, mustHold: boolean): Wait<void> {
    return suspendedWait((waiter) => {
      assert(this.#pending === undefined, "a run waits for one thing at a time");
      this.#pending = { holds, untilMs, mustHold, waiter };
    });
  }

  #stage<Evidence>(
    names: readonly string[],
    begin: (context: RoleContext, shard: number) => Role<Evidence>,
  ): VirtualStage<Evidence> {
    const roles = names.map((name, shard) => {
      const thread = new SimulatedThread();
      return { name, thread, role: begin(this.#roleContexts.roleContext(name, thread), shard) };
    });
    return new VirtualStage(roles, this.clock);
  }

  #injectFaults(
    clients: VirtualStage<unknown>,
    tasks: VirtualStage<unknown>,
    inboxes: RunSetup["inboxes"],
  ): FaultInjection {
    const { arena } = this.#simulation;
    const onKilled = (name: string): void => this.#forget(name);
    return injectFaults(this.#setup.plan.faults ?? [], {
      arena,
      inboxes,
      clients: clients.threads(onKilled),
      tasks: tasks.threads(onKilled),
      lockDatabase: () => this.#writer.lock(),
      jumpClock: (ms) => this.#simulation.jump(ms),
      elapsed: () => this.now,
      at: (ms, action) => void arena.reactor.at(ms, action),
      onHappened: ({ kind, thread, lastsMs }) => this.#notes.faults(kind, thread ?? "run", lastsMs, null),
      onError: (error) => this.#failures.push(asError(error)),
    });
  }

  /** Collects the rest of what a killed role recorded, and removes its gauges. */
  #forget(name: string): void {
    this.#collect();
    this.#roleContexts.recorders.delete(name);
    this.collector.forget(name);
  }

  #isOver(): boolean {
    return this.#result !== undefined;
  }

  #throwFailure(): void {
    const [failure] = this.#failures;
    if (failure !== undefined) throw failure;
  }

  #collect(): void {
    for (const recorder of this.#roleContexts.recorders.values()) this.collector.add(recorder.take());
  }

  #createSimulation(): Simulation {
    const { plan, faults, allocate } = this.#setup;
    const nameOf = (slot: number): string => this.#roleContexts.nameOf(slot);
    return createSimulation({
      arena: { ...arenaSizesOf({ workers: plan.workers, ...SHARDS }), ...(allocate !== undefined && { allocate }) },
      random: stream(plan.seed, "schedule"),
      onWake: (slot, event) => this.#notes.scheduler("wake", nameOf(slot), event, null),
      delayOf: (slot) => faults.wakeDelay(nameOf(slot), this.#notes.faults),
    });
  }

  #createWriter(): VirtualWriter {
    const { plan, faults, database } = this.#setup;
    return new VirtualWriter({
      reactor: this.#simulation.arena.reactor,
      database,
      random: stream(plan.seed, "commits"),
      delay: () => faults.commitDelay(this.#notes.faults),
      onError: (error) => this.#failures.push(new Error(`a write failed: ${asError(error).message}`, { cause: error })),
      note: (...event) => this.#roleContexts.noteAs("database")(...event),
    });
  }
}

function shardNames(kind: keyof typeof SHARDS): string[] {
  return Array.from({ length: SHARDS[kind] }, (_, shard) => `${kind}-${shard}`);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
