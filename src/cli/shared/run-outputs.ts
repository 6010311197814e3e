/** The files that a run writes for CI tools. */
import { runBenchmarkJson, runJUnit, runMarkdown } from "../../report/index.js";
import type { Summary } from "../../results/index.js";
import type { Outputs } from "./output-options.js";

export function runOutputs(summary: Summary): Outputs {
  return {
    markdown: () => runMarkdown(summary),
    junit: () => runJUnit(summary),
    "benchmark-json": () => runBenchmarkJson(summary),
  };
}
