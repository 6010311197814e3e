/**
 * The gateway's thread: the platform's server for browsers, in the place of a client thread. Its event loop drives it.
 */
import { assert, getOrCreate, whySystemFailed } from "../../../vocabulary/index.js";
import { openSharedChannel, outboxTo } from "../../../platform/live/index.js";
import { Gateway, type GatewayObserver } from "../../../platform/server/gateway/index.js";
import { untilSettled, wait, type Steps } from "../../../platform/sync/index.js";
import { nothingSent, type ClientEvidence } from "../../check/index.js";
import { GATEWAY_CHANNEL, type GatewaySetup } from "./gateway-setup.js";
import type { Role, RoleContext } from "./role.js";

/** How often the drain checks whether the last agent has ended, ms. */
const POLL_MS = 50;
/**
 * How long a person waits for another person before a simulated partner is called, and for that one before another is,
 * ms.
 */
const PARTNER_AFTER_MS = 1000;
const PARTNER_AGAIN_MS = 10_000;
/** How often those who wait are checked, ms. */
const PARTNER_POLL_MS = 250;

/** The role of the gateway's thread. */
export class GatewayRole implements Role<ClientEvidence[]> {
  readonly #context: RoleContext;
  readonly #gateway: Gateway;
  readonly #evidence = new Map<string, ClientEvidence>();
  /** The agents of people who wait for partners. */
  readonly #waiting = new Map<string, { callAt: number; isCalled: boolean }>();
  #isStopping = false;
  #isClosed = false;

  constructor(context: RoleContext) {
    const { arena, db, taskGroup, run, ids, interceptors } = context;
    const { reactor } = arena;
    const { gateway: setup } = run;
    const { gateway: slots } = run.inboxes;
    assert(setup !== undefined && slots !== undefined, "a run with a gateway thread has a gateway");
    this.#context = context;
    this.#gateway = new Gateway({
      ...setup,
      reactor,
      ids,
      db,
      wallClock: () => reactor.clock.now() + setup.epochOffsetMs,
      updateBytes: setup.ringBytes,
      observer: this.#observer(),
    });
    this.#gateway.use(
      openSharedChannel({
        id: GATEWAY_CHANNEL,
        inbox: interceptors.inbox(slots.toClients),
        outbox: interceptors.inbox(slots.toPlatform),
        handlers: this.#gateway.handlers,
        reactor,
        taskGroup,
      }),
    );
    taskGroup.start("the gateway", () => this.#listen(setup));
    const { partners, channels } = run.inboxes;
    if (partners !== undefined && channels.length > 0)
      taskGroup.start("calls of partners", () => this.#callPartners(partners));
  }

  /** Calls simulated partners for those who have waited for one. People who come at the same time are each other's. */
  *#callPartners(slot: number): Steps<void> {
    const { arena, recorder, interceptors, run } = this.#context;
    const { reactor } = arena;
    const calls = outboxTo(interceptors.inbox(slot), reactor, () => recorder.count("mailbox_full"));
    for (;;) {
      yield* wait(reactor.sleep(PARTNER_POLL_MS));
      const now = reactor.clock.now();
      for (const waiting of this.#waiting.values()) {
        if (now < waiting.callAt) continue;
        waiting.callAt = now + PARTNER_AGAIN_MS;
        const partners = waiting.isCalled ? 1 : run.scenario.task.unitsPerAssignment - 1;
        waiting.isCalled = true;
        for (let called = 0; called < partners; called++) calls.send({ kind: "partner" });
      }
    }
  }

  done(): boolean {
    return this.#isClosed;
  }

  /** A second call has nothing to add: the coordinator waits for the first. */
  stop(untilMs: number): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#gateway.stopAdmission();
    this.#context.taskGroup.start("the gateway's drain", () => this.#drain(untilMs));
  }

  evidence(): ClientEvidence[] {
    return [...this.#evidence.values()];
  }

  *#listen({ host, port }: GatewaySetup): Steps<void> {
    const listening = this.#gateway.listen(host, port).catch((error: unknown) => {
      throw new Error(`cannot listen on ${host}:${port}: ${whySystemFailed(error)}`, { cause: error });
    });
    const url = yield* wait(untilSettled(listening));
    this.#context.notify?.({ kind: "listening", url });
  }

  *#drain(untilMs: number): Steps<void> {
    const { reactor } = this.#context.arena;
    while (this.#gateway.liveAgents > 0 && reactor.clock.now() < untilMs) yield* wait(reactor.sleep(POLL_MS));
    const { inFlight } = this.#gateway;
    yield* wait(untilSettled(this.#gateway.close()));
    this.#context.notify?.({ kind: "closed", inFlight });
    this.#isClosed = true;
  }

  #observer(): GatewayObserver {
    const { recorder, acknowledged } = this.#context;
    return {
      count: (name) => recorder.count(name),
      updateSent: (agentId, number) => {
        recorder.count("live_updates_sent");
        this.#evidenceOf(agentId).sent = number;
      },
      submitAcknowledged: (agentId) => {
        recorder.count("submits_acknowledged");
        acknowledged?.(agentId, "submit");
        this.#evidenceOf(agentId).acknowledgedSubmits++;
      },
      statusSent: (agentId, status) => {
        const callAt = this.#context.arena.reactor.clock.now() + PARTNER_AFTER_MS;
        if (status === "waiting") this.#waiting.set(agentId, { callAt, isCalled: false });
        else this.#waiting.delete(agentId);
        acknowledged?.(agentId, status);
        this.#evidenceOf(agentId).acknowledgedStatuses.push(status);
      },
    };
  }

  #evidenceOf(agentId: string): ClientEvidence {
    return getOrCreate(this.#evidence, agentId, () => nothingSent(agentId));
  }
}
