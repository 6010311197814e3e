/**
 * What the coordinator of a run and its machines tell each other. Everything that comes from another machine is
 * checked: its form, its size, and that it can be merged. Times are ms; those of notes and snapshots count from the
 * start of the run, so that no machine's clock is in them.
 */
import { z } from "zod";
import {
  COUNTER_NAMES,
  GAUGE_NAMES,
  isTrendCounts,
  RATE_NAMES,
  TREND_NAMES,
  type ProcessHealth,
  type RecorderSnapshot,
  type ThreadHealth,
} from "../../measure/index.js";
import type { MachineUse, MachineVerdict } from "../../measure/machine/index.js";
import type { NetworkNotesReport } from "../../network/index.js";
import type { PlanOptions } from "../../scenario/index.js";
import { notesSchema, packNotes } from "./pack-notes.js";
import type { ClockOffset } from "./shared-clock.js";
import type { PlanShard } from "./plan-shards.js";

/** From the coordinator to a machine, in this order; `stop` and `abort` at any time. */
export type ToMachine =
  /** Get ready: data only. The plan is built there, and its hash compared. */
  | {
      readonly kind: "prepare";
      readonly scenario: string;
      readonly plan: PlanOptions;
      readonly planHash: string;
      readonly target: string;
      /** Of the names of workers and registrations. */
      readonly prefix: string;
      readonly shard: PlanShard;
    }
  /** The run starts at this time of the shared clock. */
  | { readonly kind: "start"; readonly atMs: number }
  /** No more workers arrive, and the present ones stop. */
  | { readonly kind: "stop" }
  /** Leave everything. */
  | { readonly kind: "abort"; readonly why: string };

/** What was used of a machine while it generated its share of the load. */
export interface UseReport extends Pick<MachineVerdict, "pressureShare" | "othersIncludeTarget"> {
  readonly use: MachineUse;
}

/** What a machine hands over at its end. */
export interface ShardReport {
  readonly notes: readonly NetworkNotesReport[];
  readonly snapshots: readonly RecorderSnapshot[];
  readonly threads: readonly ThreadHealth[];
  readonly process: ProcessHealth;
  /** What it and others used of its cores, to be judged. */
  readonly machine: UseReport;
  /** The shared clock, at the end of the run. */
  readonly clock: ClockOffset;
  /** How much later than agreed its timer for the start ran. */
  readonly startLateMs: number;
}

/** From a machine to the coordinator. */
export type FromMachine =
  /** Its threads wait for the start. `aheadMs`: how far its clock is ahead of the shared one. */
  | { readonly kind: "ready"; readonly clock: ClockOffset; readonly aheadMs: number }
  /** It does not take part: why, a clause. */
  | { readonly kind: "refused"; readonly why: string }
  /** What makes the verdict doubtful before the start, one line. */
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "progress"; readonly snapshots: readonly RecorderSnapshot[] }
  /** Nothing that the run still does can succeed: why, one line. */
  | { readonly kind: "fatal"; readonly why: string }
  /** It leaves in the middle: why, a clause. */
  | { readonly kind: "left"; readonly why: string }
  | ({ readonly kind: "report" } & ShardReport);

const text = (length: number) => z.string().max(length);
const count = z.int().nonnegative();
const finite = z.number();

const shardSchema = z
  .object({ first: count, threads: z.int().positive(), of: z.int().positive() })
  .refine(({ first, threads, of }) => first + threads <= of);

export const toMachineSchema: z.ZodType<ToMachine> = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("prepare"),
    scenario: text(1 << 21),
    plan: z.object({
      seed: z.number().optional(),
      workers: z.number().optional(),
      durationMs: z.number().optional(),
    }),
    planHash: text(64),
    target: text(2048),
    prefix: text(512),
    shard: shardSchema,
  }),
  z.object({ kind: z.literal("start"), atMs: finite }),
  z.object({ kind: z.literal("stop") }),
  z.object({ kind: z.literal("abort"), why: text(2048) }),
]);

