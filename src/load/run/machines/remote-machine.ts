/** One machine of a run, as its coordinator knows it: what was sent to it, what it sent, and what became of it. */
import { assert, formatCount } from "../../../vocabulary/index.js";
import type { Summary } from "../../../results/index.js";
import {
  Collector,
  createRecorder,
  scheduleKept,
  type RecorderSnapshot,
  type ScheduleVerdict,
  type ThreadHealth,
} from "../../measure/index.js";
import { judgeMachine } from "../../measure/machine/index.js";
import type { NetworkNotesReport } from "../../network/index.js";
import type { Plan } from "../../scenario/index.js";
import { systemClock } from "../../../platform/sync/index.js";
import { SLIP_BOUND_MS } from "../finalize-run.js";
import { countCutOff, sumOf, unfinishedWorkers } from "../unfinished-workers.js";
import type { MachineChannel } from "./machine-channel.js";
import { describeShard, isInShard, workersInShard, type PlanShard } from "./plan-shards.js";
import type { ClockOffset } from "./shared-clock.js";
import type { FromMachine, ShardReport, ToMachine } from "./shard-messages.js";
import { shiftNotes } from "./shift-notes.js";

/** A machine that takes part. */
export interface RecruitedMachine {
  /** Unique among the machines of the run. */
  readonly name: string;
  readonly node: string;
  readonly cores: number;
  /** How many threads of it carry workers. */
  readonly threads: number;
  readonly channel: MachineChannel<ToMachine, FromMachine>;
}

type MachineOutcome = NonNullable<Summary["machines"]>[number];

export interface MachineEvents {
  readonly onProgress: (snapshot: RecorderSnapshot) => void;
  readonly onFatal: (why: string) => void;
  readonly onWarning: (warning: string) => void;
  readonly onLost: (lost: NonNullable<MachineOutcome["lost"]>) => void;
  /** It is ready, has ended, or was lost. */
  readonly changed: () => void;
}

export class RemoteMachine {
  readonly shard: PlanShard;
  readonly #machine: RecruitedMachine;
  readonly #plan: Plan;
  readonly #originMs: () => number;
  /** What it measured, for its own schedule and its own counters. */
  readonly #collector: Collector;
  readonly #waiters: (() => void)[] = [];
  #events: MachineEvents | undefined;
  #ready: Extract<FromMachine, { readonly kind: "ready" }> | undefined;
  #refusal: string | undefined;
  #report: ShardReport | undefined;
  #lost: NonNullable<MachineOutcome["lost"]> | undefined;
  /** With it, its workers that had not finished, by behaviour, and when it was lost. */
  #unfinished: { readonly workers: ReadonlyMap<string, number>; readonly atMs: number } | undefined;

  constructor(machine: RecruitedMachine, shard: PlanShard, plan: Plan, originMs: () => number) {
    this.shard = shard;
    this.#machine = machine;
    this.#plan = plan;
    this.#collector = new Collector({ tags: plan.tags });
    this.#originMs = originMs;
  }

  get name(): string {
    return this.#machine.name;
  }

  get lost(): MachineOutcome["lost"] {
    return this.#lost;
  }

  isReady(): boolean {
    return this.#ready !== undefined;
  }

  /** How it reads the shared clock. It is ready. */
  get clock(): ClockOffset {
    assert(this.#ready !== undefined, "a machine says what its clock is once it is ready");
    return this.#ready.clock;
  }

  carries(index: number): boolean {
    return isInShard(this.shard, index, this.#plan);
  }

  prepare(order: ToMachine, events: MachineEvents): void {
    this.#events = events;
    const { channel } = this.#machine;
    channel.listen(
      (message) => this.#on(message),
      (why) => this.#lose(why),
    );
    channel.send(order);
  }

  /** Resolves once it is ready, or is over. */
  untilReady(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#onChange();
    });
  }

  /** Why it will never be ready, a clause; undefined while it may be. */
  get problem(): string | undefined {
    return this.#refusal ?? this.#lost?.why;
  }

  start(atMs: number): void {
    this.#machine.channel.send({ kind: "start", atMs });
  }

  stop(): void {
    if (!this.isOver()) this.#machine.channel.send({ kind: "stop" });
  }

  /** Whether nothing more comes from it. */
  isOver(): boolean {
    return this.#report !== undefined || this.#lost !== undefined;
  }

  async end(why: string): Promise<void> {
    if (!this.isOver()) this.#machine.channel.send({ kind: "abort", why });
    await this.#machine.channel.close();
  }

