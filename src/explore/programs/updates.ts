/** Programs about live updates: who sends against who receives. */
import { define, type Finished, type ProgramThread } from "../kernel/program.js";
import {
  exactlyOnceInOrder,
  leftIn,
  noEarlyTimeout,
  receivedBy,
  receiving,
  receivingAsCoroutine,
  sending,
  signalTellsTheQueue,
  updatesOf,
} from "./parts.js";

const TIMEOUT_MS = 100;

function sentBy({ outcomes }: Finished, ...threads: readonly string[]): number[][] {
  return threads.map((thread) => outcomes[thread] as unknown as number[]);
}

/** Nothing lost, doubled or out of order; no timeout too early. */
function updatesArrive(timeoutMs: number, ...senders: readonly string[]): (finished: Finished) => readonly string[] {
  return (finished) => {
    const received = receivedBy(finished.outcomes["task"]);
    return [
      ...noEarlyTimeout(received, timeoutMs),
      ...exactlyOnceInOrder(sentBy(finished, ...senders), updatesOf(received), leftIn(finished)),
    ];
  };
}

export const producerConsumer = define({
  name: "producer-consumer",
  description: "a worker sends three updates; the task asks for them, for at most 100 ms each",
  threads: { worker: sending(1, 2, 3), task: receiving(3, TIMEOUT_MS) },
  check: updatesArrive(TIMEOUT_MS, "worker"),
});

export const signal = define({
  name: "signal",
  description:
    "two clients of a worker send an update each, the task takes one; then the event must tell whether one is left",
  threads: { "client A": sending(1), "client B": sending(2), task: receiving(1, Infinity) },
  check: (finished) => signalTellsTheQueue(finished),
});

export const drained = define({
  name: "drained",
  description: "a worker sends an update and the task takes it; then the event must be down",
  threads: { worker: sending(1), task: receiving(1, Infinity) },
  check: (finished) => signalTellsTheQueue(finished),
});

export const twoProducers = define({
  name: "two-producers",
  description: "two clients of a worker send an update each; the task waits for them for ever",
  threads: { "client A": sending(1), "client B": sending(2), task: receiving(2, Infinity) },
  check: updatesArrive(Infinity, "client A", "client B"),
});

export const threeUpdates = define({
  name: "three-updates",
  description: "two clients of a worker send three updates; the task waits for them for ever",
  coveredBy: "states",
  threads: { "client A": sending(1, 2), "client B": sending(3), task: receiving(3, Infinity) },
  check: updatesArrive(Infinity, "client A", "client B"),
});

export const coroutineConsumer = define({
  name: "coroutine-consumer",
  description:
    "a worker sends two updates; the task is a coroutine that waits for them, for ever, through its thread's reactor",
  threads: { worker: sending(1, 2), task: receivingAsCoroutine(2, Infinity) },
  check: updatesArrive(Infinity, "worker"),
});

/** An update with a number above this takes 28 bytes of a mailbox: of a ring of 64, two have room. */
const LARGE = 1e14;

export const backPressure = define({
  name: "back-pressure",
  description: "two clients of a worker send three updates into a mailbox with room for two while the task takes one",
  ringBytes: 64,
  coveredBy: "states",
  threads: { "client A": sending(LARGE + 1, LARGE + 2), "client B": sending(LARGE + 3), task: receiving(1, Infinity) },
  check: updatesArrive(Infinity, "client A", "client B"),
});

const firstTask: ProgramThread = (env) => {
  const received = receiving(1, Infinity)(env);
  env.call("close: hand over to the next", () => env.event("wantsAction").set());
  return received;
};

const secondTask: ProgramThread = (env) => {
  env.call("wait for the hand-over", () => env.event("wantsAction").wait());
  return receiving(1, Infinity)(env);
};

export const closeReopen = define({
  name: "close-reopen",
  description:
    "a worker sends two updates; one thread takes the first and closes its handle, another reopens the agent",
  threads: { worker: sending(1, 2), "first task": firstTask, "second task": secondTask },
  check: (finished) => {
    const received = [...receivedBy(finished.outcomes["first task"]), ...receivedBy(finished.outcomes["second task"])];
    return [
      ...noEarlyTimeout(received, Infinity),
      ...exactlyOnceInOrder(sentBy(finished, "worker"), updatesOf(received), leftIn(finished)),
    ];
  },
});
