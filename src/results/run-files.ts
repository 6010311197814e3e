/** The names of the files in a run's directory. */

/** The files of a finished run. */
export const RUN_FILES = {
  summary: "summary.json",
  hlog: "latency.hlog",
  scenario: "scenario.yaml",
  trace: "trace.bin",
  database: "run.db",
  reportData: "report.json",
  report: "report.html",
} as const;

/** The files of a run from its start on. Only runs on real threads have acknowledgements. */
export const JOURNAL_FILES = { run: "run.json", acknowledgements: "acknowledgements.log" } as const;

/** The folder of the files that people handed in with their work; of runs that serve browsers only. */
export const FILES_FOLDER = "files";
