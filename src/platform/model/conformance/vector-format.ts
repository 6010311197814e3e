/**
 * The format of conformance vectors: gzipped JSON, a list of recorded sequences. Described in
 * test/data/conformance/README.md.
 */
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { AGENT_STATUSES } from "../../../vocabulary/index.js";
import type { Json } from "../../sync/index.js";

/** The file does not hold conformance vectors; the message says in one line what is wrong, and where. */
export class ConformanceFormatError extends Error {
  override readonly name = "ConformanceFormatError";
}

const json = z.json() as z.ZodType<Json>;
const data = z.record(z.string(), json);
const status = z.strictObject({ status: z.enum(AGENT_STATUSES) });
const timeout = z.strictObject({ timeoutMs: z.number().min(0).nullable() });
const nothing = z.strictObject({});
const recorded = { result: json, error: z.string().nullable(), after: data };

const operations = z.discriminatedUnion("op", [
  z.strictObject({
    op: z.enum(["pushAction", "observe", "handleSubmit"]),
    args: z.strictObject({ data }),
    ...recorded,
  }),
  z.strictObject({ op: z.enum(["updateStatus", "dbSetStatus"]), args: status, ...recorded }),
  z.strictObject({ op: z.enum(["act", "getLiveUpdate", "awaitSubmit"]), args: timeout, ...recorded }),
  z.strictObject({
    op: z.enum(["getStatus", "shutdown", "setLiveRun", "markDone", "approveWork", "softRejectWork", "rejectWork"]),
    args: nothing,
    ...recorded,
  }),
]);

const sequence = z.strictObject({
  variant: z.enum(["onboarding-v0", "onboarding-v1", "agent-v0", "agent-v1"]),
  seed: json,
  initial: z.strictObject({ agentId: z.string(), after: data }),
  steps: z.array(operations),
});

/** One operation, and what the original's classes did. */
export type ConformanceStep = z.infer<typeof operations>;

/** The operations on one agent, in order. */
export type ConformanceSequence = z.infer<typeof sequence>;

/** The class under test: its kind and generation. */
export type Variant = ConformanceSequence["variant"];

/** @throws ConformanceFormatError */
export function readVectors(gzipped: Uint8Array): ConformanceSequence[] {
  let text: string;
  try {
    text = gunzipSync(gzipped).toString("utf8");
  } catch (error) {
    throw new ConformanceFormatError("not a gzip file; conformance vectors are gzipped JSON", { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConformanceFormatError(`not JSON inside the gzip: ${(error as Error).message}`, { cause: error });
  }
  const parsed = z.array(sequence).safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.reduce<string>(
    (path, key) => path + (typeof key === "number" ? `[${key}]` : `.${String(key)}`),
    "",
  );
  throw new ConformanceFormatError(`not conformance vectors: ${at ? `at ${at}: ` : ""}${issue?.message ?? "invalid"}`, {
    cause: parsed.error,
  });
}
