/** The machines that carry the simulated workers of a run, each a shard of its plan, as its coordinator sees them. */
import { setTimeout as delay } from "node:timers/promises";
import { assert } from "../../../vocabulary/index.js";
import type { NetworkNotesReport } from "../../network/index.js";
import type { Plan } from "../../scenario/index.js";
import type { GeneratorEvents, GeneratorReport, LoadGenerators } from "../network/load-generators.js";
import type { NetworkRunSetup } from "../network/network-setup.js";
import type { RunStage } from "../lifecycle.js";
import { RemoteMachine, type RecruitedMachine } from "./remote-machine.js";
import { shardPlan } from "./plan-shards.js";
import type { SharedClock } from "./shared-clock.js";

/** How long a machine may take to build its plan and start its threads, ms. */
const READY_TIMEOUT_MS = 60_000;
/** From the start order to the first arrival, ms: the order has to reach every machine before. */
const LEAD_MS = 1000;

/** A run on several machines cannot begin. The message is one line, which names the machine if it is due to one. */
export class MachineError extends Error {
  override readonly name = "MachineError";
}

export interface MachineGeneratorsOptions {
  readonly machines: readonly RecruitedMachine[];
  /** How this machine reads the clock that all of them share. */
  readonly clock: SharedClock;
  /** The text of the scenario, and the plan that every machine has to come to. */
  readonly scenario: string;
  readonly plan: Plan;
  readonly planHash: string;
  /** The target's URL as each machine is to resolve it. */
  readonly target: string;
  readonly interrupt: AbortSignal;
  /** Its abort ends the run. The reason is a line. */
  readonly cancelled: AbortSignal;
}

export class MachineGenerators implements LoadGenerators {
  readonly areRemote = true;
  #leadMs = LEAD_MS;
  readonly #options: MachineGeneratorsOptions;
  readonly #machines: readonly RemoteMachine[];
  #offsetMs: number | undefined;
  #originMs = 0;
  #hasStarted = false;

  constructor(options: MachineGeneratorsOptions) {
    this.#options = options;
    const { machines, plan } = options;
    const shards = shardPlan(machines.map(({ threads }) => threads));
    this.#machines = machines.map((machine, nth) => {
      const shard = shards[nth];
      assert(shard !== undefined, "there is a shard for each machine");
      return new RemoteMachine(machine, shard, plan, () => this.#originMs);
    });
  }

  /** How many workers finished or were cut off. */
  get ended(): number {
    return this.#machines.reduce((sum, machine) => sum + machine.ended, 0);
  }

  get leadMs(): number {
    return this.#leadMs;
  }

  /** @throws {MachineError} when a machine refuses, is lost, or does not get ready in time */
  async launch(run: Omit<NetworkRunSetup, "shards">, events: GeneratorEvents) {
    const { scenario, planHash, target, cancelled } = this.#options;
    const { seed, workers, durationMs } = run.plan;
    const plan = {
      ...(seed !== undefined && { seed }),
      ...(workers !== undefined && { workers }),
      ...(durationMs !== undefined && { durationMs }),
    };
    for (const machine of this.#machines)
      machine.prepare(
        { kind: "prepare", scenario, plan, planHash, target, prefix: run.prefix, shard: machine.shard },
        {
          onProgress: events.onProgress,
          onFatal: (why) => events.onFatal(`machine ${machine.name}: ${why}`),
          onWarning: (warning) => events.onWarning?.(`machine ${machine.name}: ${warning}`),
          onLost: (lost) => {
            if (this.#hasStarted)
              events.onFatal(`machine ${machine.name} was lost: ${lost.why}; with it ${lost.workers}`);
          },
          changed: events.conditions.changed,
        },
      );
    cancelled.addEventListener("abort", () => events.onFatal(String(cancelled.reason)), { once: true });
    await this.#untilReady();
    const offset = await this.#options.clock.offset();
    // A machine that was lost meanwhile had no part in the load: nothing may start without it.
    this.#requireReady(NOT_READY);
    this.#offsetMs = offset.offsetMs;
    // The order travels for half of a round trip, or for a retransmission or two.
    const slowest = Math.max(offset.uncertaintyMs, ...this.#machines.map((machine) => machine.clock.uncertaintyMs));
    this.#leadMs = LEAD_MS + 20 * slowest;
    return { clients: this.#stage() };
  }

  start(originMs: number): void {
    assert(this.#offsetMs !== undefined, "machines are launched before they are started");
    this.#originMs = originMs;
    this.#hasStarted = true;
    for (const machine of this.#machines) machine.start(originMs + this.#offsetMs);
  }

  report(): GeneratorReport {
    const lost = this.#machines.filter((machine) => machine.lost !== undefined);
    return {
      snapshots: this.#machines.flatMap((machine) => machine.lastSnapshots()),
      threads: this.#machines.flatMap((machine) => machine.threadHealth()),
      machines: this.#machines.map((machine) => machine.outcome()),
      losses: lost.map(
        ({ name, lost: loss }) =>
          `machine ${name} was lost, and with it what its clients noted: ${loss?.workers ?? "its workers"}`,
      ),
      ...(lost.length > 0 && { isLost: (index: number) => lost.some((machine) => machine.carries(index)) }),
    };
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#machines.map((machine) => machine.end("the run has ended")));
  }

  #stage(): RunStage<NetworkNotesReport> {
    return {
      stop: () => {
        for (const machine of this.#machines) machine.stop();
      },
      isDone: () => this.#machines.every((machine) => machine.isOver()),
      evidence: () => this.#machines.flatMap((machine) => machine.notes()),
    };
  }

  async #untilReady(): Promise<void> {
    const { interrupt, cancelled } = this.#options;
    const ended = { signal: AbortSignal.any([interrupt, cancelled]), ref: false };
    const late = delay(READY_TIMEOUT_MS, undefined, ended).catch(() => undefined);
    const ready = this.#machines.map(async (machine) => {
      await machine.untilReady();
      // The others are not waited for: a machine that refused may hold the block of one, of which nothing is heard.
      if (machine.problem !== undefined) this.#requireReady(NOT_READY);
    });
    await Promise.race([Promise.all(ready), late]);
    if (cancelled.aborted) throw new MachineError(String(cancelled.reason));
    this.#requireReady(interrupt.aborted ? "interrupted before it was ready" : NOT_READY);
  }

  /** @throws {MachineError} when a machine has a problem, or, for the reason `late`, is not ready */
  #requireReady(late: string): void {
    const machine =
      this.#machines.find(({ problem }) => problem !== undefined) ?? this.#machines.find((each) => !each.isReady());
    if (machine !== undefined) throw new MachineError(`machine ${machine.name}: ${machine.problem ?? late}`);
  }
}

const NOT_READY = `it was not ready after ${READY_TIMEOUT_MS / 1000} s`;
