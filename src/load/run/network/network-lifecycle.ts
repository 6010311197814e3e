/**
 * The lifecycle of a run over a network: the plan is carried out (lifecycle.ts), then the target is looked at from
 * outside until its agents have come to rest, or the run is given up.
 */
import { wait, type Steps, type Wait } from "../../../platform/sync/index.js";
import type { Summary } from "../../../results/index.js";
import type { NetworkNotesReport } from "../../network/index.js";
import type { BackendEvidence } from "./listen-setup.js";
import { carryOutPlan, type ClientParts, type RunStage } from "../lifecycle.js";
import type { ObservedTarget } from "./target-observer.js";

export interface NetworkStages {
  /** In router mode the notes are the router's, and these are empty. */
  readonly clients: RunStage<NetworkNotesReport>;
  readonly router?: RunStage<BackendEvidence>;
  /** When the run starts, ms on its clock. */
  readonly originMs: number;
}

export interface NetworkParts extends ClientParts<NetworkStages> {
  /** Polls the target until its agents have come to rest, but not beyond `untilMs`. */
  observe(untilMs: number): Wait<ObservedTarget>;
}

export interface NetworkRunEnd {
  readonly end: Summary["end"];
  /** From the start of the run until the target was last polled, ms. */
  readonly durationMs: number;
  /** When the clients were stopped, ms on the run's clock. */
  readonly stoppedAtMs: number;
  readonly notes: readonly NetworkNotesReport[];
  readonly observed: ObservedTarget;
  /** What the router noted beside; absent in client mode. */
  readonly router?: BackendEvidence;
}

export function* runNetworkLifecycle(parts: NetworkParts): Steps<NetworkRunEnd> {
  const {
    stages: { clients, router, originMs },
    stoppedAt,
    giveUpAt,
  } = yield* carryOutPlan(parts);
  const observed = yield* wait(parts.observe(giveUpAt));
  if (router !== undefined) {
    // It goes on while the target is polled: the backend asks it for the statuses of clients.
    router.stop(giveUpAt);
    yield* wait(parts.untilDone(router));
  }
  const durationMs = Math.max(1, parts.clock.now() - originMs);
  const end = parts.earlyEnd() ?? { how: "finished", why: null };
  const evidence = router?.evidence()[0];
  const ended = { end, durationMs, stoppedAtMs: stoppedAt, observed };
  if (evidence === undefined) return { ...ended, notes: clients.evidence() };
  return { ...ended, notes: [evidence.notes], router: evidence };
}
