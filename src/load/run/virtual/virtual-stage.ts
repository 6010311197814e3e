/** The roles of one kind in the lifecycle of a simulated run. They share the one thread with all others. */
import { ready, type Clock } from "../../../platform/sync/index.js";
import type { BreakableThread } from "../../faults/index.js";
import type { RunStage } from "../lifecycle.js";
import type { Role } from "../roles/role.js";
import { REPORT_TIMEOUT_MS } from "../run-limits.js";
import type { SimulatedThread } from "./simulated-thread.js";

/** A role and the simulated thread that carries it. */
export interface VirtualRole<Evidence> {
  readonly name: string;
  readonly role: Role<Evidence>;
  readonly thread: SimulatedThread;
}

export class VirtualStage<Evidence> implements RunStage<Evidence> {
  /** When it has to have ended, ms: some time after its first stop. */
  mustEndBy = Infinity;

  constructor(
    private readonly roles: readonly VirtualRole<Evidence>[],
    private readonly clock: Clock,
  ) {}

  stop(untilMs: number): void {
    if (this.mustEndBy === Infinity) this.mustEndBy = Math.max(untilMs, this.clock.now()) + REPORT_TIMEOUT_MS;
    for (const { role } of this.#alive) role.stop(untilMs);
  }

  isDone(): boolean {
    return this.roles.every(({ role, thread }) => thread.isDead || role.done());
  }

  evidence(): readonly Evidence[] {
    return this.#alive.map(({ role }) => role.evidence());
  }

  /** The threads for faults. `onKilled` is called with the name of a role that was killed. */
  threads(onKilled: (name: string) => void): BreakableThread[] {
    return this.roles.map(({ name, role, thread }) => ({
      name,
      hasEnded: () => thread.isDead || role.done(),
      pause: () => thread.pause(),
      resume: () => thread.resume(),
      kill: () => {
        thread.kill();
        onKilled(name);
        return ready(undefined);
      },
    }));
  }

  get #alive(): readonly VirtualRole<Evidence>[] {
    return this.roles.filter(({ thread }) => !thread.isDead);
  }
}
