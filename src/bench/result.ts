/** The result of `simulate bench`: figures and the machine, as JSON for `simulate compare`. */
import { availableParallelism, cpus, loadavg } from "node:os";
import { z } from "zod";
import { firstIssue } from "../results/index.js";
import { at } from "../vocabulary/index.js";
import { figureSchema, ratiosOf, type Bench, type BenchOptions, type Figure } from "./figure.js";

export const resultSchema = z.object({
  /** The version of the format. It changes when a field is removed or changes its meaning. */
  version: z.literal(1),
  kind: z.literal("crowdstorm-bench"),
  /** Start, ISO 8601, UTC. */
  startedAt: z.string(),
  machine: z.object({
    node: z.string(),
    platform: z.string(),
    cpu: z.string(),
    cores: z.int().positive(),
    /** The load average of the minute before the start: the number of running and ready processes. */
    load: z.number().nonnegative(),
  }),
  figures: z
    .array(figureSchema)
    .refine((figures) => new Set(figures.map(({ name }) => name)).size === figures.length, "must have unique names"),
});
export type BenchResult = z.infer<typeof resultSchema>;

export interface MeasureOptions extends BenchOptions {
  readonly rounds: number;
  /** Called before each benchmark. */
  readonly onStart?: (bench: Bench) => void;
}

/** Measures the benchmarks in their order. Rejects when one fails. */
export async function measureAll(
  benches: readonly Bench[],
  { rounds, onStart, ...options }: MeasureOptions,
): Promise<BenchResult> {
  const startedAt = new Date().toISOString();
  const load = at(loadavg(), 0);
  const figures: Figure[] = [];
  for (const bench of benches) {
    onStart?.(bench);
    figures.push(...(await bench.measure(rounds, options)));
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
 * The part of a result that is valid on other machines too: ratios to the floor, and memory. It is for a baseline in
 * the repository. Absolute times would compare machines.
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

/** Parses a result. The message of the error is one line that names `path`. @throws ResultFormatError */
export function parseResult(text: string, path: string): BenchResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ResultFormatError(`${path}: invalid JSON: ${(error as Error).message}`, { cause: error });
  }
  const parsed = resultSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ResultFormatError(`${path}: invalid result of simulate bench: ${firstIssue(parsed.error)}`);
}

/** A file is not a result of `simulate bench`, or a result of another version. */
export class ResultFormatError extends Error {
  override readonly name = "ResultFormatError";
}
