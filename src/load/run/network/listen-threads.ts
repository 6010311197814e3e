/**
 * The threads of a run with `--listen`: one is the router, and the others carry workers at the ends of channels in
 * shared memory.
 */
import { httpUrl } from "../../../vocabulary/index.js";
import { formatDuration } from "../../scenario/index.js";
import { Arena, systemClock } from "../../../platform/sync/index.js";
import { TargetError, type NetworkNotesReport } from "../../network/index.js";
import type { FromThread, ThreadReport } from "../threads/setup.js";
import type { LaunchedThread, ThreadPool } from "../threads/thread-pool.js";
import type { BackendEvidence, ListenOptions, ListenRole, ListenRunSetup, ListenThreadSetup } from "./listen-setup.js";
import type { ThreadBasics } from "../threads/setup.js";
import type { LaunchedNetwork, NetworkThreads } from "./network-threads.js";
import type { NetworkRunSetup } from "./network-setup.js";

export interface ListenThreadsOptions {
  readonly listen: ListenOptions;
  /** How long to wait for the backend, ms. */
  readonly backendTimeoutMs: number;
  /** Client threads. */
  readonly clients: number;
  /** The router listens at this URL, and waits for a backend. */
  readonly onListening: (url: string) => void;
  readonly onBackend: () => void;
  /** Ends the wait. */
  readonly interrupt: AbortSignal;
}

const ENTRY = new URL("./listen-thread.js", import.meta.url);
const WIDE_RING_BYTES = 1 << 22;

/** A promise that is settled from outside. */
class Deferred {
  resolve: () => void = () => undefined;
  reject: (error: unknown) => void = () => undefined;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

export class ListenThreads implements NetworkThreads {
  readonly count: number;
  readonly #options: ListenThreadsOptions;
  readonly #backend = new Deferred();
  #url = "";

  constructor(options: ListenThreadsOptions) {
    this.#options = options;
    this.count = options.clients + 1;
    this.#backend.promise.catch(() => undefined);
  }

  /** @throws {TargetError} when the router cannot listen, or no backend connects in time */
  async launch(pool: ThreadPool, base: Omit<NetworkRunSetup, "shards">): Promise<LaunchedNetwork> {
    const { clients, listen } = this.#options;
    const arena = Arena.create({
      slots: 1,
      ringBytes: 4096,
      wideSlots: 2 * clients,
      wideRingBytes: WIDE_RING_BYTES,
      clock: systemClock,
    });
    const wide = (): number => arena.allocateWide().index;
    const channels = Array.from({ length: clients }, () => ({ toRouter: wide(), toClients: wide() }));
    const run: ListenRunSetup = { ...base, shards: clients, listen, channels };
    const start = <Evidence>(name: string, role: ListenRole): Promise<LaunchedThread<ThreadReport<Evidence>>> => {
      const setup: Omit<ListenThreadSetup, keyof ThreadBasics> = { run, role, arena: arena.shared };
      return pool.launch<ThreadReport<Evidence>>({
        name,
        entry: ENTRY,
        setup,
        startOrder: (_hello, originMs) => ({ message: { kind: "start", originMs }, transfer: [] }),
      });
    };
    const router = await start<BackendEvidence>("router", { kind: "backend" });
    router.report.catch((error: unknown) => this.#backend.reject(error));
    await this.#untilBackend();
    const launched = await Promise.all(
      channels.map((_, shard) => start<NetworkNotesReport>(`client-${shard}`, { kind: "client", shard })),
    );
    return { clients: launched, router };
  }

  get url(): string {
    return this.#url;
  }

  onMessage(message: FromThread): void {
    const { listen, onListening } = this.#options;
    if (message.kind === "listening") {
      this.#url = httpUrl(listen.host, message.port);
      onListening(this.#url);
    } else if (message.kind === "backend") this.#backend.resolve();
    else if (message.kind === "fatal") this.#backend.reject(new TargetError(message.why));
  }

  async #untilBackend(): Promise<void> {
    const { backendTimeoutMs, interrupt, onBackend } = this.#options;
    const timeout = setTimeout(() => {
      const within = formatDuration(backendTimeoutMs);
      this.#backend.reject(
        new TargetError(`no Mephisto backend connected to ${this.#url} within ${within}: launch the task's run`),
      );
    }, backendTimeoutMs);
    const onInterrupt = (): void => this.#backend.reject(new TargetError("interrupted before a backend connected"));
    if (interrupt.aborted) onInterrupt();
    interrupt.addEventListener("abort", onInterrupt, { once: true });
    try {
      await this.#backend.promise;
      onBackend();
    } finally {
      clearTimeout(timeout);
      interrupt.removeEventListener("abort", onInterrupt);
    }
  }
}
