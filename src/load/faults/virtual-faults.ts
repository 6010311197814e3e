/**
 * The drawn faults of a simulated run. Each kind has a probability and is drawn from the run's seed; every fault that
 * happens is recorded in the trace. The invariants must hold with them.
 */
import { stream, type Plan, type WorkerPlan } from "../scenario/index.js";
import { wrapMailbox, MailboxFullError, type Json, type Mailbox, type Reactor } from "../../platform/sync/index.js";
import { FAULT_KINDS, type FaultKind, type FaultRates } from "./fault-table.js";
import type { Note } from "../../replay/trace/index.js";

/** The faults as a run uses them. Every fault is recorded with `note`. Times in ms. */
export interface Faults {
  /** The plan, in which some clients crash. */
  plan(plan: Plan, note: Note): Plan;
  /** The extra delay of a wake-up of a waiter at this inbox or agent. */
  wakeDelay(name: string, note: Note): number;
  /** The extra delay of the next group of writes. */
  commitDelay(note: Note): number;
  /** When the run is interrupted, ms; undefined when it is not. */
  interruptAt(plan: Plan, note: Note): number | undefined;
  /** The inbox of this name, with packets that can be late, lost or repeated. */
  channel(inbox: Mailbox, name: string, reactor: Reactor, note: Note): Mailbox;
}

const noFaults: Faults = {
  plan: (plan) => plan,
  wakeDelay: () => 0,
  commitDelay: () => 0,
  interruptAt: () => undefined,
  channel: (inbox) => inbox,
};

/** How long the platform takes to notice that a client has crashed, ms. */
const CRASH_NOTICED_MS = 250;

/**
 * Until when a run is interrupted, as a multiple of its schedule: the drain, which follows the schedule, is interrupted
 * too.
 */
const INTERRUPTED_SCHEDULES = 1.1;

/** The faults of a run: none when there are no rates. */
export function faultsOf(seed: number, rates: FaultRates | undefined): Faults {
  return rates === undefined ? noFaults : seededFaults(seed, rates);
}

/**
 * Faults at these rates (0 to 1), drawn from streams of their own, so that one kind does not change the draws of
 * another.
 */
function seededFaults(seed: number, rates: FaultRates): Faults {
  const streams = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, stream(seed, "fault", kind)])) as Record<
    FaultKind,
    () => number
  >;
  const happens = (kind: FaultKind): boolean => rates[kind] > 0 && streams[kind]() < rates[kind];
  const between = (kind: FaultKind, least: number, most: number): number => least + (most - least) * streams[kind]();

  return {
    plan: (plan, note) => ({
      ...plan,
      worker: (index, startMs) =>
        withQuit(withCrash(plan.worker(index, startMs), seed, rates.crash, note), seed, rates.quit, note),
    }),
    wakeDelay(name, note) {
      if (!happens("stall")) return 0;
      const ms = between("stall", 5, 200);
      note("stall", name, ms, null);
      return ms;
    },
    commitDelay(note) {
      if (!happens("commit")) return 0;
      const ms = between("commit", 10, 500);
      note("slow-commit", "run.db", ms, null);
      return ms;
    },
    interruptAt({ scheduleMs }, note) {
      if (!happens("interrupt")) return undefined;
      const at = between("interrupt", 0, scheduleMs * INTERRUPTED_SCHEDULES);
      note("interrupt", "run", { at }, null);
      return at;
    },
    channel(inbox, name, reactor, note) {
      if (!name.startsWith("from-clients") && !name.startsWith("to-clients")) return inbox;
      return withPacketFaults(inbox, reactor, (subject, type): PacketFault => {
        const happened = (kind: "late" | "lost" | "repeated"): PacketFault => {
          const ms = kind === "lost" ? 0 : between(kind, 20, 500);
          note(kind, name, { packet_type: type, subject_id: subject }, kind === "lost" ? null : ms);
          return { kind, ms };
        };
        if (type === "client_bound_live_update" && happens("lost")) return happened("lost");
        if (type === "mephisto_bound_live_update" && happens("repeated")) return happened("repeated");
        return happens("late") ? happened("late") : { kind: "none", ms: 0 };
      });
    },
  };
}

interface PacketFault {
  readonly kind: "none" | "late" | "lost" | "repeated";
  readonly ms: number;
}

/** `inbox` with the packet faults that `faultOf` draws. Packets of one subject never overtake each other. */
function withPacketFaults(
  inbox: Mailbox,
  reactor: Reactor,
  faultOf: (subject: string, type: string) => PacketFault,
): Mailbox {
  const { clock } = reactor;
  /** Packets held behind a late one, by subject. */
  const held = new Map<string, Json[]>();

  const deliver = (packet: Json): void => {
    try {
      inbox.append(packet);
    } catch (error) {
      if (!(error instanceof MailboxFullError)) throw error;
      reactor.at(clock.now() + 1, () => deliver(packet));
    }
  };
  const delay = (subject: string, packet: Json, ms: number): void => {
    const queue = [packet];
    held.set(subject, queue);
    reactor.at(clock.now() + ms, () => {
      held.delete(subject);
      for (const late of queue) deliver(late);
    });
  };

  return wrapMailbox(inbox, {
    append(packet) {
      const { subject_id: subject, packet_type: type } = packet as {
        readonly subject_id: string;
        readonly packet_type: string;
      };
      const queue = held.get(subject);
      if (queue !== undefined) {
        queue.push(packet);
        return;
      }
      const { kind, ms } = faultOf(subject, type);
      if (kind === "late") delay(subject, packet, ms);
      else if (kind !== "lost") inbox.append(packet);
      if (kind === "repeated") reactor.at(clock.now() + ms, () => deliver(packet));
    },
  });
}

/** `worker`, whose connection drops for good during its planned stay if the draw says so. */
function withCrash(worker: WorkerPlan, seed: number, rate: number, note: Note): WorkerPlan {
  if (worker.disconnect !== undefined || rate === 0) return worker;
  const random = stream(seed, "fault", "crash", worker.index);
  if (random() >= rate) return worker;
  const staysMs = (worker.onboarding?.submitAt ?? 0) + (worker.task?.end.at ?? 0);
  const at = worker.arriveAt + staysMs * random();
  note("crash", `worker-${worker.index}`, { at }, null);
  return { ...worker, disconnect: { since: "run", at, detectionDelay: CRASH_NOTICED_MS } };
}

/** `worker`, who leaves during the onboarding if the draw says so. */
function withQuit(worker: WorkerPlan, seed: number, rate: number, note: Note): WorkerPlan {
  const { onboarding } = worker;
  if (onboarding === undefined || rate === 0) return worker;
  const random = stream(seed, "fault", "quit", worker.index);
  if (random() >= rate) return worker;
  const kind = random() < 0.5 ? "return" : "idle";
  const at = onboarding.submitAt * random();
  note("quit", `worker-${worker.index}`, { kind, at }, null);
  return { ...worker, onboarding: { ...onboarding, leaves: { kind, at } } };
}
