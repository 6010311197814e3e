/** Programs in which an agent ends while its task waits: disconnect, return, shutdown and submit. */
import { own, type AgentStatus } from "../../vocabulary/index.js";
import { define, type Finished } from "../kernel/program.js";
import {
  acting,
  accountedFor,
  errorOf,
  noEarlyTimeout,
  receivedBy,
  receiving,
  receivingInStages,
  sending,
  sendingInStages,
} from "./parts.js";

const TIMEOUT_MS = 100;

function endsWith(finished: Finished, ...errors: readonly string[]): string[] {
  const error = errorOf(receivedBy(finished.outcomes["task"]));
  return error !== undefined && errors.includes(error)
    ? []
    : [`the task received ${error ?? "no error"}: expected ${errors.join(" or ")}`];
}

function statusIs(finished: Finished, ...statuses: readonly AgentStatus[]): string[] {
  const status = finished.env.status();
  return statuses.includes(status) ? [] : [`the agent's status is ${status}: expected ${statuses.join(" or ")}`];
}

export const disconnectAppend = define({
  name: "disconnect-append",
  description: "a worker sends two updates, and another thread disconnects it; the task waits without a timeout",
  threads: {
    worker: sending(1, 2),
    "live run": acting("updateStatus(disconnect)", (agent) => agent.updateStatus("disconnect")),
    task: receiving(3, Infinity),
  },
  check: (finished) => [
    ...accountedFor(finished, Infinity, "worker"),
    ...endsWith(finished, "AgentDisconnectedError"),
    ...statusIs(finished, "disconnect"),
  ],
});

export const returnTimeout = define({
  name: "return-timeout",
  description: "a worker returns the task, whose wait of 100 ms may time out",
  threads: {
    worker: sending(1),
    "live run": acting("updateStatus(returned)", (agent) => agent.updateStatus("returned")),
    task: receiving(2, TIMEOUT_MS),
  },
  check: (finished) => [
    ...accountedFor(finished, TIMEOUT_MS, "worker"),
    ...endsWith(finished, "AgentReturnedError", "AgentTimeoutError"),
  ],
});

export const shutdownWaiter = define({
  name: "shutdown-waiter",
  description: "an agent is shut down while the task waits for an update, for at most 100 ms",
  threads: {
    "live run": acting("shutdown()", (agent) => agent.shutdown()),
    task: receiving(1, TIMEOUT_MS),
  },
  check: (finished) => [
    ...accountedFor(finished, TIMEOUT_MS),
    ...endsWith(finished, "AgentShutdownError", "AgentTimeoutError"),
  ],
});

export const shutdownAppend = define({
  name: "shutdown-append",
  description: "an agent is shut down while its worker sends an update and the task waits without a timeout",
  threads: {
    worker: sending(1),
    "live run": acting("shutdown()", (agent) => agent.shutdown()),
    task: receiving(2, Infinity),
  },
  check: (finished) => [
    ...accountedFor(finished, Infinity, "worker"),
    ...endsWith(finished, "AgentShutdownError"),
    ...statusIs(finished, "accepted"),
  ],
});

export const submitDisconnect = define({
  name: "submit-disconnect",
  description: "a worker submits and disconnects; the task awaits the submission without a timeout",
  threads: {
    client: acting("handleSubmit", (agent) => agent.handleSubmit({ done: true })),
    "live run": acting("updateStatus(disconnect)", (agent) => agent.updateStatus("disconnect")),
    task: ({ agent, call }) => {
      const handle = agent();
      return call("awaitSubmit(Infinity)", () => handle.awaitSubmit(Infinity));
    },
  },
  check: (finished) => [
    ...(finished.outcomes["task"] === true ? [] : ["awaitSubmit has ended without a submission"]),
    ...statusIs(finished, "disconnect"),
  ],
});

export const foreignStatus = define({
  name: "foreign-status",
  description:
    "another process writes the status returned; the live run reads it while a worker sends and the task waits",
  threads: {
    worker: sending(1),
    "other process": ({ writeStatus, call }) => {
      call("row status = returned", () => writeStatus("returned"));
      return null;
    },
    "live run": ({ agent, status, call }) => {
      const handle = agent();
      if (call("read the row's status", () => status()) !== "returned") return null;
      return call("getStatus()", () => handle.getStatus());
    },
    task: receiving(2, TIMEOUT_MS),
  },
  check: (finished) => [
    ...accountedFor(finished, TIMEOUT_MS, "worker"),
    ...endsWith(finished, "AgentReturnedError", "AgentTimeoutError"),
  ],
});

/** The agent's status after its task has received an error. */
const STATUS_OF: Readonly<Record<string, AgentStatus>> = {
  AgentTimeoutError: "timeout",
  AgentReturnedError: "returned",
  AgentDisconnectedError: "disconnect",
};

export const keptStatus = define({
  name: "kept-status",
  description:
    "as in a run: the task's wait of 100 ms times out while one handle writes returned and another disconnect; " +
    "the first final status is kept, and the task receives its error",
  finalStatuses: "kept",
  threads: {
    task: receiving(1, TIMEOUT_MS),
    "live run": acting("updateStatus(returned)", (agent) => agent.updateStatus("returned")),
    "worker pool": acting("updateStatus(disconnect)", (agent) => agent.updateStatus("disconnect")),
  },
  check: (finished) => {
    const received = receivedBy(finished.outcomes["task"]);
    const status = own(STATUS_OF, errorOf(received) ?? "");
    return [
      ...noEarlyTimeout(received, TIMEOUT_MS),
      ...(status === undefined ? endsWith(finished, ...Object.keys(STATUS_OF)) : statusIs(finished, status)),
    ];
  },
});

export const disconnectShutdown = define({
  name: "disconnect-shutdown",
  description:
    "a worker sends an update and disconnects, and the agent is shut down, while the task waits without a timeout",
  threads: {
    worker: sending(1),
    "worker pool": acting("updateStatus(disconnect)", (agent) => agent.updateStatus("disconnect")),
    "live run": acting("shutdown()", (agent) => agent.shutdown()),
    task: receiving(2, Infinity),
  },
  check: (finished) => [
    ...accountedFor(finished, Infinity, "worker"),
    ...endsWith(finished, "AgentShutdownError", "AgentDisconnectedError"),
    ...statusIs(finished, "disconnect"),
  ],
});

export const everything = define({
  name: "everything",
  description:
    "two clients send three updates, the worker disconnects and the agent is shut down, " +
    "while the task receives updates, each through a new handle",
  coveredBy: "states",
  threads: {
    "client A": sendingInStages(1, 2),
    "client B": sending(3),
    "worker pool": acting("updateStatus(disconnect)", (agent) => agent.updateStatus("disconnect")),
    "live run": acting("shutdown()", (agent) => agent.shutdown()),
    task: receivingInStages(4, Infinity),
  },
  check: (finished) => [
    ...accountedFor(finished, Infinity, "client A", "client B"),
    ...endsWith(finished, "AgentShutdownError", "AgentDisconnectedError"),
    ...statusIs(finished, "disconnect"),
  ],
});
