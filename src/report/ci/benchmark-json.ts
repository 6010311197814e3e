/** Figures for the tool `customSmallerIsBetter` of github-action-benchmark: a list of entries; smaller is better. */
import { jsonText } from "../../vocabulary/index.js";

export interface BenchmarkEntry {
  /** Identifies the chart, so it is the same for every commit. */
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** The spread, as text: `± 0.12`. */
  readonly range?: string;
  /** Shown with the point; can have several lines. */
  readonly extra?: string;
}

/** The text of the file. */
export function benchmarkJson(entries: readonly BenchmarkEntry[]): string {
  return jsonText(entries);
}
