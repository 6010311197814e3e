/** A client thread: carries its share of the simulated workers, and the router between them and the platform. */
import { at, getOrCreate } from "../../../vocabulary/index.js";
import { blueprintOf, openSharedChannel, outboxTo } from "../../../platform/live/index.js";
import { nothingSent, type ClientEvidence } from "../../check/index.js";
import { Router, type ClientThreadContext } from "../../workers/index.js";
import { startArrivals, type Arrivals } from "./arrivals.js";
import { startPartners } from "./partners.js";
import { clientChannel, type Role, type RoleContext } from "./role.js";

/** What a worker submits for its unit. */
export const TASK_ANSWER = { answer: "done" };

/** The role of client thread `shard`. */
export class ClientRole implements Role<ClientEvidence[]> {
  readonly #context: RoleContext;
  readonly #evidence = new Map<string, ClientEvidence>();
  readonly #arrivals: Arrivals;

  constructor(context: RoleContext, shard: number) {
    const { plan, run, taskGroup } = context;
    this.#context = context;
    const workerContext = this.#workerContext(this.#openRouter(shard));
    const shards = run.inboxes.channels.length;
    const options = { plan, shard, shards, taskGroup, context: workerContext };
    const { partners } = run.inboxes;
    this.#arrivals =
      partners !== undefined && run.scenario.task.unitsPerAssignment > 1
        ? startPartners(options, context.interceptors.inbox(partners))
        : startArrivals(options);
  }

  done(): boolean {
    return this.#arrivals.done();
  }

  stop(): void {
    this.#arrivals.stop();
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

  #workerContext(router: Router): ClientThreadContext {
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
      taskAnswer: TASK_ANSWER,
      prefix: "",
      waitsForTask: unitsPerAssignment > 1,
      leavesWhenDone: false,
      evidenceOf: (agentId) => this.#evidenceOf(agentId),
      acknowledged: (agentId, what) => {
        acknowledged?.(agentId, what);
        if (what === "submit") this.#evidenceOf(agentId).acknowledgedSubmits++;
        else this.#evidenceOf(agentId).acknowledgedStatuses.push(what);
      },
      onUnplannedUnit: () => undefined,
      returnUnit: (agentId) => provider.send({ kind: "returned", agentId }),
    };
  }

  #evidenceOf(agentId: string): ClientEvidence {
    return getOrCreate(this.#evidence, agentId, () => nothingSent(agentId));
  }
}
