/** The threads of this process that carry the simulated workers of a run over a network. */
import { assert } from "../../../vocabulary/index.js";
import { systemClock } from "../../../platform/sync/index.js";
import { busyWarning, watchMachine } from "../../measure/machine/index.js";
import { buildPlan } from "../../scenario/index.js";
import type { NetworkNotesReport } from "../../network/index.js";
import { ThreadPool } from "../threads/thread-pool.js";
import { ThreadStage } from "../threads/thread-stage.js";
import type { BackendEvidence } from "./listen-setup.js";
import type { GeneratorEvents, GeneratorReport, LoadGenerators } from "./load-generators.js";
import type { NetworkRunSetup } from "./network-setup.js";
import type { NetworkThreads } from "./network-threads.js";

interface Launched {
  readonly clients: ThreadStage<NetworkNotesReport>;
  readonly router?: ThreadStage<BackendEvidence>;
}

export class ThreadGenerators implements LoadGenerators {
  readonly leadMs = 100;
  readonly areRemote = false;
  readonly #threads: NetworkThreads;
  readonly #kill = new AbortController();
  #pool: ThreadPool | undefined;
  #launched: Launched | undefined;

  constructor(threads: NetworkThreads) {
    this.#threads = threads;
  }

  get url(): string | undefined {
    return this.#threads.url;
  }

  async launch(run: Omit<NetworkRunSetup, "shards">, events: GeneratorEvents): Promise<Launched> {
    const { keepsSamples, onProgress, onFatal, conditions, timers } = events;
    const before = watchMachine({ now: () => systemClock.now() });
    this.#pool = new ThreadPool({
      threads: this.#threads.count,
      tags: buildPlan(run.scenario, run.plan).tags,
      clock: systemClock,
      keepsSamples,
      onProgress,
      onFatal,
      onMessage: (message) => this.#threads.onMessage?.(message),
      signal: this.#kill.signal,
    });
    const { clients, router } = await this.#threads.launch(this.#pool, run).finally(() => before.stop());
    const warning = busyWarning(before.stop().use);
    if (warning !== undefined) events.onWarning?.(warning);
    this.#launched = {
      clients: new ThreadStage(clients, conditions, timers),
      ...(router !== undefined && { router: new ThreadStage([router], conditions, timers) }),
    };
    return this.#launched;
  }

  start(originMs: number): void {
    assert(this.#pool !== undefined, "threads are launched before they are started");
    this.#pool.start(originMs);
  }

  report(): GeneratorReport {
    assert(this.#launched !== undefined, "threads are launched before they report");
    const { clients, router } = this.#launched;
    const reports = [...clients.reports(), ...(router?.reports() ?? [])].filter((report) => report !== undefined);
    return { snapshots: reports.map(({ snapshot }) => snapshot), threads: reports.map(({ health }) => health) };
  }

  async destroy(): Promise<void> {
    this.#kill.abort();
    await this.#pool?.destroy();
  }
}
