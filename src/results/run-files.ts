/** What the files in a run's directory are called. */

/** Those that a finished run has. */
export const RUN_FILES = {
  summary: "summary.json",
  hlog: "latency.hlog",
  scenario: "scenario.yaml",
  trace: "trace.bin",
  database: "run.db",
  reportData: "report.json",
  report: "report.html",
} as const;

/** Those that a run has from its beginning on; the acknowledgements are of runs on real threads only. */
export const JOURNAL_FILES = { run: "run.json", acknowledgements: "acknowledgements.log" } as const;

/** The folder of the files that people handed in with their work; of runs that serve browsers only. */
export const FILES_FOLDER = "files";
