/** The schema of `report.json`, whose types are in data.ts. */
import { z } from "zod";
import { PHASES } from "../load/measure/index.js";
import { REPORT_DATA_VERSION, type ReportData } from "./data.js";
import { reasonMissing } from "./schema-fields.js";
import type { SequenceDiagram } from "./sequence-diagram.js";

const number = z.number();
const numbers = z.array(number);
const text = z.string();
/** The index of an element of a list. */
const index = z.int().nonnegative();

const haveOneLength = (...columns: readonly (readonly unknown[])[]): boolean =>
  new Set(columns.map(({ length }) => length)).size <= 1;
const ONE_LENGTH = "must have columns of one length";

const sequence: z.ZodType<SequenceDiagram> = z.object({
  columns: z.array(text),
  rows: z.array(
    z.object({
      column: index,
      at: text,
      text,
      kind: z.enum(["call", "fault", "bad"]).exactOptional(),
      gap: text.exactOptional(),
    }),
  ),
  bars: z.array(z.object({ column: index, from: index, to: index, kind: z.enum(["runs", "waits"]) })),
  arrows: z.array(
    z.object({
      from: index,
      to: z.union([index, z.object({ column: index, lost: z.literal(true).exactOptional() })]),
    }),
  ),
});

const statuses = z
  .object({ atMs: numbers, series: z.array(z.object({ status: text, agents: numbers })) })
  .refine(({ atMs, series }) => haveOneLength(atMs, ...series.map(({ agents }) => agents)), ONE_LENGTH);

const curve = z
  .object({ name: text, percent: numbers, ms: numbers })
  .refine(({ percent, ms }) => haveOneLength(percent, ms), ONE_LENGTH);

const orNull = z.array(number.nullable());
const parts = z.object({
  behaviours: z.array(z.object({ behaviour: text, count: numbers, p50: orNull, p99: orNull, curve })),
  phases: z.array(
    z.object({
      phase: z.enum(PHASES),
      span: text,
      fromMs: number,
      toMs: number,
      count: number,
      p50: number.nullable(),
      p99: number.nullable(),
      curve,
    }),
  ),
  omitted: z.object({ behaviours: number, spans: number }),
});

const report: z.ZodType<ReportData> = z.object({
  version: z.literal(REPORT_DATA_VERSION),
  runId: text,
  scenario: text,
  durationMs: number,
  phases: z.array(
    z.object({
      kind: z.enum(["arrivals", "disconnects", "drain", "shutdown", "fault"]),
      label: text,
      detail: text.exactOptional(),
      fromMs: number,
      toMs: number,
    }),
  ),
  faultMarks: z.array(z.object({ label: text, count: number, atMs: numbers })).exactOptional(),
  latency: z
    .object({
      lengthMs: number,
      startMs: numbers,
      count: numbers,
      p50: numbers,
      p90: numbers,
      p95: numbers.exactOptional(),
      p99: numbers,
      max: numbers,
      edgesMs: numbers,
      cells: z.array(numbers),
    })
    .refine(
      ({ startMs, count, p50, p90, p95 = p90, p99, max, cells }) =>
        haveOneLength(startMs, count, p50, p90, p95, p99, max, cells),
      ONE_LENGTH,
    ),
  percentiles: z.array(curve),
  statuses: z.object({ main: statuses, onboarding: statuses }),
  slowest: z.array(
    z.object({
      agentId: text,
      status: text,
      latencyMs: number,
      atMs: number,
      taken: number,
      history: z.array(z.object({ status: text, atMs: number })),
      endedAtMs: number.exactOptional(),
      ended: text.exactOptional(),
      sequence: sequence.exactOptional(),
    }),
  ),
  machine: z
    .object({
      waits: z.enum(["measured", "estimated"]).exactOptional(),
      cores: number,
      startMs: numbers,
      lengthMs: numbers,
      waitShare: numbers,
      takenShare: numbers,
      ownCores: numbers,
      othersCores: numbers,
    })
    .refine(
      ({ startMs, lengthMs, waitShare, takenShare, ownCores, othersCores }) =>
        haveOneLength(startMs, lengthMs, waitShare, takenShare, ownCores, othersCores),
      ONE_LENGTH,
    )
    .exactOptional(),
  scraped: z
    .object({
      url: text,
      atMs: numbers,
      series: z.array(
        z.object({ name: text, kind: z.enum(["gauge", "rate", "mean"]), values: z.array(number.nullable()) }),
      ),
      failed: number,
      why: text.exactOptional(),
    })
    .refine(({ failed, why }) => failed === 0 || why !== undefined, reasonMissing("why"))
    .exactOptional(),
  parts: parts.exactOptional(),
});

export const reportDataSchema = report.refine(
  ({ latency: { startMs }, parts: { behaviours } = { behaviours: [] } }) =>
    haveOneLength(startMs, ...behaviours.flatMap(({ count, p50, p99 }) => [count, p50, p99])),
  `parts ${ONE_LENGTH}`,
);
