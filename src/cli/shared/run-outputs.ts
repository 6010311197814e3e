/** The files for the programs of a CI that a run writes. */
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
