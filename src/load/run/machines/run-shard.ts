/**
 * A machine's part of a run against a target: its worker threads carry a shard of the plan's workers, from a start that
 * all machines agreed on to a report for the coordinator.
 *
 * | state    | entered with                | leaves with                                                       |
 * | -------- | --------------------------- | ----------------------------------------------------------------- |
 * | waiting  | (the channel)               | `prepare`                                                         |
 * | prepared | `prepare`; sends `ready`    | `start`                                                           |
 * | running  | `start`; sends `progress`   | its workers have ended, by themselves or after `stop`; `report`   |
 *
 * `abort`, a lost coordinator and `interrupt` end it in any state.
 */
import { messageOf } from "../../../vocabulary/index.js";
import { suspendOn, systemClock } from "../../../platform/sync/index.js";
import { watchProcess, type RecorderSnapshot } from "../../measure/index.js";
import { watchMachine, type MachineWatch } from "../../measure/machine/index.js";
import {
  isLoopback,
  networkTargetOf,
  readTargetUrl,
  resolveTarget,
  TargetAddressError,
  TargetError,
  type NetworkNotesReport,
} from "../../network/index.js";
import { buildPlan, parseScenario, planHash, ScenarioError } from "../../scenario/index.js";
import { shardThreads } from "../network/network-threads.js";
import type { NetworkRunSetup } from "../network/network-setup.js";
import { ThreadGenerators } from "../network/thread-generators.js";
import type { RunStage } from "../lifecycle.js";
import { Conditions } from "../threads/conditions.js";
import { createTimers } from "../threads/timers.js";
import type { MachineChannel } from "./machine-channel.js";
import type { ClockOffset, SharedClock } from "./shared-clock.js";
import type { FromMachine, ToMachine } from "./shard-messages.js";
import { shiftNotes } from "./shift-notes.js";

/** Between two messages of progress, ms. */
const PROGRESS_MS = 500;

export interface ShardHost {
  readonly channel: MachineChannel<FromMachine, ToMachine>;
  readonly clock: SharedClock;
  /** Whether a target on another machine may be loaded. */
  readonly allowRemote: boolean;
  /** For a target that asks for one: it is never sent from machine to machine. */
  readonly token?: string | undefined;
  /** Ends its part in the middle. */
  readonly interrupt: AbortSignal;
}

/** How a machine's part ended. */
export interface ShardEnd {
  /** `refused` and `left`: why, a clause. */
  readonly how: "reported" | "refused" | "left" | "aborted";
  readonly why?: string;
}

type Prepare = Extract<ToMachine, { readonly kind: "prepare" }>;

/** Takes part in one run. Resolves when its part is over, however that went. */
export async function runShard(host: ShardHost): Promise<ShardEnd> {
  const shard = new ShardRun(host);
  try {
    return await shard.run();
  } catch (error) {
    if (error instanceof LeavingError) return error.end;
    host.channel.send({ kind: "left", why: messageOf(error) });
    return { how: "left", why: messageOf(error) };
  } finally {
    await shard.destroy();
    await host.channel.close();
  }
}

/** The machine does not take part any more. */
class LeavingError extends Error {
  constructor(readonly end: ShardEnd) {
    super(end.why);
  }
}

class ShardRun {
  readonly #host: ShardHost;
  readonly #conditions = new Conditions();
  readonly #timers = createTimers(systemClock);
  readonly #received: { prepare?: Prepare; startAtMs?: number; isStopped: boolean } = { isStopped: false };
  readonly #progress: RecorderSnapshot[] = [];
  #generators: ThreadGenerators | undefined;
  #clients: RunStage<NetworkNotesReport> | undefined;
  #beat: NodeJS.Timeout | undefined;
  #machineWatch: MachineWatch | undefined;

