/** Wake-ups that come late or never at the channels, while a fault of the plan is in force. */
import type { Plan } from "../scenario/index.js";
import { stream, type Random } from "../scenario/random.js";
import { wait, wrapMailbox, type Arena, type Mailbox, type Steps } from "../../platform/sync/index.js";
import type { Interceptors, RunSetup } from "../run/roles/role.js";

type WakeupFault = Extract<NonNullable<Plan["faults"]>[number], { kind: "delay-wakeups" | "drop-wakeups" }>;

const isWakeupFault = (fault: NonNullable<Plan["faults"]>[number]): fault is WakeupFault =>
  fault.kind === "delay-wakeups" || fault.kind === "drop-wakeups";

/** `plain`, with the plan's wake-up faults applied to the inboxes of the channels. */
export function faultInterceptors(
  plain: Interceptors,
  arena: Arena,
  { inboxes }: RunSetup,
  plan: Plan,
  originMs: number,
): Interceptors {
  const faults = (plan.faults ?? []).filter(isWakeupFault);
  if (faults.length === 0) return plain;
  return {
    ...plain,
    inbox(slot) {
      const direction = inboxes.channels.some(({ toPlatform }) => toPlatform === slot) ? "to-platform" : "to-clients";
      const isChannel = direction === "to-platform" || inboxes.channels.some(({ toClients }) => toClients === slot);
      const here = isChannel ? faults.filter((fault) => fault.direction === direction) : [];
      return here.length === 0
        ? plain.inbox(slot)
        : withWakeupFaults(plain.inbox(slot), here, arena, originMs, stream(plan.seed, "wake-ups", slot));
    },
  };
}

function withWakeupFaults(
  mailbox: Mailbox,
  faults: readonly WakeupFault[],
  { reactor }: Arena,
  originMs: number,
  random: Random,
): Mailbox {
  return wrapMailbox(mailbox, {
    *waitForChangeSteps(timeoutMs, worker): Steps<void> {
      yield* mailbox.waitForChangeSteps(timeoutMs, worker);
      const now = reactor.clock.now() - originMs;
      for (const fault of faults) {
        if (now < fault.at || now >= fault.at + fault.lasts) continue;
        if (fault.kind === "delay-wakeups") yield* wait(reactor.sleep(fault.delay));
        // The wake-up is dropped: the receiver finds the message at its next poll.
        else if (random() < fault.probability) yield* wait(reactor.sleep(timeoutMs));
      }
    },
  });
}
