/**
 * The faults of a network: the back end for runs in which the program is the router between workers and a backend
 * (`--listen`). Packets pass through {@link NetworkFaults.toBackend} and {@link NetworkFaults.toClient}; the rest acts
 * on the router. What happens to which packet is drawn from the seed, a stream for each fault and direction.
 */
import { isNetworkFault } from "../../vocabulary/index.js";
import type { PlannedFault, PlannedNetworkFault } from "../scenario/index.js";
import { sample, stream, type Random } from "../scenario/random.js";
import type { InjectedFault } from "./inject-faults.js";

/** A packet that the next one is to overtake is sent after this time anyway, ms. */
const OVERTAKEN_MS = 200;

export type Direction = "to-platform" | "to-clients";

/** What the faults act on. */
export interface NetworkFaultTargets {
  /** ms since the start of the run. */
  readonly elapsed: () => number;
  /** Runs `action` when `ms` of the run have passed. */
  readonly at: (ms: number, action: () => void) => void;
  /** A packet was lost by a fault. */
  readonly onLost: (type: string) => void;
  /** The backend's socket is closed, and none is accepted: this is its answer. undefined: it is accepted again. */
  readonly refuseBackend: (how: "refused" | "cut" | number | undefined) => void;
  /** Packets for the backend are kept while it is away, or lost. */
  readonly keepPackets: (keeps: boolean) => void;
  /** Returns how many sockets died. */
  readonly breakSockets: (isChosen: (registrationId: string) => boolean) => number;
  readonly reopenSockets: () => void;
  readonly ignoreHeartbeats: (ignores: boolean) => void;
  /** Asked for each page that registers: when its second tab does so too, ms later. */
  readonly openSecondTabs: (delayOf: (registrationId: string) => number | undefined) => void;
}

type PacketFault = Extract<
  PlannedNetworkFault,
  { kind: "repeat-packets" | "delay-packets" | "lose-packets" | "reorder-packets" }
>;
const PACKET_FAULTS: ReadonlySet<string> = new Set<PacketFault["kind"]>([
  "repeat-packets",
  "delay-packets",
  "lose-packets",
  "reorder-packets",
]);
const isPacketFault = (fault: PlannedNetworkFault): fault is PacketFault => PACKET_FAULTS.has(fault.kind);

export class NetworkFaults {
  readonly happened: InjectedFault[] = [];
  readonly #targets: NetworkFaultTargets;
  readonly #paths: Readonly<Record<Direction, PacketPath>>;
  readonly #seed: number;
  #staleStatuses: { readonly untilMs: number; answer?: object } | undefined;

