/** A client thread: carries its share of the simulated workers, and the router between them and the platform. */
import { blueprintOf, openSharedChannel, outboxTo } from "../../../platform/live/index.js";
import type { ClientEvidence } from "../../check/index.js";
import { wait, type Steps } from "../../../platform/sync/index.js";
import { Router, simulateWorker } from "../../workers/index.js";
import type { WorkerContext } from "../../workers/index.js";
import { clientChannel, type Role, type RoleContext } from "./role.js";

/** So many workers at most arrive in one turn of their thread, however late they are: those who are there have their turns too. */
const ARRIVALS_A_TURN = 500;

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

  const mine: { readonly index: number; readonly arriveAt: number }[] = [];
  for (let index = shard; index < plan.workers; index += channels.length)
    mine.push({ index, arriveAt: plan.arriveAt(index) });
  mine.sort((a, b) => a.arriveAt - b.arriveAt);

  let arrived = 0;
  let working = 0;
  let stopped = false;
  // A worker's coroutine is made when it arrives: those who are not there yet cost nothing.
  taskGroup.start("arrivals", function* () {
    let now = reactor.clock.now();
    for (const [nth, { index, arriveAt }] of mine.entries()) {
      const due = originMs + arriveAt;
      // Who is late arrives with those who were due when the turn began; a wait each would admit one a turn.
      if (due >= now || nth % ARRIVALS_A_TURN === 0) {
        yield* wait(reactor.until(due));
        now = reactor.clock.now();
      }
      if (stopped) return;
      arrived++;
      working++;
      taskGroup.start(`worker ${index}`, () => work(index));
    }
  });
  function* work(index: number): Steps<void> {
    yield* simulateWorker(plan.worker(index), workerContext);
    working--;
    if (!stopped) recorder.count("workers_finished");
  }

  return {
    done: () => stopped || (arrived === mine.length && working === 0),
    stop() {
      if (!stopped) recorder.count("workers_cut_off", mine.length - arrived + working);
      stopped = true;
    },
    gauges: () => ({ statuses: [], workers: [] }),
    evidence: () => [...evidence.values()],
  };
}
