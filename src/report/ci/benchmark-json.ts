/** Figures for github-action-benchmark, its tool `customSmallerIsBetter`: a list of entries, of which less is better. */

export interface BenchmarkEntry {
  /** The same from commit to commit: what the chart is drawn by. */
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** The spread, as text: `± 0.12`. */
  readonly range?: string;
  /** Shown beside the point; may have several lines. */
  readonly extra?: string;
}

/** The file's text. */
export function benchmarkJson(entries: readonly BenchmarkEntry[]): string {
  return `${JSON.stringify(entries, null, 2)}\n`;
}
