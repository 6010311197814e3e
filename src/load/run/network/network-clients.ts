/** A client thread of a run over a network: carries its share of the simulated workers, and their connections. */
import { randomUUID } from "node:crypto";
import type { TaskGroup } from "../../../platform/live/index.js";
import type { Reactor } from "../../../platform/sync/index.js";
import type { Recorder } from "../../measure/index.js";
import {
  HttpClient,
  NetworkNotes,
  NetworkRouter,
  socketOptionsOf,
  socketUrlOf,
  type Dialect,
  type NetworkNotesReport,
} from "../../network/index.js";
import type { Plan } from "../../scenario/index.js";
import { startArrivals } from "../roles/arrivals.js";
import type { NetworkRunSetup } from "./network-setup.js";
import { workerContextOf } from "./worker-context.js";

const UNPLANNED_UNIT =
  "a worker that was to fail the onboarding was given a unit, and left it: say what fails in target.submits.onboardingFail, or set passRate to 1";

export interface NetworkClientsOptions {
  readonly reactor: Reactor;
  readonly recorder: Recorder;
  readonly taskGroup: TaskGroup;
  readonly run: NetworkRunSetup;
  readonly plan: Plan;
  readonly dialect: Dialect;
  readonly shard: number;
  readonly originMs: number;
  /** The run cannot go on: why, one line. */
  readonly onFatal: (why: string) => void;
}

export interface NetworkClients {
  done(): boolean;
  stop(): void;
  /** Closes every connection. */
  close(): Promise<void>;
  evidence(): NetworkNotesReport;
}

export function startNetworkClients(options: NetworkClientsOptions): NetworkClients {
  const { reactor, recorder, taskGroup, run, plan, dialect, shard, originMs, onFatal } = options;
  const { scenario, target, prefix } = run;
  const { unitsPerAssignment } = scenario.task;
  const http = new HttpClient(target);
  const notes = new NetworkNotes();
  const router = new NetworkRouter({
    reactor,
    recorder,
    http,
    sockets: {
      reactor,
      url: socketUrlOf(target.address),
      options: socketOptionsOf(target),
      rules: target.client,
      wallClock: () => Date.now(),
      newId: () => randomUUID(),
    },
    dialect,
    hasPartners: unitsPerAssignment > 1,
    provider: target.provider,
    assignmentId: prefix,
    timeoutMs: target.timeoutMs,
    notes,
    onFatal,
  });
  const onUnplannedUnit = (): void => notes.failed(UNPLANNED_UNIT, reactor.clock.now());
  const context = workerContextOf({ reactor, recorder, router, run, dialect, originMs, onUnplannedUnit });
  const arrivals = startArrivals({ plan, shard, shards: run.shards, taskGroup, context });
  return {
    done: () => arrivals.done(),
    stop: () => arrivals.stop(),
    async close() {
      router.closeAll();
      await http.destroy();
    },
    evidence: () => notes.report(),
  };
}
