/** The sizes and the inboxes of a run's arena, for both engines. */
import type { Arena, ArenaSizes } from "../../platform/sync/index.js";
import type { RunSetup } from "./roles/role.js";

/** What the sizes depend on. `clients` and `tasks` are the threads, or role contexts of the one thread, of each kind. */
export interface RunSize {
  readonly workers: number;
  readonly clients: number;
  readonly tasks: number;
}

export function arenaSizesOf({ workers, clients, tasks }: RunSize): ArenaSizes {
  return {
    // A worker starts over once at most, while its first agent may still be with a task that has not let go of it; and some more, for
    // onboarding agents in the moment in which they are replaced.
    slots: 2 * workers + 64,
    ringBytes: 4096,
    // The pool's inbox, one a task runner, and the two directions of each channel.
    wideSlots: 1 + tasks + 2 * clients,
    wideRingBytes: 1 << 22,
  };
}

/** Takes the wide slots of the arena. */
export function allocateInboxes(arena: Arena, { clients, tasks }: Omit<RunSize, "workers">): RunSetup["inboxes"] {
  const allocate = (): number => arena.allocateWide().index;
  return {
    pool: allocate(),
    runners: Array.from({ length: tasks }, allocate),
    channels: Array.from({ length: clients }, () => ({ toPlatform: allocate(), toClients: allocate() })),
  };
}
