/**
 * Carries out the plan's faults on the run's threads, its database and its clock, which the engine gives as
 * {@link FaultTargets}: those of the machine, or simulated ones.
 */
import { assert, at, isNetworkFault } from "../../vocabulary/index.js";
import type { PlannedFault, PlannedNetworkFault } from "../scenario/index.js";
import {
  MailboxFullError,
  openMailbox,
  spawn,
  suspendedWait,
  wait,
  type Arena,
  type Json,
  type Steps,
  type Wait,
} from "../../platform/sync/index.js";
import { multiply, parseDecimal, toDecimal } from "../measure/index.js";
import type { RawEvidence, RunEvidence } from "../check/index.js";
import { clientChannel, type RunSetup } from "../run/roles/role.js";
import { DatabaseStall, type DatabaseStallOptions } from "./database-stall.js";
import { ThreadPauses } from "./thread-pauses.js";

/** Time between two attempts to send to the pool, ms. */
const RETRY_MS = 5;

/** A thread of the run that a fault can pause or kill. */
export interface BreakableThread {
  readonly name: string;
  hasEnded(): boolean;
  /** Pauses the thread until it has been resumed as often as it was paused. */
  pause(): void;
  resume(): void;
  /**
   * Ends the thread, whatever it is doing. The wait is over once it has ended and the arena is recovered from its
   * death.
   */
  kill(): Wait<void>;
}

export interface FaultTargets extends DatabaseStallOptions {
  readonly arena: Arena;
  readonly inboxes: RunSetup["inboxes"];
  readonly clients: readonly BreakableThread[];
  readonly tasks: readonly BreakableThread[];
  /** Moves the run's clock ahead by `ms`. */
  readonly jumpClock: (ms: number) => void;
  /** Called for each fault that happens. */
  readonly onHappened?: (fault: InjectedFault) => void;
  /** Called when a fault could not be carried out. */
  readonly onError: (error: unknown) => void;
}

/** A fault that has happened. */
export interface InjectedFault {
  /** ms since the start of the run. */
  readonly atMs: number;
  readonly kind: PlannedFault["kind"];
  /** The time of the plan. */
  readonly plannedAtMs: number;
  /** The thread concerned; absent when it is no single thread. */
  readonly thread?: string;
  /** For how long, ms; 0 for a fault without duration. */
  readonly lastsMs: number;
  /** What happened, one line. */
  readonly what: string;
}

export type FaultInjection = Pick<
  FaultInjector,
  "happened" | "allowanceMs" | "pausedMs" | "lostClients" | "lostTasks" | "stop" | "end"
>;

/** A fault of threads, database or clock. */
type PlannedThreadFault = Exclude<PlannedFault, PlannedNetworkFault>;

/** Schedules the faults. A fault of a thread that has ended does not happen. */
export function injectFaults(faults: readonly PlannedFault[], targets: FaultTargets): FaultInjection {
  const injector = new FaultInjector(targets);
  for (const fault of faults) {
    assert(!isNetworkFault(fault), "a run within one process has no faults of a network");
    targets.at(fault.at, () => {
      try {
        injector.inject(fault);
      } catch (error) {
        targets.onError(error);
      }
    });
  }
  return injector;
}

class FaultInjector {
  /** Grows as faults happen. */
  readonly happened: InjectedFault[] = [];
  /** Which client and task threads were killed, by their numbers. */
  readonly lostClients = new Set<number>();
  readonly lostTasks = new Set<number>();
  readonly #targets: FaultTargets;
  readonly #stall: DatabaseStall;
  readonly #pauses: ThreadPauses;
  #delayMs = 0;

  constructor(targets: FaultTargets) {
    this.#targets = targets;
    this.#stall = new DatabaseStall(targets);
    this.#pauses = new ThreadPauses(targets);
  }

  /** By how much the faults can have delayed anything, ms. */
  get allowanceMs(): number {
    return this.#delayMs + this.pausedMs;
  }

  /** How long threads were paused, ms. */
  get pausedMs(): number {
    return this.#pauses.totalMs;
  }

  /** For a run that is stopping: ends every pause of a thread, and starts no other. */
  stop(): void {
    this.#pauses.end();
  }

  /** Ends all pauses and unlocks the database. */
  end(): void {
    this.#pauses.end();
    this.#stall.end();
  }

  inject(fault: PlannedThreadFault): void {
    switch (fault.kind) {
      case "kill-thread":
        spawn(this.#kill(fault), () => undefined, this.#targets.onError);
        return;
      case "pause-thread":
        this.#pause(fault);
        return;
      case "stall-database":
        this.#stall.hold(fault.lasts);
        this.#delayMs += fault.lasts;
        this.#note(fault, `the database was held for ${fault.lasts} ms`);
        return;
      case "jump-clock":
        this.#note(fault, `the clock jumped ahead by ${fault.by} ms`);
        this.#targets.jumpClock(fault.by);
        this.#delayMs += fault.by;
        return;
      // fault-interceptors.ts carries out these two, where the wake-ups are received.
      case "delay-wakeups":
        this.#note(fault, `${wakeupsOf(fault)} came ${fault.delay} ms later for ${fault.lasts} ms`);
        return;
      case "drop-wakeups":
        this.#note(
          fault,
          `${percentText(fault.probability)} of the ${wakeupsOf(fault)} never came for ${fault.lasts} ms`,
        );
        return;
    }
  }

