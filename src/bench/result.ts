/** The outcome of `simulate bench`: what was measured where, as JSON that `simulate compare` reads back. */
import { availableParallelism, cpus, loadavg } from "node:os";
import { z } from "zod";
import { figureSchema, ratiosOf, type Bench, type Figure } from "./figure.js";

export const resultSchema = z.object({
  /** Of this layout; changes when a field changes its meaning or goes. */
  version: z.literal(1),
  kind: z.literal("crowdstorm-bench"),
  /** Start, ISO 8601, UTC. */
  startedAt: z.string(),
  machine: z.object({
    node: z.string(),
    platform: z.string(),
    cpu: z.string(),
    cores: z.int().positive(),
    /** Processes that were running or ready, on average over the minute before the start: what the figures had to share the machine with. */
    load: z.number().nonnegative(),
  }),
  figures: z
    .array(figureSchema)
    .refine((figures) => new Set(figures.map(({ name }) => name)).size === figures.length, "must have no name twice"),
});
export type BenchResult = z.infer<typeof resultSchema>;

export interface MeasureOptions {
  readonly rounds: number;
  /** Called before each benchmark. */
  readonly onStart?: (bench: Bench) => void;
}

/** Measures one benchmark after the other. Rejects when one of them fails. */
export async function measureAll(benches: readonly Bench[], { rounds, onStart }: MeasureOptions): Promise<BenchResult> {
  const startedAt = new Date().toISOString();
  const [load = 0] = loadavg();
  const figures: Figure[] = [];
  for (const bench of benches) {
    onStart?.(bench);
    figures.push(...(await bench.measure(rounds)));
  }
  return resultSchema.parse({
    version: 1,
    kind: "crowdstorm-bench",
    startedAt,
    machine: {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model ?? "unknown",
      cores: availableParallelism(),
      load,
    },
    figures,
  } satisfies BenchResult);
}

/**
 * What of a result holds on other machines too: ratios to the floor, and memory. For a baseline that is kept with the sources;
 * absolute times in it would compare machines.
 */
export function toRatios(result: BenchResult): BenchResult {
  return {
    ...result,
    figures: result.figures.flatMap((figure) => {
      const ratios = ratiosOf(figure);
      if (ratios !== undefined) return [{ ...figure, unit: "ratio" as const, rounds: ratios, floor: null }];
      return figure.unit === "bytes" ? [figure] : [];
    }),
  };
}

/** Reads a result from JSON text. @throws ResultFormatError, whose message names `path` and says in one line what is wrong */
export function parseResult(text: string, path: string): BenchResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ResultFormatError(`${path}: is not JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = resultSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ResultFormatError(
    `${path}: is not a result of simulate bench: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`,
  );
}

/** A file is not a result of `simulate bench`, or of a version that this one does not read. */
export class ResultFormatError extends Error {
  override readonly name = "ResultFormatError";
}