  constructor(faults: readonly PlannedFault[], seed: number, targets: NetworkFaultTargets) {
    this.#targets = targets;
    this.#seed = seed;
    const own = faults.filter(isNetworkFault);
    const packets = own.filter(isPacketFault);
    const path = (direction: Direction): PacketPath => new PacketPath(packets, direction, seed, targets);
    this.#paths = { "to-platform": path("to-platform"), "to-clients": path("to-clients") };
    for (const [index, fault] of own.entries()) targets.at(fault.at, () => this.#begin(fault, index));
  }

  /** Passes a packet on to the backend: at once, later, twice, or never. Statuses may be replaced by stale ones. */
  toBackend<P extends { readonly packet_type: string; readonly subject_id: string; readonly data?: unknown }>(
    packet: P,
    pass: (packet: P) => void,
  ): void {
    const sent = packet.packet_type === "return_statuses" ? this.#withStaleStatuses(packet) : packet;
    this.#paths["to-platform"].pass(sent, pass);
  }

  toClient<P extends { readonly packet_type: string; readonly subject_id: string }>(
    packet: P,
    pass: (packet: P) => void,
  ): void {
    this.#paths["to-clients"].pass(packet, pass);
  }

  #withStaleStatuses<P extends { readonly data?: unknown }>(packet: P): P {
    const stale = this.#staleStatuses;
    if (stale === undefined || this.#targets.elapsed() >= stale.untilMs) return packet;
    stale.answer ??= packet.data as object;
    return { ...packet, data: stale.answer };
  }

  #begin(fault: PlannedNetworkFault, index: number): void {
    const { elapsed, at, refuseBackend, keepPackets, breakSockets, reopenSockets, ignoreHeartbeats, openSecondTabs } =
      this.#targets;
    const { lasts } = fault;
    const untilMs = fault.at + lasts;
    switch (fault.kind) {
      case "close-backend":
        keepPackets(fault.meanwhile === "kept");
        refuseBackend(fault.answer);
        at(untilMs, () => {
          refuseBackend(undefined);
          keepPackets(true);
        });
        break;
      case "stale-statuses":
        this.#staleStatuses = { untilMs };
        break;
      case "half-open-sockets": {
        const broken = breakSockets((id) => stream(this.#seed, "half-open", index, id)() < fault.share);
        at(untilMs, reopenSockets);
        this.#note(fault, `${broken} sockets of clients died without a close; noticed by them after ${lasts} ms`);
        return;
      }
      case "ignore-heartbeats":
        ignoreHeartbeats(true);
        at(untilMs, () => ignoreHeartbeats(false));
        break;
      case "second-tab":
        openSecondTabs((id) =>
          elapsed() < untilMs && stream(this.#seed, "second-tab", index, id)() < fault.share ? fault.delay : undefined,
        );
        break;
      default:
    }
    this.#note(fault, whatOf(fault));
  }

  #note({ kind, at, lasts }: PlannedNetworkFault, what: string): void {
    this.happened.push({ atMs: this.#targets.elapsed(), kind, plannedAtMs: at, lastsMs: lasts, what });
  }
}

/** One direction of the packets. Those of one subject stay in order, unless a fault is that they do not. */
class PacketPath {
  readonly #faults: readonly { readonly fault: PacketFault; readonly random: Random }[];
  readonly #targets: NetworkFaultTargets;
  /** The end of all faults: afterwards packets pass at once, when none is late any more. */
  readonly #endsAt: number;
  /** When the last late packet of a subject is delivered, ms since the start. */
  readonly #lateUntil = new Map<string, number>();
  /** Packets that the next one of their subject overtakes. */
  readonly #held = new Map<string, () => void>();

  constructor(faults: readonly PacketFault[], direction: Direction, seed: number, targets: NetworkFaultTargets) {
    this.#targets = targets;
    this.#faults = faults
      .filter((fault) => fault.direction === undefined || fault.direction === direction)
      .map((fault, index) => ({ fault, random: stream(seed, "packets", direction, index) }));
    this.#endsAt = Math.max(0, ...this.#faults.map(({ fault: { at, lasts } }) => at + lasts));
  }

  pass<P extends { readonly packet_type: string; readonly subject_id: string }>(
    packet: P,
    pass: (packet: P) => void,
  ): void {
    if (this.#faults.length === 0) {
      pass(packet);
      return;
    }
    const now = this.#targets.elapsed();
    if (now > this.#endsAt && this.#lateUntil.size === 0 && this.#held.size === 0) {
      pass(packet);
      return;
    }
    this.#passFaulty(packet, now, () => pass(packet));
  }

  #passFaulty(
    { packet_type, subject_id }: { readonly packet_type: string; readonly subject_id: string },
    now: number,
    pass: () => void,
  ): void {
    let lateMs = 0;
    const repeats: number[] = [];
    let isHeld = false;
    for (const { fault, random } of this.#faults) {
      if (now < fault.at || now >= fault.at + fault.lasts || random() >= fault.probability) continue;
      switch (fault.kind) {
        case "lose-packets":
          this.#targets.onLost(packet_type);
          return;
        case "delay-packets":
          lateMs += sample(fault.delay, random);
          break;
        case "repeat-packets":
          repeats.push(fault.delay);
          break;
        case "reorder-packets":
          isHeld = true;
      }
    }
    const held = this.#held.get(subject_id);
    this.#held.delete(subject_id);
    if (isHeld && held === undefined) {
      this.#hold(subject_id, pass);
    } else {
      this.#passLate(subject_id, now, lateMs, pass);
      held?.();
    }
    for (const ms of repeats) this.#targets.at(now + lateMs + ms, pass);
  }

  #hold(subject: string, pass: () => void): void {
    this.#held.set(subject, pass);
    this.#targets.at(this.#targets.elapsed() + OVERTAKEN_MS, () => {
      if (this.#held.get(subject) !== pass) return;
      this.#held.delete(subject);
      pass();
    });
  }

  #passLate(subject: string, now: number, lateMs: number, pass: () => void): void {
    const due = Math.max(now + lateMs, this.#lateUntil.get(subject) ?? 0);
    if (due <= now) {
      pass();
      return;
    }
    this.#lateUntil.set(subject, due);
    this.#targets.at(due, () => {
      if (this.#lateUntil.get(subject) === due) this.#lateUntil.delete(subject);
      pass();
    });
  }
}

function refusalOf(answer: "refused" | "cut" | number): string {
  if (answer === "refused") return "none was accepted";
  return answer === "cut" ? "each further one was cut off" : `a handshake was answered with ${answer}`;
}

/** What a fault does, one line. */
function whatOf(fault: PlannedNetworkFault): string {
  const { lasts } = fault;
  const where = "direction" in fault && fault.direction !== undefined ? ` ${fault.direction.replace("-", " ")}` : "";
  switch (fault.kind) {
    case "repeat-packets":
      return `packets${where} were sent a second time ${fault.delay} ms later, for ${lasts} ms`;
    case "delay-packets":
      return `packets${where} were late for ${lasts} ms`;
    case "lose-packets":
      return `packets${where} were lost for ${lasts} ms`;
    case "reorder-packets":
      return `packets${where} were overtaken by the next one for ${lasts} ms`;
    case "close-backend":
      return `the backend's socket was closed, and ${refusalOf(fault.answer)} for ${lasts} ms; packets for it were ${fault.meanwhile}`;
    case "stale-statuses":
      return `the router answered with stale statuses for ${lasts} ms`;
    case "half-open-sockets":
      return "sockets of clients died without a close";
    case "ignore-heartbeats":
      return `the router did not look at the age of heartbeats for ${lasts} ms`;
    case "second-tab":
      return `workers that registered in these ${lasts} ms opened a second tab`;
  }
}
