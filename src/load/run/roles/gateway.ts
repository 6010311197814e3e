/** The gateway's thread: the platform's server for browsers, in the place of a client thread. Its event loop drives it. */
import { assert, getOrCreate, whySystemFailed } from "../../../vocabulary/index.js";
import { openSharedChannel } from "../../../platform/live/index.js";
import { Gateway, type GatewayObserver } from "../../../platform/server/gateway/index.js";
import { untilSettled, wait, type Steps } from "../../../platform/sync/index.js";
import { nothingSent, type ClientEvidence } from "../../check/index.js";
import { GATEWAY_CHANNEL, type GatewaySetup } from "./gateway-setup.js";
import { NO_GAUGES, type AgentGauges, type Role, type RoleContext } from "./role.js";

/** How often the drain looks whether the last agent has ended, ms. */
const LOOK_MS = 50;

/** The role of the gateway's thread. */
export function gatewayRole(context: RoleContext): Role<ClientEvidence[]> {
  return new GatewayRole(context);
}

class GatewayRole implements Role<ClientEvidence[]> {
  readonly #context: RoleContext;
  readonly #gateway: Gateway;
  readonly #evidence = new Map<string, ClientEvidence>();
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

  gauges(): AgentGauges {
    return NO_GAUGES;
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
    while (this.#gateway.liveAgents > 0 && reactor.clock.now() < untilMs) yield* wait(reactor.sleep(LOOK_MS));
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
      statusTold: (agentId, status) => {
        acknowledged?.(agentId, status);
        this.#evidenceOf(agentId).acknowledgedStatuses.push(status);
      },
    };
  }

  #evidenceOf(agentId: string): ClientEvidence {
    return getOrCreate(this.#evidence, agentId, () => nothingSent(agentId));
  }
}
