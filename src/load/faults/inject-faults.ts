/** Carries out the plan's faults on the run's threads, its database and its clock. */
import type { PlannedFault } from "../scenario/index.js";
import { MailboxFullError, openMailbox, type Arena, type Json } from "../../platform/sync/index.js";
import { multiply, parseDecimal, toDecimal } from "../measure/index.js";
import type { RunEvidence } from "../check/index.js";
import type { RawEvidence } from "../check/index.js";
import { clientChannel, type RunSetup } from "../run/roles/role.js";
import { createDatabaseStall } from "./database-stall.js";
import { createThreadPauses } from "./thread-pauses.js";

/** Between two attempts to tell the pool of a thread's end, ms. */
const RETRY_MS = 5;

/** A thread of the run, as far as a fault can befall it. */
export interface BreakableThread {
  readonly name: string;
  /** Its place among the arena's threads. */
  readonly place: number;
  hasEnded(): boolean;
  /** Has it stand still until it is resumed as often as it was paused. */
  pause(): void;
  resume(): void;
  /** Ends it, whatever it is doing; over when it has ended. */
  kill(): Promise<void>;
}

export interface FaultTargets {
  readonly arena: Arena;
  readonly inboxes: RunSetup["inboxes"];
  readonly clients: readonly BreakableThread[];
  readonly tasks: readonly BreakableThread[];
  readonly databasePath: string;
  /** The thread of this name was killed, and has ended. */
  readonly onKilled: (thread: string) => void;
  /** Moves the run's clock ahead by `ms`. */
  readonly jumpClock: (ms: number) => void;
  /** ms since the start of the run. */
  readonly elapsed: () => number;
  /** Runs `action` when so many ms of the run have passed. */
  readonly at: (ms: number, action: () => void) => void;
  /** A fault could not be carried out. */
  readonly onError: (error: unknown) => void;
}

/** A fault that happened. */
export interface InjectedFault {
  /** ms since the start of the run. */
  readonly atMs: number;
  readonly kind: PlannedFault["kind"];
  /** The thread that it befell; absent when it befell no single thread. */
  readonly thread?: string;
  /** For how long, ms; 0 for what is over at once. */
  readonly lastsMs: number;
  /** What happened, one line. */
  readonly what: string;
}

export interface FaultInjection {
  readonly happened: readonly InjectedFault[];
  /** By how much the faults can have held up anything, ms. */
  readonly allowanceMs: number;
  /** Which client and task threads were killed, by their numbers. */
  readonly lostClients: ReadonlySet<number>;
  readonly lostTasks: ReadonlySet<number>;
  /** Resolves once every killed thread has ended. */
  killed(): Promise<void>;
  /** The run is told to stop: ends every pause of a thread, and lets no other begin. */
  stop(): void;
  /** Lets go of what is still held. */
  end(): void;
}

