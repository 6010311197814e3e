/**
 * The direction of dependency (docs/architecture.md): arrows point down only.
 *   cli → engine, explore → scenario, live → model → db → sync → vocabulary;  measure and report stand aside and import nothing above
 * themselves. The platform (sync, db, model, live) imports nothing of the harness.
 */
const may = {
  vocabulary: [],
  sync: ["vocabulary"],
  measure: ["db", "sync", "vocabulary"],
  db: ["sync", "vocabulary"],
  model: ["db", "sync", "vocabulary"],
  live: ["model", "db", "sync", "vocabulary"],
  scenario: ["measure", "vocabulary"],
  report: ["measure", "vocabulary"],
  explore: ["live", "model", "db", "sync", "measure", "vocabulary"],
  trace: ["vocabulary"],
  bench: ["scenario", "live", "model", "db", "sync", "measure", "report", "vocabulary"],
  engine: ["scenario", "live", "model", "db", "sync", "measure", "report", "trace", "vocabulary"],
};

module.exports = {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphan",
      severity: "error",
      from: { orphan: true, pathNot: "^src/(index|.*-thread|.*-process|.*-entry)\\.ts$|\\.d\\.ts$" },
      to: {},
    },
    ...Object.entries(may).map(([folder, below]) => ({
      name: `${folder}-imports-only-below`,
      severity: "error",
      from: { path: `^src/${folder}/` },
      to: { path: "^src/", pathNot: `^src/(${[folder, "vocabulary", ...below].join("|")})/` },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
