/** The sizes and the inboxes of a run's arena, for both engines. */
import type { Arena, ArenaSizes } from "../../platform/sync/index.js";
import type { ChannelSlots, RunSetup } from "./roles/role.js";

/** What the sizes depend on. `clients` and `tasks` are the numbers of threads of each kind, real or simulated. */
export interface RunSize {
  /** Simulated workers, and those whom a gateway admits. */
  readonly workers: number;
  readonly clients: number;
  /** 1 with a gateway. Left out: 0. */
  readonly gateways?: number;
  readonly tasks: number;
}

export function arenaSizesOf({ workers, clients, gateways = 0, tasks }: RunSize): ArenaSizes {
  return {
    // A worker starts over at most once, while a task may still use its first agent. The rest is for onboarding agents
    // that are just being replaced by agents on units.
    slots: 2 * workers + 64,
    ringBytes: 4096,
    // The pool's inbox, one for each task runner, and the two directions of each channel.
    // A gateway also calls partners.
    wideSlots: 1 + tasks + 2 * (clients + gateways) + gateways,
    wideRingBytes: 1 << 22,
  };
}

/** Allocates the wide slots of the arena. */
export function allocateInboxes(
  arena: Arena,
  { clients, gateways = 0, tasks }: Omit<RunSize, "workers">,
): RunSetup["inboxes"] {
  const allocate = (): number => arena.allocateWide().index;
  const channel = (): ChannelSlots => ({ toPlatform: allocate(), toClients: allocate() });
  return {
    pool: allocate(),
    runners: Array.from({ length: tasks }, allocate),
    channels: Array.from({ length: clients }, channel),
    ...(gateways > 0 && { gateway: channel(), partners: allocate() }),
  };
}