const countsSchema = z
  .object({
    index: count,
    buckets: z.array(z.int().min(0).max(0xffff)).transform((list) => Uint16Array.from(list)),
    counts: z.array(z.int().min(1).max(0xffffffff)).transform((list) => Uint32Array.from(list)),
    minNs: z.number().nonnegative(),
    maxNs: z.number().nonnegative(),
    sumNs: z
      .string()
      .regex(/^\d{1,40}$/)
      .transform(BigInt),
  })
  .refine(isTrendCounts, "counts that no recorder makes");

/** Its behaviour and its segment of the run (`Cell`). Whether the plan has them is checked where they are added up. */
const cell = { behaviour: count, segment: count };

const snapshotSchema = z.object({
  originMs: z.literal(0),
  intervalMs: z.number().positive(),
  trends: z.array(z.object({ ...cell, name: z.enum(TREND_NAMES), intervals: z.array(countsSchema) })),
  counters: z.array(z.object({ ...cell, name: z.enum(COUNTER_NAMES), count: finite })),
  rates: z.array(z.object({ ...cell, name: z.enum(RATE_NAMES), passes: count, total: count })),
  gauges: z.array(z.object({ name: z.enum(GAUGE_NAMES), thread: text(200), value: finite })),
});
type PackedSnapshot = z.input<typeof snapshotSchema>;
const snapshots = z.array(snapshotSchema).max(1000);

const clockSchema = z.object({ offsetMs: finite, uncertaintyMs: z.number().nonnegative() });
const why = text(2048);

const useReportSchema = z.object({
  use: z.object({
    waits: z.enum(["measured", "estimated"]),
    watchedMs: finite,
    cores: z.int().positive(),
    ownCores: finite,
    othersCores: finite,
    stolenCores: finite,
    throttledCores: finite,
    waitShare: finite,
    takenShare: finite,
    withheldShare: finite,
  }),
  pressureShare: finite.nullable(),
  othersIncludeTarget: z.boolean(),
});

const threadSchema = z.object({
  thread: text(200),
  watchedMs: finite,
  eventLoopDelay: z.object({ p50Ms: finite, p99Ms: finite, maxMs: finite }).nullable(),
  gc: z.object({ count, totalMs: finite, maxMs: finite, major: count }),
  times: z.object({ cpuMs: finite, waitedMs: finite.nullable() }).nullable(),
});

export const fromMachineSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready"), clock: clockSchema, aheadMs: finite }),
  z.object({ kind: z.literal("refused"), why }),
  z.object({ kind: z.literal("warning"), text: why }),
  z.object({ kind: z.literal("progress"), snapshots }),
  z.object({ kind: z.literal("fatal"), why }),
  z.object({ kind: z.literal("left"), why }),
  z.object({
    kind: z.literal("report"),
    notes: z.array(notesSchema).max(1000),
    snapshots,
    threads: z.array(threadSchema).max(1000),
    process: z.object({ cpuCores: finite, peakMemoryBytes: finite }),
    machine: useReportSchema,
    clock: clockSchema,
    startLateMs: finite,
  }),
]) satisfies z.ZodType<FromMachine>;

function packSnapshot({ intervalMs, trends, counters, rates, gauges }: RecorderSnapshot): PackedSnapshot {
  return {
    originMs: 0,
    intervalMs,
    trends: trends.map(({ intervals, ...rest }) => ({
      ...rest,
      intervals: intervals.map(({ index, buckets, counts, minNs, maxNs, sumNs }) => ({
        index,
        buckets: [...buckets],
        counts: [...counts],
        minNs,
        maxNs,
        sumNs: String(sumNs),
      })),
    })),
    counters: [...counters],
    rates: [...rates],
    gauges: [...gauges],
  };
}

/** The message as plain data, which {@link fromMachineSchema} reads. */
export function packFromMachine(message: FromMachine): unknown {
  if (message.kind === "progress") return { ...message, snapshots: message.snapshots.map(packSnapshot) };
  if (message.kind !== "report") return message;
  return { ...message, notes: message.notes.map(packNotes), snapshots: message.snapshots.map(packSnapshot) };
}
