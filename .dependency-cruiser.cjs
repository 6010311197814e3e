/**
 * The direction of dependency (docs/architecture.md): arrows point down only.
 *   cli → engine, explore → scenario, live → model → db → sync;  measure and report stand aside and import nothing above themselves.
 */
const may = {
  vocabulary: [],
  sync: [],
  measure: [],
  db: ["sync"],
  model: ["db", "sync"],
  live: ["model", "db", "sync", "measure"],
  scenario: ["measure"],
  report: ["measure"],
  explore: ["live", "model", "db", "sync", "measure"],
  trace: [],
  bench: ["scenario", "live", "model", "db", "sync", "measure", "report"],
  engine: ["scenario", "live", "model", "db", "sync", "measure", "report", "trace", "bench"],
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
