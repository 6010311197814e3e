/** The identity of a run in the header of its trace: with the scenario it is enough to repeat the run. */
import { z } from "zod";
import type { PlanOptions } from "../../scenario/index.js";
import { MAILBOX_KINDS, type MailboxKind } from "../../../platform/sync/index.js";
import { TraceError, type TraceHeader } from "../../../replay/trace/index.js";
import { FAULTS, FAULT_KINDS, type FaultKind, type FaultRates } from "../../faults/index.js";

export interface RunIdentity {
  readonly planOptions: PlanOptions;
  readonly mailbox: MailboxKind;
  /** Absent: no faults. */
  readonly faultRates?: FaultRates | undefined;
}

const schema = z.object({
  seed: z.number().nullable(),
  workers: z.number().nullable(),
  durationMs: z.number().nullable(),
  mailbox: z.enum(MAILBOX_KINDS as ["sound", "reference"]),
  // An older trace does not have the newer kinds.
  faults: z.partialRecord(z.enum(FAULT_KINDS), z.number()).nullable(),
});

const NO_FAULTS = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>;

export function headerOf({
  planOptions: { seed, workers, durationMs },
  mailbox,
  faultRates,
}: RunIdentity): TraceHeader {
  return {
    seed: seed ?? null,
    workers: workers ?? null,
    durationMs: durationMs ?? null,
    mailbox,
    faults: faultRates === undefined ? null : notedRates(faultRates),
  } satisfies z.output<typeof schema>;
}

/** A kind that is off by default is written only if it is on, so that the traces of runs without it do not change. */
function notedRates(rates: FaultRates): Partial<FaultRates> {
  const noted = FAULT_KINDS.filter((kind) => rates[kind] > 0 || FAULTS[kind].rate > 0);
  return Object.fromEntries(noted.map((kind) => [kind, rates[kind]]));
}

/** @throws TraceError when the header of the trace at `path` has no valid identity */
export function identityOf(header: TraceHeader, path: string): RunIdentity {
  const read = schema.safeParse(header);
  if (!read.success) throw new TraceError(`${path}: its header does not name the run`);
  const { seed, workers, durationMs, mailbox, faults } = read.data;
  return {
    planOptions: { seed: seed ?? undefined, workers: workers ?? undefined, durationMs: durationMs ?? undefined },
    mailbox,
    faultRates: faults === null ? undefined : { ...NO_FAULTS, ...faults },
  };
}