  constructor(host: ShardHost) {
    this.#host = host;
    const { channel, interrupt } = host;
    channel.listen(
      (message) => this.#on(message),
      (why) => this.#leave({ how: "aborted", why }),
    );
    interrupt.addEventListener("abort", this.#onInterrupt, { once: true });
    if (interrupt.aborted) this.#onInterrupt();
  }

  async run(): Promise<ShardEnd> {
    const { channel, clock } = this.#host;
    const prepare = await this.#until(() => this.#received.prepare);
    const setup = await this.#setupOf(prepare);
    const generators = (this.#generators = new ThreadGenerators(shardThreads(prepare.shard)));
    const { clients } = await generators.launch(setup, {
      onProgress: (snapshot) => this.#progress.push(snapshot),
      keepsSamples: false,
      onFatal: (why) => channel.send({ kind: "fatal", why }),
      onWarning: (text) => channel.send({ kind: "warning", text }),
      conditions: this.#conditions,
      timers: this.#timers,
    });
    this.#clients = clients;
    const offset = await clock.offset();
    channel.send({ kind: "ready", clock: offset, aheadMs: clockAhead(offset) });
    const startAtMs = await this.#until(() => this.#received.startAtMs);
    const originMs = startAtMs - offset.offsetMs;
    const processWatch = watchProcess();
    this.#machineWatch = watchMachine({ now: () => systemClock.now(), originMs });
    generators.start(originMs);
    let startLateMs = NaN;
    this.#timers.at(originMs, () => (startLateMs = systemClock.now() - originMs));
    this.#beat = setInterval(() => channel.send({ kind: "progress", snapshots: this.#measured() }), PROGRESS_MS);
    if (this.#received.isStopped) clients.stop(originMs);
    await this.#until(() => clients.isDone() || undefined);
    const { snapshots, threads } = generators.report();
    const { use, pressureShare } = this.#machineWatch.stop();
    channel.send({
      kind: "report",
      notes: clients.evidence().map((notes) => shiftNotes(notes, -originMs)),
      snapshots: this.#measured(snapshots),
      threads,
      process: processWatch.stop(),
      machine: { use, pressureShare, othersIncludeTarget: isLoopback(setup.target.address.ip) },
      clock: await clock.offset(),
      // A run that was stopped before it began has not started late.
      startLateMs: Number.isNaN(startLateMs) ? 0 : startLateMs,
    });
    return { how: "reported" };
  }

  async destroy(): Promise<void> {
    this.#host.interrupt.removeEventListener("abort", this.#onInterrupt);
    clearInterval(this.#beat);
    this.#machineWatch?.stop();
    this.#timers.end();
    await this.#generators?.destroy();
  }

  /** What was measured since the last time. */
  #measured(last: readonly RecorderSnapshot[] = []): RecorderSnapshot[] {
    return [...this.#progress.splice(0), ...last].map((snapshot) => ({ ...snapshot, originMs: 0 }));
  }

  readonly #onInterrupt = (): void => {
    const why = "it was stopped";
    this.#host.channel.send({ kind: "left", why });
    this.#leave({ how: "left", why });
  };

  #on(message: ToMachine): void {
    if (message.kind === "prepare") this.#received.prepare = message;
    else if (message.kind === "start") this.#received.startAtMs = message.atMs;
    else if (message.kind === "abort") this.#leave({ how: "aborted", why: message.why });
    else {
      this.#received.isStopped = true;
      this.#clients?.stop(systemClock.now());
    }
    this.#conditions.changed();
  }

  #leave(end: ShardEnd): void {
    this.#conditions.fail(new LeavingError(end));
  }

  /** What `value` returns, once that is not undefined. Throws when the machine leaves, or a thread died. */
  async #until<T>(value: () => T | undefined): Promise<T> {
    let found: T | undefined;
    await suspendOn(this.#conditions.until(() => (found = value()) !== undefined));
    return found as T;
  }

  /** @throws {LeavingError} when this machine cannot take part */
  async #setupOf({ scenario: text, plan, planHash: hash, target: url, prefix }: Prepare) {
    const { allowRemote, token } = this.#host;
    try {
      const scenario = parseScenario(text, "the scenario");
      const own = planHash(buildPlan(scenario, plan));
      if (own !== hash)
        throw this.#refusal(`its plan has the hash ${own.slice(0, 12)}…, expected ${hash.slice(0, 12)}…`);
      const address = await resolveTarget(readTargetUrl(url), allowRemote);
      const target = networkTargetOf(scenario, address, { token });
      const setup: Omit<NetworkRunSetup, "shards"> = { scenario, plan, target, prefix };
      return setup;
    } catch (error) {
      const isKnown = [ScenarioError, RangeError, TargetAddressError, TargetError].some(
        (kind) => error instanceof kind,
      );
      throw isKnown ? this.#refusal(messageOf(error)) : error;
    }
  }

  #refusal(why: string): LeavingError {
    this.#host.channel.send({ kind: "refused", why });
    return new LeavingError({ how: "refused", why });
  }
}

/** How far the time of this process is ahead of the shared clock, ms. */
function clockAhead({ offsetMs }: ClockOffset): number {
  // This thread can be kept from running between two readings: of a few, the closest ones count.
  const readings = Array.from({ length: CLOCK_READINGS }, () => {
    const before = performance.now();
    const now = systemClock.now();
    const after = performance.now();
    return { apartMs: after - before, aheadMs: (before + after) / 2 - now };
  });
  const closest = readings.reduce((best, each) => (each.apartMs < best.apartMs ? each : best));
  return performance.timeOrigin + closest.aheadMs - offsetMs;
}

const CLOCK_READINGS = 5;
