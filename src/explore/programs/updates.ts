/** Programs in which workers send live updates and the task receives them. */
import { define, type Finished, type ProgramThread } from "../kernel/program.js";
import {
  accountedFor,
  exactlyOnceInOrder,
  leftIn,
  noEarlyTimeout,
  receivedBy,
  receiving,
  receivingAsCoroutine,
  sending,
  sentBy,
  signalMatchesQueue,
  updatesOf,
} from "./parts.js";

const TIMEOUT_MS = 100;

/** A check that every update is accounted for. */
function updatesArrive(timeoutMs: number, ...senders: readonly string[]): (finished: Finished) => readonly string[] {
  return (finished) => accountedFor(finished, timeoutMs, ...senders);
}

export const producerConsumer = define({
  name: "producer-consumer",
  description: "a worker sends three updates; the task waits for each, at most 100 ms",
  threads: { worker: sending(1, 2, 3), task: receiving(3, TIMEOUT_MS) },
  check: updatesArrive(TIMEOUT_MS, "worker"),
});

export const signal = define({
  name: "signal",
  description:
    "two clients of a worker send an update each, the task takes one; then the event must show whether one is left",
  threads: { "client A": sending(1), "client B": sending(2), task: receiving(1, Infinity) },
  check: (finished) => signalMatchesQueue(finished),
});

export const drained = define({
  name: "drained",
  description: "a worker sends an update and the task takes it; then the event must be clear",
  threads: { worker: sending(1), task: receiving(1, Infinity) },
  check: (finished) => signalMatchesQueue(finished),
});

export const twoProducers = define({
  name: "two-producers",
  description: "two clients of a worker send an update each; the task waits for them without a timeout",
  threads: { "client A": sending(1), "client B": sending(2), task: receiving(2, Infinity) },
  check: updatesArrive(Infinity, "client A", "client B"),
});

export const threeUpdates = define({
  name: "three-updates",
  description: "two clients of a worker send three updates; the task waits for them without a timeout",
  coveredBy: "states",
  threads: { "client A": sending(1, 2), "client B": sending(3), task: receiving(3, Infinity) },
  check: updatesArrive(Infinity, "client A", "client B"),
});

export const coroutineConsumer = define({
  name: "coroutine-consumer",
  description: "a worker sends two updates; the task is a coroutine that waits for them without a timeout",
  threads: { worker: sending(1, 2), task: receivingAsCoroutine(2, Infinity) },
  check: updatesArrive(Infinity, "worker"),
});

/** An update with a number above this takes 28 bytes, so that a ring of 64 bytes has room for two. */
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
  env.call("close, and start the second task", () => env.event("wantsAction").set());
  return received;
};

const secondTask: ProgramThread = (env) => {
  env.call("wait for the first task", () => env.event("wantsAction").wait());
  return receiving(1, Infinity)(env);
};

export const closeReopen = define({
  name: "close-reopen",
  description:
    "a worker sends two updates; one thread takes the first and closes its handle, another opens the agent again",
  threads: { worker: sending(1, 2), "first task": firstTask, "second task": secondTask },
  check: (finished) => {
    const received = [...receivedBy(finished.outcomes["first task"]), ...receivedBy(finished.outcomes["second task"])];
    return [
      ...noEarlyTimeout(received, Infinity),
      ...exactlyOnceInOrder(sentBy(finished, ["worker"]), updatesOf(received), leftIn(finished)),
    ];
  },
});
