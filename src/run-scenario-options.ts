/**
 * The options of `runScenario`, and the check of them: a program without a compiler must not run something else than it
 * meant.
 */
import { kindOf } from "./vocabulary/index.js";
import { MAX_RUN_THREADS, isLoopbackHost, readListenAddress, type RunProgress } from "./load/run/index.js";
import { didYouMean, type PlanOptions } from "./load/scenario/index.js";
import { MAILBOX_KINDS, type MailboxKind } from "./platform/sync/index.js";

/** How long a router waits for its backend unless an option says otherwise, ms. */
export const BACKEND_TIMEOUT_MS = 60_000;

/**
 * The options of a run over a network, which is of a platform outside this process (docs/target.md, docs/listen.md).
 */
interface NetworkOptions {
  /**
   * The URL of a router of Mephisto's protocol, which is loaded as browsers do it. Cannot be combined with `listen`.
   */
  readonly target?: string;
  /** `HOST:PORT` or `PORT` of this machine, 0 for any that is free: be the router of a Mephisto task there. */
  readonly listen?: string;
  /** With `listen`: how long to wait for the backend, ms. Left out: 60,000. */
  readonly backendTimeoutMs?: number;
  /** With `listen`: called once, with the router's URL, when it waits for its backend. */
  readonly onListening?: (url: string) => void;
  /** Whether the target may be another machine, or the router may be reached from others. Left out: `false`. */
  readonly allowRemote?: boolean;
  /** The module of a dialect. Left out: the dialect of the scenario. */
  readonly dialect?: string;
  /** The target's database, against which the run is checked. It is only read. */
  readonly database?: string;
  /** The URL of the target's Prometheus metrics. */
  readonly scrape?: string;
  /** What the target asks for, or the router asks of everyone. It is in no file of the run. */
  readonly token?: string;
}

/**
 * The options of a run; each has the meaning of the option of `simulate` with its name.
 *
 * @example
 * ```ts
 * import { runScenario, type RunScenarioOptions } from "crowdstorm";
 *
 * const stop = new AbortController();
 * const options: RunScenarioOptions = {
 *   engine: "virtual",
 *   workers: 20,
 *   signal: stop.signal,
 *   onProgress: () => stop.abort(),
 * };
 * const { summary } = await runScenario("steady", options);
 * console.log(summary.end.how); // interrupted
 * ```
 */
export interface RunScenarioOptions extends PlanOptions, NetworkOptions {
  /**
   * `threads`, the default: on real threads, as long as it takes. `virtual`: under simulated time, the same for the
   * same seed.
   */
  readonly engine?: "threads" | "virtual";
  /**
   * Threads for simulated workers and for tasks, together: 2 to 24. Left out: one a core. `virtual` has one in any
   * case.
   */
  readonly threads?: number;
  /** Left out: `sound`. */
  readonly mailbox?: MailboxKind;
  /** Where the run's directory is made. Left out: `results`. */
  readonly results?: string;
  /**
   * `true`: what was planned and did not happen fails the run, and a plan that shows that something will not happen is
   * refused. Left out: `false`; the summary's `warnings` and `carriedOut` tell.
   */
  readonly strict?: boolean;
  /** `false`: a run on real threads leaves no record of the order of its operations, and cannot be replayed. */
  readonly record?: boolean;
  /** Ends the run early when it aborts; the results are written all the same. */
  readonly signal?: AbortSignal;
  /**
   * Called now and then while the run goes on. When it throws, or returns a promise that rejects, the run ends early
   * and rejects.
   */
  readonly onProgress?: RunProgress;
}

const ENGINES: readonly string[] = ["threads", "virtual"] satisfies RunScenarioOptions["engine"][];
const OPTIONS: Readonly<Record<keyof RunScenarioOptions, true>> = {
  seed: true,
  workers: true,
  durationMs: true,
  engine: true,
  threads: true,
  mailbox: true,
  results: true,
  record: true,
  strict: true,
  signal: true,
  onProgress: true,
  target: true,
  listen: true,
  backendTimeoutMs: true,
  onListening: true,
  allowRemote: true,
  dialect: true,
  database: true,
  scrape: true,
  token: true,
};

/** @throws TypeError or RangeError for what a compiler would have refused */
export function checkOptions(options: RunScenarioOptions): void {
  const names = Object.keys(OPTIONS);
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`runScenario has no option "${unknown}"${didYouMean(unknown, names)}`);
  const { engine = "threads", threads = 2, mailbox = "sound", signal, onProgress } = options;
  if (onProgress !== undefined && typeof (onProgress as unknown) !== "function")
    throw new TypeError(`onProgress must be a function, not ${kindOf(onProgress)}`);
  if (signal !== undefined && !((signal as unknown) instanceof AbortSignal))
    throw new TypeError(`signal must be an AbortSignal, not ${kindOf(signal)}`);
  const isOverNetwork = options.target !== undefined || options.listen !== undefined;
  const leastThreads = engine === "virtual" || isOverNetwork ? 1 : 2;
  if (!ENGINES.includes(engine)) throw new RangeError(`engine must be ${ENGINES.join(" or ")}, not "${engine}"`);
  if (!MAILBOX_KINDS.includes(mailbox))
    throw new RangeError(`mailbox must be ${MAILBOX_KINDS.join(" or ")}, not "${mailbox}"`);
  if (!Number.isInteger(threads) || threads < leastThreads || threads > MAX_RUN_THREADS) {
    throw new RangeError(`threads must be a whole number from ${leastThreads} to ${MAX_RUN_THREADS}, not ${threads}`);
  }
  if (isOverNetwork) checkNetworkOptions(options);
  else {
    const lone = NETWORK_ONLY.find((name) => options[name] !== undefined);
    if (lone !== undefined) throw new TypeError(`${lone} requires target or listen`);
  }
}

const NETWORK_ONLY = [
  "backendTimeoutMs",
  "onListening",
  "allowRemote",
  "dialect",
  "database",
  "scrape",
  "token",
] as const satisfies readonly (keyof NetworkOptions)[];

function checkNetworkOptions(options: RunScenarioOptions): void {
  const { target, listen, backendTimeoutMs = BACKEND_TIMEOUT_MS, onListening, allowRemote = false } = options;
  if (target !== undefined && listen !== undefined)
    throw new TypeError("target cannot be combined with listen: one drives a router, the other is one");
  const inside = (["engine", "mailbox", "record"] as const).find((name) => options[name] !== undefined);
  if (inside !== undefined)
    throw new TypeError(`${inside} is for a platform in this process: it cannot be combined with target or listen`);
  if (onListening !== undefined && typeof (onListening as unknown) !== "function")
    throw new TypeError(`onListening must be a function, not ${kindOf(onListening)}`);
  if (!(backendTimeoutMs > 0 && backendTimeoutMs < Infinity))
    throw new RangeError(`backendTimeoutMs must be a number of ms above 0, not ${backendTimeoutMs}`);
  if (listen === undefined) return;
  const address = readListenAddress(listen);
  if (address === undefined) throw new RangeError(`listen must be HOST:PORT such as 127.0.0.1:3000, not "${listen}"`);
  if (!isLoopbackHost(address.host) && !allowRemote)
    throw new RangeError(`listen "${listen}" lets other machines connect: set allowRemote to allow it`);
}
