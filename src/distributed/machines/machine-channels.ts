/** The two ends of the channel between the coordinator of a run and one of its machines, over Redis. */
import type { Redis } from "ioredis";
import {
  decodeMessage,
  fromMachineSchema,
  packFromMachine,
  toMachineSchema,
  type FromMachine,
  type MachineChannel,
  type SharedClock,
  type ToMachine,
} from "../../load/run/index.js";
import { systemClock } from "../../platform/sync/index.js";
import { KEYS } from "../keys.js";
import { localNow, measureClock } from "../redis-clock.js";
import { StreamChannel } from "./stream-channel.js";

/** The coordinator's end of the channel to `machine`, a worker process. */
export function channelToMachine(client: Redis, job: string, machine: string): MachineChannel<ToMachine, FromMachine> {
  return new StreamChannel<ToMachine, FromMachine>({
    client,
    outgoing: KEYS.toMachine(job, machine),
    incoming: KEYS.fromMachine(job, machine),
    pack: (message) => message,
    decode: (bytes) => decodeMessage(bytes, fromMachineSchema),
  });
}

/** The end of `machine`. */
export function channelToCoordinator(
  client: Redis,
  job: string,
  machine: string,
): MachineChannel<FromMachine, ToMachine> {
  return new StreamChannel<FromMachine, ToMachine>({
    client,
    outgoing: KEYS.fromMachine(job, machine),
    incoming: KEYS.toMachine(job, machine),
    pack: packFromMachine,
    decode: (bytes) => decodeMessage(bytes, toMachineSchema),
  });
}

/** Redis' clock, from the clock of a run on this machine. */
export function clockOfRedis(client: Redis): SharedClock {
  return {
    async offset() {
      const { offsetMs, uncertaintyMs } = await measureClock(client);
      return { offsetMs: offsetMs + localNow() - systemClock.now(), uncertaintyMs };
    },
  };
}
