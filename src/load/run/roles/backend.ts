/**
 * The router of a run with `--listen`, in the place of the platform: Mephisto's backend connects to it, and the
 * simulated workers are at the other ends of shared-memory channels. Real browsers may connect too.
 */
import { increment, plural } from "../../../vocabulary/index.js";
import { receive, type TaskGroup } from "../../../platform/live/index.js";
import type { WirePacket } from "../../../platform/server/protocol/index.js";
import { BackendLink, RouterCore, RouterServer, type InFlight } from "../../../platform/server/router-server/index.js";
import { openMailbox, wait, type Arena } from "../../../platform/sync/index.js";
import { outboxTo, type Outbox } from "../../../platform/live/index.js";
import { NetworkFaults } from "../../faults/index.js";
import type { CounterName, Recorder, WorkerRecorder } from "../../measure/index.js";
import { NetworkNotes, SimulatedPages, toRouterOf, type Dialect } from "../../network/index.js";
import type { Plan } from "../../scenario/index.js";
import type { BackendEvidence, ListenRunSetup } from "../network/listen-setup.js";
import { recorderOfWorker, registeredWorker } from "./agent-behaviours.js";

/** How often the router checks for heartbeats that are due, and requests that have taken too long, ms. */
const TICK_MS = 50;
/** How long peers may take to answer the close of their sockets, ms. */
const CLOSE_MS = 500;

export interface BackendRoleOptions {
  readonly arena: Arena;
  readonly taskGroup: TaskGroup;
  readonly run: ListenRunSetup;
  readonly dialect: Dialect;
  /** The time of the day, ms since the epoch. */
  readonly wallClock: () => number;
  readonly newId: () => string;
  /** A backend has connected, for the first time. */
  readonly onBackend: () => void;
}

export class BackendRole {
  readonly #options: BackendRoleOptions;
  readonly #notes = new NetworkNotes();
  readonly #core: RouterCore;
  readonly #link: BackendLink;
  readonly #server: RouterServer;
  readonly #pages: SimulatedPages;
  /** Packets for the backend that were lost, by type. */
  readonly #lost = new Map<string, number>();
  readonly #outboxes: Outbox[] = [];
  #faults: NetworkFaults | undefined;
  #recorder: Recorder | undefined;
  #plan: Plan | undefined;
  #keepsPackets = true;
  #isStopped = false;
  #inFlight: InFlight | undefined;

