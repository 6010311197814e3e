/**
 * The entry of a client thread of a run over a network (a Piscina task). Its event loop drives the workers, as it has
 * their sockets.
 */
import { Reactor, systemClock } from "../../../platform/sync/index.js";
import { openDialect, TimerDriver, type NetworkNotesReport } from "../../network/index.js";
import { pollUntil, RunningThread } from "../threads/running-thread.js";
import type { ThreadReport } from "../threads/setup.js";
import { startNetworkClients } from "./network-clients.js";
import type { NetworkThreadSetup } from "./network-setup.js";

export default async function run(setup: NetworkThreadSetup): Promise<ThreadReport<NetworkNotesReport>> {
  const { shard } = setup;
  const reactor = new Reactor(systemClock, noEvents);
  const driver = new TimerDriver(reactor);
  reactor.drive(driver);
  const dialect = await openDialect(setup.run.target.dialect);
  const thread = new RunningThread(setup);
  thread.post({ kind: "hello", place: shard, doorbell: 0 });
  return thread.run(({ start, plan, recorder }) => {
    const clients = startNetworkClients({
      reactor,
      recorder,
      taskGroup: thread.taskGroup,
      run: setup.run,
      plan,
      dialect,
      shard,
      originMs: start.originMs,
      onFatal: (why) => thread.post({ kind: "fatal", why }),
    });
    return {
      untilDone: () => pollUntil(() => thread.hasFailed || clients.done()),
      stop: () => clients.stop(),
      async close() {
        await clients.close();
        driver.stop();
      },
      evidence: () => clients.evidence(),
    };
  });
}

/** Nothing in this thread waits for an event in shared memory. */
function noEvents(): never {
  throw new Error("a thread without an arena has no events");
}