  /** How many of its workers finished or were cut off, as far as is known. */
  get ended(): number {
    const { workers_finished: finished, workers_cut_off: cutOff } = this.#collector.measurements(1).counters;
    return finished + cutOff + (this.#lost?.unfinished ?? 0);
  }

  notes(): readonly NetworkNotesReport[] {
    return (this.#report?.notes ?? []).map((notes) => shiftNotes(notes, this.#originMs()));
  }

  /** What was measured and is in no progress. */
  lastSnapshots(): readonly RecorderSnapshot[] {
    if (this.#unfinished === undefined) return [];
    const { workers, atMs } = this.#unfinished;
    const { tags } = this.#plan;
    const recorder = createRecorder({ thread: this.name, originMs: this.#originMs(), tags, now: () => atMs });
    countCutOff(workers, recorder, atMs);
    return [recorder.take()];
  }

  threadHealth(): readonly ThreadHealth[] {
    return (this.#report?.threads ?? []).map((health) => ({ ...health, thread: `${this.name}/${health.thread}` }));
  }

  /** It is over. */
  outcome(): MachineOutcome {
    const { name, node, cores, threads } = this.#machine;
    const { clock, aheadMs } = this.#ready ?? NEVER_READY;
    const report = this.#report;
    return {
      name,
      node,
      cores,
      threads,
      workers: this.#share(),
      clock: {
        aheadMs,
        uncertaintyMs: clock.uncertaintyMs,
        driftMs: report === undefined ? null : report.clock.offsetMs - clock.offsetMs,
      },
      startLateMs: report?.startLateMs ?? null,
      schedule: this.#schedule(),
      ...(report !== undefined && {
        process: report.process,
        use: judgeMachine(report.machine.use, report.machine),
      }),
      ...(this.#lost !== undefined && { lost: this.#lost }),
    };
  }

  /** Its share of the planned workers; in a closed model, the workers that began on it. */
  #share(): number {
    if (this.#plan.closed !== undefined) return this.#collector.measurements(1).counters.workers_started;
    return workersInShard(this.shard, this.#plan.workers);
  }

  /** A machine without workers has no schedule that it could miss; what is known of a lost one is judged. */
  #schedule(): ScheduleVerdict {
    const verdict = scheduleKept(this.#collector.measurements(1), SLIP_BOUND_MS);
    const isIdle = this.#share() === 0 || (this.#lost !== undefined && verdict.slipP99Ms === null);
    return isIdle ? { ...verdict, kept: true } : verdict;
  }

  #on(message: FromMachine): void {
    if (this.isOver()) return;
    if ("snapshots" in message && !message.snapshots.every((snapshot) => this.#collector.canAdd(snapshot)))
      return this.#lose("it sent measurements with tags that the plan does not have");
    switch (message.kind) {
      case "ready":
        this.#ready = message;
        break;
      case "refused":
        this.#refusal = message.why;
        break;
      case "warning":
        this.#events?.onWarning(message.text);
        break;
      case "progress":
        this.#add(message.snapshots);
        break;
      case "fatal":
        this.#events?.onFatal(message.why);
        break;
      case "left":
        this.#lose(message.why);
        break;
      case "report":
        this.#add(message.snapshots);
        this.#report = message;
        break;
    }
    this.#onChange();
  }

  #add(snapshots: readonly RecorderSnapshot[]): void {
    for (const relative of snapshots) {
      const snapshot = { ...relative, originMs: this.#originMs() };
      const gauges = snapshot.gauges.map((gauge) => ({ ...gauge, thread: `${this.name}/${gauge.thread}` }));
      this.#events?.onProgress({ ...snapshot, gauges });
      // Only its slip and its counters are of interest by themselves.
      this.#collector.add({
        ...snapshot,
        gauges: [],
        trends: snapshot.trends.filter(({ name }) => name === "schedule_slip"),
      });
    }
  }

  #lose(why: string): void {
    if (this.isOver()) return;
    const left = unfinishedWorkers(this.#plan, this.#collector.measurements(1), (index) => this.carries(index));
    this.#unfinished = { workers: left, atMs: systemClock.now() };
    const unfinished = sumOf(left);
    const { closed, workers: planned } = this.#plan;
    const workers = closed === undefined ? describeShard(this.shard, planned) : "those that began on it";
    this.#lost = {
      why,
      workers: `${workers}: ${formatCount(unfinished)} of ${formatCount(this.#share())} had not finished`,
      unfinished,
    };
    this.#events?.onLost(this.#lost);
    this.#onChange();
  }

  #onChange(): void {
    if (this.#ready !== undefined || this.#refusal !== undefined || this.isOver())
      for (const resolve of this.#waiters.splice(0)) resolve();
    this.#events?.changed();
  }
}

const NEVER_READY = { clock: { offsetMs: 0, uncertaintyMs: 0 }, aheadMs: 0 };