  #note(fault: PlannedThreadFault, what: string, thread?: string): void {
    const atMs = this.#targets.elapsed();
    const happened = {
      atMs,
      kind: fault.kind,
      plannedAtMs: fault.at,
      ...(thread !== undefined && { thread }),
      lastsMs: durationOf(fault),
      what,
    };
    this.happened.push(happened);
    this.#targets.onHappened?.(happened);
  }

  /** The thread that the fault was drawn for, and its number. */
  #threadOf({ thread, pick }: ThreadFault): readonly [BreakableThread, number] {
    const threads = thread === "client" ? this.#targets.clients : this.#targets.tasks;
    const index = Math.floor(pick * threads.length);
    return [at(threads, index), index];
  }

  #pause(fault: Extract<PlannedThreadFault, { kind: "pause-thread" }>): void {
    const [thread] = this.#threadOf(fault);
    if (thread.hasEnded()) return;
    const atMs = this.#targets.elapsed();
    const place = this.happened.length;
    const whatFor = (ms: number): string => `thread ${thread.name} was paused for ${ms} ms`;
    const cutShort = (lastsMs: number): void => {
      const what = `${whatFor(Math.round(lastsMs))} of ${fault.lasts}: then the run was stopped`;
      this.happened[place] = { atMs, kind: fault.kind, plannedAtMs: fault.at, thread: thread.name, lastsMs, what };
    };
    if (this.#pauses.begin(thread, fault.lasts, cutShort)) this.#note(fault, whatFor(fault.lasts), thread.name);
  }

  *#kill(fault: Extract<PlannedThreadFault, { kind: "kill-thread" }>): Steps<void> {
    const { arena, inboxes } = this.#targets;
    const [thread, index] = this.#threadOf(fault);
    // A thread that has ended has handed over its evidence: nothing is lost.
    if (thread.hasEnded()) return;
    (fault.thread === "client" ? this.lostClients : this.lostTasks).add(index);
    this.#note(fault, `thread ${thread.name} was killed`, thread.name);
    yield* wait(thread.kill());
    if (fault.thread === "task") {
      yield* this.#sendToPool({ kind: "runnerLost", runner: index });
      return;
    }
    const { toPlatform, toClients } = at(inboxes.channels, index);
    for (const slot of [toPlatform, toClients]) openMailbox(arena.slot(slot)).shutdown();
  }

  /** Repeats the send while the pool's inbox is full: this message is the pool's only notice of the death. */
  *#sendToPool(message: Json): Steps<void> {
    const { arena, inboxes } = this.#targets;
    const inbox = openMailbox(arena.slot(inboxes.pool));
    for (;;) {
      try {
        inbox.append(message);
        return;
      } catch (error) {
        if (!(error instanceof MailboxFullError)) throw error;
      }
      yield* wait(this.#untilRetry());
    }
  }

  /** A wait until the next attempt to send. */
  #untilRetry(): Wait<void> {
    const { elapsed, at: schedule } = this.#targets;
    return suspendedWait((waiter) => schedule(elapsed() + RETRY_MS, () => waiter.resume()));
  }
}

type ThreadFault = Extract<PlannedThreadFault, { kind: "kill-thread" | "pause-thread" }>;

const wakeupsOf = ({ direction }: { readonly direction: string }): string => `wake-ups ${direction.replace("-", " ")}`;

/** A share as an exact percentage. */
function percentText(share: number): string {
  return `${toDecimal(multiply(parseDecimal(String(share)), { numerator: 100n, denominator: 1n }), 20)} %`;
}

/** How long a fault is in force on the run's clock, ms. */
function durationOf(fault: PlannedThreadFault): number {
  if (fault.kind === "jump-clock") return fault.by;
  return "lasts" in fault ? fault.lasts : 0;
}

/** Which evidence was lost, for {@link gatherEvidence}; nothing when no thread was killed. */
export function killedEvidence({ lostClients, lostTasks }: FaultInjection): Pick<RawEvidence, "killed"> {
  if (lostClients.size + lostTasks.size === 0) return {};
  return { killed: { channels: new Set([...lostClients].map(clientChannel)), runners: lostTasks } };
}

/** What was lost for good, one line for each kind of thread. */
export function lossesOf({ lostClients, lostTasks }: FaultInjection, { lost }: RunEvidence): string[] {
  if (lost === undefined) return [];
  const lines: string[] = [];
  if (lostClients.size > 0) {
    lines.push(
      `the notes of client thread ${[...lostClients].join(", ")} on ${lost.clients.size} agents: ` +
        "how many live updates they sent is not known, so exactly-once is not checked on them; " +
        "their unread acknowledgements are gone",
    );
  }
  if (lostTasks.size > 0) {
    lines.push(
      `the notes of task thread ${[...lostTasks].join(", ")} on ${lost.tasks.size} agents: ` +
        "which live updates were taken is not known, so exactly-once, timeouts and releases are not checked on them; " +
        "nor are the gauges",
    );
  }
  return lines;
}
