/** Parts of programs: threads, and checks. */
import { assert, at } from "../../vocabulary/index.js";
import { MailboxFullError, type Json } from "../../platform/sync/index.js";
import { AbsentAgentError, type Agent, type LiveUpdate } from "../../platform/model/index.js";
import type { Env, Finished, ProgramThread, StagedThread } from "../kernel/program.js";

/** The result of one call of getLiveUpdate. */
export type ReceivedUpdate =
  | { readonly update: number }
  /** The name of the error, and the time that passed in the call, ms. */
  | { readonly error: string; readonly afterMs: number };

/** A worker's client: appends these updates. Returns those that the mailbox accepted. */
export function sending(...updates: readonly number[]): ProgramThread {
  return (env) => updates.filter((n) => isAccepted(env, n));
}

/** As {@link sending}, with a stage for each update. */
export function sendingInStages(...updates: readonly number[]): StagedThread {
  return {
    first: { sent: 0, accepted: [] },
    stage: (env, memory) => {
      const { sent, accepted } = memory as { sent: number; accepted: number[] };
      const n = updates[sent];
      if (n === undefined) return { outcome: accepted };
      return { next: { sent: sent + 1, accepted: isAccepted(env, n) ? [...accepted, n] : accepted } };
    },
  };
}

/** Appends an update. Returns whether the mailbox had room for it. */
function isAccepted({ mailbox, call }: Env, n: number): boolean {
  return call(`append update ${n}`, () => {
    try {
      mailbox.append({ n });
      return true;
    } catch (error) {
      if (error instanceof MailboxFullError) return false;
      throw error;
    }
  });
}

/** The task's code: receives up to `most` updates, until the agent is absent. */
export function receiving(most: number, timeoutMs: number): ProgramThread {
  return (env) => {
    const agent = env.agent();
    return receive(env, most, timeoutMs, () => agent.getLiveUpdate(timeoutMs));
  };
}

/** As {@link receiving}, each update through a new handle, with a stage for each. */
export function receivingInStages(most: number, timeoutMs: number): StagedThread {
  return {
    first: [],
    stage: (env, memory) => {
      const agent = env.agent();
      const received = [
        ...receivedBy(memory),
        ...receivedBy(receive(env, 1, timeoutMs, () => agent.getLiveUpdate(timeoutMs))),
      ];
      const over = received.length >= most || errorOf(received) !== undefined;
      return over ? { outcome: received as unknown as Json } : { next: received as unknown as Json };
    },
  };
}

/** As {@link receiving}, in a coroutine of a thread that takes its reactor's turns. */
export function receivingAsCoroutine(most: number, timeoutMs: number): ProgramThread {
  return (env) => {
    const agent = env.agent();
    return receive(env, most, timeoutMs, () => env.drive(agent.getLiveUpdateSteps(timeoutMs)));
  };
}

export function receive(env: Env, most: number, timeoutMs: number, getLiveUpdate: () => LiveUpdate | undefined): Json {
  const received: ReceivedUpdate[] = [];
  while (received.length < most) {
    const begin = env.clock.now();
    try {
      const update = env.call(`getLiveUpdate(${timeoutMs})`, getLiveUpdate);
      assert(update !== undefined, "getLiveUpdate with a timeout has returned no update");
      received.push({ update: (update as { n: number }).n });
    } catch (error) {
      if (!(error instanceof AbsentAgentError)) throw error;
      received.push({ error: error.name, afterMs: env.clock.now() - begin });
      break;
    }
  }
  return received;
}

/** A thread that calls `act` with its own handle of the agent. */
export function acting(name: string, act: (agent: Agent) => void): ProgramThread {
  return ({ agent, call }) => {
    const handle = agent();
    call(name, () => act(handle));
    return null;
  };
}

export function receivedBy(outcome: Json | undefined): readonly ReceivedUpdate[] {
  assert(outcome !== undefined, "a finished program has a thread without an outcome");
  return outcome as unknown as readonly ReceivedUpdate[];
}

export function updatesOf(received: readonly ReceivedUpdate[]): number[] {
  return received.flatMap((one) => ("update" in one ? [one.update] : []));
}

export function errorOf(received: readonly ReceivedUpdate[]): string | undefined {
  const last = received.at(-1);
  return last !== undefined && "error" in last ? last.error : undefined;
}

/** Takes the updates that are left in the mailbox of a finished execution. */
export function leftIn({ env: { mailbox } }: Finished): number[] {
  const left: number[] = [];
  for (let update = mailbox.take(); update !== undefined; update = mailbox.take())
    left.push((update as { n: number }).n);
  return left;
}

/** The updates that the mailbox has accepted from each of `threads`. */
export function sentBy({ outcomes }: Finished, threads: readonly string[]): number[][] {
  return threads.map((thread) => outcomes[thread] as unknown as number[]);
}

/** Checks that each update is received or left in the mailbox, and that no AgentTimeoutError comes early. */
export function accountedFor(finished: Finished, timeoutMs: number, ...senders: readonly string[]): string[] {
  const received = receivedBy(finished.outcomes["task"]);
  return [
    ...noEarlyTimeout(received, timeoutMs),
    ...exactlyOnceInOrder(sentBy(finished, senders), updatesOf(received), leftIn(finished)),
  ];
}

/** Every accepted update is received or left exactly once, and in its sender's order. */
export function exactlyOnceInOrder(
  sent: readonly (readonly number[])[],
  received: readonly number[],
  left: readonly number[],
): string[] {
  const arrived = [...received, ...left];
  const problems = sent
    .flat()
    .filter((n) => !arrived.includes(n))
    .map((n) => `update ${n} was lost`);
  if (new Set(arrived).size !== arrived.length) problems.push(`an update arrived twice: ${arrived.join(", ")}`);
  for (const updates of sent) {
    const inOrder = arrived.filter((n) => updates.includes(n));
    if (inOrder.some((n, place) => place > 0 && n < at(inOrder, place - 1)))
      problems.push(`out of order: ${inOrder.join(", ")}`);
  }
  return problems;
}

/** No AgentTimeoutError before its timeout has passed. */
export function noEarlyTimeout(received: readonly ReceivedUpdate[], timeoutMs: number): string[] {
  return received.flatMap((one) =>
    "error" in one && one.error === "AgentTimeoutError" && one.afterMs < timeoutMs
      ? [`AgentTimeoutError after ${one.afterMs} ms, with a timeout of ${timeoutMs} ms`]
      : [],
  );
}

/** Without a release or shutdown, the event is set exactly when updates are pending. */
export function signalMatchesQueue({ env: { mailbox } }: Finished): string[] {
  const isSet = mailbox.signal.isSet();
  if (isSet !== mailbox.isEmpty()) return [];
  return [isSet ? "the event is set, but the queue is empty" : "the event is clear, but the queue is not empty"];
}
