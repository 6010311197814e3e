/** The files that a run writes for CI tools. */
import { runBenchmarkJson, runJUnit, runMarkdown } from "../../report/index.js";
import type { Summary } from "../../results/index.js";
import type { CiFiles } from "./ci-files.js";

export function runCiFiles(summary: Summary): CiFiles {
  return {
    markdown: () => runMarkdown(summary),
    junit: () => runJUnit(summary),
    "benchmark-json": () => runBenchmarkJson(summary),
  };
}
