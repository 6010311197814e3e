/**
 * The lifecycle of a run, written once as Steps. Each engine gives it the parts of a run and drives its waits: the
 * threads engine with promises and messages, the virtual engine with its scheduler.
 *
 * | state     | entered when                     | on entry                                   | left when                              |
 * | --------- | -------------------------------- | ------------------------------------------ | -------------------------------------- |
 * | start     | the run begins                   | the stages are made and started            | all of them have started               |
 * | carry out | the stages have started          | (the plan runs)                            | clients done, early end, or `giveUpAt` |
 * | stop      | the plan is carried out          | pauses are lifted, clients stop            | the clients have ended                 |
 * | drain     | the clients have ended           | the io stage stops, with `drainUntil`      | the io stage has ended                 |
 * | finish    | the io stage has ended           | the tasks stop, with `drainUntil`          | the tasks have ended                   |
 * | audit     | the tasks have ended             | the database is audited                    | the evidence is complete               |
 *
 * - `giveUpAt`: the end of the plan's schedule plus the scenario's drain timeout. A run without a schedule, which
 *   serves browsers, is over when it is notified; `giveUpAt` is then `drainMs` later.
 * - `drainUntil`: `giveUpAt`, or GRACEFUL_STOP_MS from the stop if the run ends early.
 * - An early end (interrupt, failed threshold) during the drain stops the io stage again, with GRACEFUL_STOP_MS.
 * - A wait fails if a part of the run fails, or if a stopped stage exceeds REPORT_TIMEOUT_MS. The run then ends with
 *   that error.
 * - The death of a thread fails the wait, unless a fault of the plan killed the thread: its stage then ends without its
 *   evidence.
 */
import type { Clock } from "../../platform/sync/index.js";
import { wait, type Steps, type Wait } from "../../platform/sync/index.js";
import type { AgentAudit } from "../../platform/db/index.js";
import { at } from "../../vocabulary/index.js";
import type { Summary } from "../../results/index.js";
import { gatherEvidence, type ClientEvidence, type RawEvidence, type RunEvidence } from "../check/index.js";
import type { IoEvidence } from "./roles/io.js";
import type { TaskThreadEvidence } from "./roles/tasks.js";
import { GRACEFUL_STOP_MS } from "./run-limits.js";

/** The roles of one kind. */
export interface RunStage<Evidence> {
  /** Tells its roles to stop by `untilMs` on the run's clock. A second call only shortens the time. */
  stop(untilMs: number): void;
  /** Whether all its roles have ended. */
  isDone(): boolean;
  /** What its roles have noted, without those that a fault killed. It is done. */
  evidence(): readonly Evidence[];
}

export interface RunStages {
  readonly clients: RunStage<readonly ClientEvidence[]>;
  /** One role. */
  readonly io: RunStage<IoEvidence>;
  readonly tasks: RunStage<TaskThreadEvidence>;
  /** When the run starts, ms on its clock. */
  readonly originMs: number;
}

/** Why a run ended before its plan was carried out, or `undefined`. */
export type EarlyEnd = Summary["end"] | undefined;

/** The part of the evidence that no role notes. */
export type AuditedRun = Pick<RawEvidence, "audit" | "slotsInUse" | "killed" | "pausedMs">;

/** What an engine gives to the part of the lifecycle in which the plan is carried out. */
export interface ClientParts<Stages extends Pick<RunStages, "originMs"> & { readonly clients: RunStage<unknown> }> {
  /** The run's clock. */
  readonly clock: Clock;
  /** From the start of the run until it is given up, ms. */
  readonly giveUpAfterMs: number;
  /** For a run without a schedule. */
  readonly open?:
    | {
        /** Whether the end was requested. */
        isOver(): boolean;
        /** How long those who are there have to end by themselves, ms. */
        readonly drainMs: number;
      }
    | undefined;
  start(): Wait<Stages>;
  earlyEnd(): EarlyEnd;
  /** A wait that is over once `condition` holds, or at `untilMs` on the run's clock. */
  until(condition: () => boolean, untilMs: number): Wait<void>;
  /**
   * A wait that is over once the stopped `stage` is done, or `condition` holds. It fails if the stage takes too long.
   */
  untilDone(stage: RunStage<unknown>, condition?: () => boolean): Wait<void>;
  /** Lifts the faults that keep roles from stopping. */
  liftPauses(): void;
}

