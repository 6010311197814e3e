/** A client thread: carries its share of the simulated workers, and the router between them and the platform. */
import { blueprintOf, openSharedChannel, outboxTo } from "../../../platform/live/index.js";
import type { ClientEvidence } from "../../check/index.js";
import { Router, type WorkerContext } from "../../workers/index.js";
import { startArrivals } from "./arrivals.js";
import { clientChannel, type Role, type RoleContext } from "./role.js";

/** What a worker submits for its unit. */
export const TASK_ANSWER = { answer: "done" };

export function clientRole(
  { arena, recorder, taskGroup, run, plan, interceptors, originMs, acknowledged }: RoleContext,
  shard: number,
): Role<ClientEvidence[]> {
  const { reactor } = arena;
  const { channels, pool } = run.inboxes;
  const slots = channels[shard];
  if (slots === undefined) throw new RangeError(`there is no channel for client thread ${shard}`);

  const router = new Router(reactor, recorder);
  router.use(
    openSharedChannel({
      id: clientChannel(shard),
      inbox: interceptors.inbox(slots.toClients),
      outbox: interceptors.inbox(slots.toPlatform),
      handlers: router.handlers,
      reactor,
      taskGroup,
    }),
  );

  const evidence = new Map<string, ClientEvidence>();
  const provider = outboxTo(interceptors.inbox(pool), reactor, () => recorder.count("mailbox_full"));
  const workerContext: WorkerContext = {
    reactor,
    recorder,
    router,
    originMs,
    sendsUpdates: run.scenario.task.blueprint !== "static",
    onboarding: blueprintOf(run.scenario.task.blueprint).onboarding,
    taskAnswer: TASK_ANSWER,
    prefix: "",
    waitsForTask: run.scenario.task.unitsPerAssignment > 1,
    leavesWhenDone: false,
    evidenceOf(agentId) {
      let note = evidence.get(agentId);
      if (note === undefined) {
        note = { agentId, sent: 0, acknowledgedSubmits: 0, acknowledgedStatuses: [] };
        evidence.set(agentId, note);
      }
      return note;
    },
    acknowledged(agentId, what) {
      acknowledged?.(agentId, what);
      if (what === "submit") workerContext.evidenceOf(agentId).acknowledgedSubmits++;
      else workerContext.evidenceOf(agentId).acknowledgedStatuses.push(what);
    },
    returnUnit: (agentId) => provider.send({ kind: "returned", agentId }),
  };

  const arrivals = startArrivals({ plan, shard, shards: channels.length, taskGroup, context: workerContext });
  return {
    done: () => arrivals.done(),
    stop: () => arrivals.stop(),
    gauges: () => ({ statuses: [], workers: [] }),
    evidence: () => [...evidence.values()],
  };
}