  constructor(options: BackendRoleOptions) {
    this.#options = options;
    const { run, wallClock, newId, dialect } = options;
    const { reactor } = options.arena;
    this.#link = new BackendLink({
      keeps: () => this.#keepsPackets,
      onLost: ({ packet_type }) => this.#noteLost(packet_type),
    });
    this.#core = new RouterCore({
      now: wallClock,
      newRequestId: newId,
      detection: "heartbeat",
      toBackend: (packet) => this.#toBackend(packet),
      toPeer: (peer, packet) => {
        if (this.#faults === undefined) this.#core.deliver(peer, packet);
        else this.#faults.toClient(packet, (passed) => peer.deliver(passed));
      },
      onDropped: (why, packet) => this.#onDropped(why, packet),
    });
    const { onBackend } = options;
    this.#server = new RouterServer({
      ...run.listen,
      core: this.#core,
      link: this.#link,
      now: wallClock,
      events: {
        onBackend,
        onBackendClosed: () => {
          if (!this.#isStopped) this.#count("sockets_lost");
        },
        onBackendPacket: (packet) => this.#core.fromBackend(packet),
        count: () => this.#count("packets_refused"),
      },
    });
    this.#pages = new SimulatedPages({
      reactor,
      count: (name, registrationId) => this.#recorderOf(registrationId)?.count(name),
      core: this.#core,
      dialect,
      hasPartners: run.scenario.task.unitsPerAssignment > 1,
      provider: run.target.provider,
      assignmentId: run.prefix,
      requestTimeoutMs: run.target.timeoutMs,
      rules: run.target.client,
      notes: this.#notes,
      wallClock,
      toWorker: (shard, message) => this.#outboxes[shard]?.send(message),
    });
  }

  /** Listens; resolves with the port. Rejects with the error of the system. */
  listen(): Promise<number> {
    const { arena, taskGroup } = this.#options;
    taskGroup.start(
      "unknown sockets",
      function* (this: BackendRole) {
        while (!this.#isStopped) {
          yield* wait(arena.reactor.sleep(1000));
          this.#server.sweep();
        }
      }.bind(this),
    );
    return this.#server.listen();
  }

  /** The run starts at `originMs` on the run's clock. */
  begin(plan: Plan, recorder: Recorder, originMs: number): void {
    const { arena, taskGroup, run } = this.#options;
    const { reactor } = arena;
    this.#recorder = recorder;
    this.#plan = plan;
    for (const [shard, { toRouter, toClients }] of run.channels.entries()) {
      this.#outboxes.push(outboxTo(openMailbox(arena.slot(toClients)), reactor, () => recorder.count("mailbox_full")));
      taskGroup.start(`channel ${shard}`, () =>
        receive(openMailbox(arena.slot(toRouter)), reactor, (message) =>
          this.#pages.handle(shard, toRouterOf(message)),
        ),
      );
    }
    taskGroup.start(
      "ticks",
      function* (this: BackendRole) {
        while (!this.#isStopped) {
          yield* wait(reactor.sleep(TICK_MS));
          this.#pages.tick();
        }
      }.bind(this),
    );
    if (plan.faults === undefined) return;
    const faults = new NetworkFaults(plan.faults, plan.seed, {
      elapsed: () => reactor.clock.now() - originMs,
      at: (ms, action) => reactor.at(originMs + ms, action),
      onLost: (type) => this.#noteLost(type),
      refuseBackend: (how) => {
        this.#server.refuseAll(how);
        if (how !== undefined) this.#link.close();
      },
      keepPackets: (keeps) => {
        this.#keepsPackets = keeps;
      },
      breakSockets: (isChosen) => this.#pages.breakSockets(isChosen),
      reopenSockets: () => this.#pages.reopenSockets(),
      ignoreHeartbeats: (ignores) => {
        this.#pages.areHeartbeatsIgnored = ignores;
      },
      openSecondTabs: (delayOf) => {
        this.#pages.secondTabOf = delayOf;
      },
    });
    this.#faults = faults;
  }

  /** Closes every socket. */
  async stop(sleep: (ms: number) => Promise<void>): Promise<void> {
    this.#isStopped = true;
    this.#inFlight = await this.#server.close(() => sleep(CLOSE_MS));
  }

  evidence(): BackendEvidence {
    return {
      notes: this.#notes.report(),
      faults: this.#faults?.happened ?? [],
      losses: this.#losses(),
      lostRegistrations: this.#lost.get("register_agent") ?? 0,
    };
  }

  #losses(): string[] {
    const lines: string[] = [];
    if (this.#lost.size > 0) {
      const kinds = [...this.#lost].map(([type, count]) => `${count} ${type}`).join(", ");
      lines.push(`packets that never reached their receiver: ${kinds}`);
    }
    const { requests = 0, kept = 0, bytes = 0 } = this.#inFlight ?? {};
    if (requests + kept + bytes > 0)
      lines.push(
        `in flight when the router stopped: ${plural(requests, "request")} that the backend had not answered, ` +
          `${plural(kept, "packet")} kept for it, ${plural(bytes, "byte")} that it had not taken`,
      );
    return lines;
  }

  #toBackend(packet: WirePacket): void {
    if (this.#faults === undefined) this.#link.send(packet);
    else this.#faults.toBackend(packet, (passed) => this.#link.send(passed));
  }

  #onDropped(why: string, packet: WirePacket): void {
    if (why === "no-request" && packet.packet_type === "agent_details") this.#pages.onUnrequested(packet.data);
    else if (why === "not-for-clients" || why === "not-for-backends" || why === "too-many-agents")
      this.#count("packets_refused");
    else if (why === "too-many-unsent") this.#count("packets_lost");
  }

  #noteLost(type: string): void {
    increment(this.#lost, type);
    this.#count("packets_lost");
  }

  /** What happens before the run starts is not counted. */
  #recorderOf(registrationId: string): WorkerRecorder | undefined {
    const { prefix } = this.#options.run;
    const worker = this.#plan && registeredWorker(this.#plan, registrationId, prefix);
    return this.#recorder && recorderOfWorker(this.#recorder, worker);
  }

  #count(name: CounterName): void {
    this.#recorder?.count(name);
  }
}