/** Schedules the faults. What has happened shows in the result as it happens; what befalls a thread that has ended does not happen. */
export function injectFaults(faults: readonly PlannedFault[], targets: FaultTargets): FaultInjection {
  const happened: InjectedFault[] = [];
  const lostClients = new Set<number>();
  const lostTasks = new Set<number>();
  const deaths: Promise<void>[] = [];
  let allowanceMs = 0;
  const stall = createDatabaseStall(targets);
  const pauses = createThreadPauses(targets);
  const note = (fault: PlannedFault, what: string, thread?: string): void =>
    void happened.push({
      atMs: targets.elapsed(),
      kind: fault.kind,
      ...(thread !== undefined && { thread }),
      lastsMs: lengthOf(fault),
      what,
    });

  /** Under load the pool's inbox may have no room for a while; it is not heard of otherwise that the thread is gone. */
  const sendToPool = async (message: Json): Promise<void> => {
    const inbox = openMailbox(targets.arena.slot(targets.inboxes.pool));
    for (;;) {
      try {
        inbox.append(message);
        return;
      } catch (error) {
        if (!(error instanceof MailboxFullError)) throw error;
      }
      await new Promise<void>((resolve) => targets.at(targets.elapsed() + RETRY_MS, resolve));
    }
  };

  const kill = async (fault: Extract<PlannedFault, { kind: "kill-thread" }>): Promise<void> => {
    const { arena, inboxes } = targets;
    const { thread: kind } = fault;
    const threads = kind === "client" ? targets.clients : targets.tasks;
    const index = Math.floor(fault.pick * threads.length);
    const thread = threads[index];
    const lost = kind === "client" ? lostClients : lostTasks;
    // One that has ended has nothing left to lose, and has handed over what it noted.
    if (thread === undefined || thread.hasEnded()) return;
    lost.add(index);
    note(fault, `thread ${thread.name} was killed`, thread.name);
    const death = thread.kill();
    deaths.push(death);
    await death;
    targets.onKilled(thread.name);
    arena.recoverDeadThread(thread.place);
    if (kind === "task") {
      await sendToPool({ kind: "runnerLost", runner: index });
      return;
    }
    const channel = inboxes.channels[index];
    for (const slot of channel === undefined ? [] : [channel.toPlatform, channel.toClients])
      openMailbox(arena.slot(slot)).shutdown();
  };

  const inject = (fault: PlannedFault): void => {
    switch (fault.kind) {
      case "kill-thread":
        kill(fault).catch(targets.onError);
        return;
      case "pause-thread": {
        const threads = fault.thread === "client" ? targets.clients : targets.tasks;
        const thread = threads[Math.floor(fault.pick * threads.length)];
        if (thread === undefined || thread.hasEnded()) return;
        const atMs = targets.elapsed();
        const place = happened.length;
        const whatFor = (ms: number): string => `thread ${thread.name} was paused for ${ms} ms`;
        const cutShort = (lastsMs: number): void => {
          const what = `${whatFor(Math.round(lastsMs))} of ${fault.lasts}: then the run was told to stop`;
          happened[place] = { atMs, kind: fault.kind, thread: thread.name, lastsMs, what };
        };
        if (pauses.begin(thread, fault.lasts, cutShort)) note(fault, whatFor(fault.lasts), thread.name);
        return;
      }
      case "stall-database": {
        stall.hold(fault.lasts);
        allowanceMs += fault.lasts;
        note(fault, `the database was held for ${fault.lasts} ms`);
        return;
      }
      case "jump-clock":
        note(fault, `the clock jumped ahead by ${fault.by} ms`);
        targets.jumpClock(fault.by);
        allowanceMs += fault.by;
        return;
      // Where the wake-ups are received (fault-interceptors.ts).
      case "delay-wakeups":
        note(fault, `wake-ups ${fault.direction.replace("-", " ")} came ${fault.delay} ms later for ${fault.lasts} ms`);
        return;
      case "drop-wakeups":
        note(
          fault,
          `${toDecimal(multiply(parseDecimal(String(fault.probability)), { numerator: 100n, denominator: 1n }), 20)} % of the wake-ups ${fault.direction.replace("-", " ")} never came for ${fault.lasts} ms`,
        );
        return;
    }
  };
  for (const fault of faults) {
    targets.at(fault.at, () => {
      try {
        inject(fault);
      } catch (error) {
        targets.onError(error);
      }
    });
  }
  return {
    happened,
    lostClients,
    lostTasks,
    get allowanceMs() {
      return allowanceMs + pauses.totalMs;
    },
    stop: () => pauses.end(),
    end() {
      pauses.end();
      stall.end();
    },
    killed: async () => void (await Promise.all(deaths)),
  };
}

/** How long a fault is in force on the run's clock, ms. */
function lengthOf(fault: PlannedFault): number {
  if (fault.kind === "jump-clock") return fault.by;
  return "lasts" in fault ? fault.lasts : 0;
}

/** Which evidence died, for {@link gatherEvidence}: nothing to say when no thread was killed. */
export function killedEvidence({ lostClients, lostTasks }: FaultInjection): Pick<RawEvidence, "killed"> {
  if (lostClients.size + lostTasks.size === 0) return {};
  return { killed: { channels: new Set([...lostClients].map(clientChannel)), runners: lostTasks } };
}

/** What was lost for good, a line for each kind. */
export function lossesOf({ lostClients, lostTasks }: FaultInjection, { lost }: RunEvidence): string[] {
  if (lost === undefined) return [];
  const lines: string[] = [];
  if (lostClients.size > 0) {
    lines.push(
      `the notes of client thread ${[...lostClients].join(", ")} on ${lost.clients.size} agents: how many live updates they sent is not known, so exactly-once is not checked on them; their unread acknowledgements are gone`,
    );
  }
  if (lostTasks.size > 0) {
    lines.push(
      `the notes of task thread ${[...lostTasks].join(", ")} on ${lost.tasks.size} agents: which live updates were taken is not known, so exactly-once, timeouts and releases are not checked on them; nor are the gauges`,
    );
  }
  return lines;
}