/** What an engine gives to the lifecycle. */
export interface RunParts extends ClientParts<RunStages> {
  /** Everything has ended: closes what the run wrote, and reads it. */
  audit(): Wait<AuditedRun>;
}

/** A finished run. */
export interface RunEnd {
  readonly end: Summary["end"];
  /** From the start of the run until its last role has ended, ms. */
  readonly durationMs: number;
  /**
   * When the run was ended early or given up, ms on its clock: it closed what was live then. Later than the end when it
   * was not.
   */
  readonly cutAtMs: number;
  readonly audit: readonly AgentAudit[];
  readonly evidence: RunEvidence;
}

/** Starts the run, and has its plan carried out: until the clients have ended. */
export function* carryOutPlan<Stages extends Pick<RunStages, "originMs"> & { readonly clients: RunStage<unknown> }>(
  parts: ClientParts<Stages>,
): Steps<{ readonly stages: Stages; readonly stoppedAt: number; readonly giveUpAt: number }> {
  const stages = yield* wait(parts.start());
  const { clients, originMs } = stages;
  const { open } = parts;
  const until = originMs + parts.giveUpAfterMs;
  const isOver = (): boolean => parts.earlyEnd() !== undefined || clients.isDone() || open?.isOver() === true;
  yield* wait(parts.until(isOver, until));
  const stoppedAt = parts.clock.now();
  const giveUpAt = open === undefined ? until : stoppedAt + open.drainMs;
  parts.liftPauses();
  clients.stop(giveUpAt);
  yield* wait(parts.untilDone(clients));
  return { stages, stoppedAt, giveUpAt };
}

export function* runLifecycle(parts: RunParts): Steps<RunEnd> {
  const { clock } = parts;
  const endsEarly = (): boolean => parts.earlyEnd() !== undefined;
  const {
    stages: { clients, io, tasks, originMs },
    stoppedAt,
    giveUpAt,
  } = yield* carryOutPlan(parts);

  const isCut = endsEarly();
  let cutAtMs = isCut ? stoppedAt : giveUpAt;
  const drainUntil = isCut ? clock.now() + GRACEFUL_STOP_MS : Math.max(giveUpAt, clock.now());
  io.stop(drainUntil);
  if (!isCut) {
    yield* wait(parts.untilDone(io, endsEarly));
    if (endsEarly()) {
      cutAtMs = Math.min(cutAtMs, clock.now());
      io.stop(clock.now() + GRACEFUL_STOP_MS);
    }
  }
  yield* wait(parts.untilDone(io));

  tasks.stop(drainUntil);
  yield* wait(parts.untilDone(tasks));

  // A run that is interrupted at once ends before its first worker was to arrive.
  const durationMs = Math.max(1, clock.now() - originMs);
  const audited = yield* wait(parts.audit());
  const ioEvidence = at(io.evidence(), 0);
  const taskEvidence = tasks.evidence();
  const evidence = gatherEvidence({
    clients: clients.evidence().flat(),
    pool: ioEvidence.pool,
    tasks: taskEvidence.flatMap(({ agents }) => agents),
    gauges: [...ioEvidence.gauges, ...taskEvidence.flatMap(({ gauges }) => gauges)],
    ...audited,
  });
  const end = parts.earlyEnd() ?? { how: "finished", why: null };
  return { end, durationMs, cutAtMs, audit: audited.audit, evidence };
}
