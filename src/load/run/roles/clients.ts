/** A client thread: carries its share of the simulated workers, and the router between them and the platform. */
import { at } from "../../../vocabulary/index.js";
import { blueprintOf, openSharedChannel, outboxTo } from "../../../platform/live/index.js";
import type { ClientEvidence } from "../../check/index.js";
import { wait, type Steps } from "../../../platform/sync/index.js";
import { Router, simulateWorker } from "../../workers/index.js";
import type { WorkerContext } from "../../workers/index.js";
import { clientChannel, NO_GAUGES, type AgentGauges, type Role, type RoleContext } from "./role.js";

/** The most workers that arrive in one turn of their thread, however late they are: the present workers need turns too. */
const ARRIVALS_A_TURN = 500;

/** The role of client thread `shard`. */
export function clientRole(context: RoleContext, shard: number): Role<ClientEvidence[]> {
  return new ClientRole(context, shard);
}

class ClientRole implements Role<ClientEvidence[]> {
  readonly #context: RoleContext;
  /** The workers of this thread, in the order of their arrivals. */
  readonly #workers: readonly { readonly index: number; readonly arriveAt: number }[];
  readonly #evidence = new Map<string, ClientEvidence>();
  #arrived = 0;
  #working = 0;
  #stopped = false;

  constructor(context: RoleContext, shard: number) {
    const { plan, run, taskGroup } = context;
    this.#context = context;
    const router = this.#openRouter(shard);
    const shards = run.inboxes.channels.length;
    this.#workers = Array.from({ length: Math.max(0, Math.ceil((plan.workers - shard) / shards)) }, (_, nth) => {
      const index = shard + nth * shards;
      return { index, arriveAt: plan.arriveAt(index) };
    }).sort((a, b) => a.arriveAt - b.arriveAt);
    const workerContext = this.#workerContext(router);
    taskGroup.start("arrivals", () => this.#arrivals(workerContext));
  }

  done(): boolean {
    return this.#stopped || (this.#arrived === this.#workers.length && this.#working === 0);
  }

  stop(): void {
    if (!this.#stopped)
      this.#context.recorder.count("workers_cut_off", this.#workers.length - this.#arrived + this.#working);
    this.#stopped = true;
  }

  gauges(): AgentGauges {
    return NO_GAUGES;
  }

  evidence(): ClientEvidence[] {
    return [...this.#evidence.values()];
  }

  #openRouter(shard: number): Router {
    const { arena, recorder, taskGroup, run, interceptors } = this.#context;
    const { toPlatform, toClients } = at(run.inboxes.channels, shard);
    const router = new Router(arena.reactor, recorder);
    router.use(
      openSharedChannel({
        id: clientChannel(shard),
        inbox: interceptors.inbox(toClients),
        outbox: interceptors.inbox(toPlatform),
        handlers: router.handlers,
        reactor: arena.reactor,
        taskGroup,
      }),
    );
    return router;
  }

  #workerContext(router: Router): WorkerContext {
    const { arena, recorder, run, interceptors, originMs, acknowledged } = this.#context;
    const { blueprint, unitsPerAssignment } = run.scenario.task;
    const inbox = interceptors.inbox(run.inboxes.pool);
    const provider = outboxTo(inbox, arena.reactor, () => recorder.count("mailbox_full"));
    return {
      reactor: arena.reactor,
      recorder,
      router,
      originMs,
      sendsUpdates: blueprint !== "static",
      onboarding: blueprintOf(blueprint).onboarding,
      prefix: "",
      waitsForTask: unitsPerAssignment > 1,
      leavesWhenDone: false,
      evidenceOf: (agentId) => this.#evidenceOf(agentId),
      acknowledged: (agentId, what) => {
        acknowledged?.(agentId, what);
        if (what === "submit") this.#evidenceOf(agentId).acknowledgedSubmits++;
        else this.#evidenceOf(agentId).acknowledgedStatuses.push(what);
      },
      returnUnit: (agentId) => provider.send({ kind: "returned", agentId }),
    };
  }

  #evidenceOf(agentId: string): ClientEvidence {
    let note = this.#evidence.get(agentId);
    if (note === undefined) {
      note = { agentId, sent: 0, acknowledgedSubmits: 0, acknowledgedStatuses: [] };
      this.#evidence.set(agentId, note);
    }
    return note;
  }

  /** Starts a worker's coroutine when the worker arrives: a worker that has not arrived costs nothing. */
  *#arrivals(workerContext: WorkerContext): Steps<void> {
    const { arena, originMs, taskGroup } = this.#context;
    const { reactor } = arena;
    let now = reactor.clock.now();
    for (const [nth, { index, arriveAt }] of this.#workers.entries()) {
      const due = originMs + arriveAt;
      // A late worker arrives with those that were due when the turn began; a wait for each would admit one a turn.
      if (due >= now || nth % ARRIVALS_A_TURN === 0) {
        yield* wait(reactor.until(due));
        now = reactor.clock.now();
      }
      if (this.#stopped) return;
      this.#arrived++;
      this.#working++;
      taskGroup.start(`worker ${index}`, () => this.#work(index, workerContext));
    }
  }

  *#work(index: number, workerContext: WorkerContext): Steps<void> {
    yield* simulateWorker(this.#context.plan.worker(index), workerContext);
    this.#working--;
    if (!this.#stopped) this.#context.recorder.count("workers_finished");
  }
}
