/**
 * The rooms and what each may import (docs/architecture.md): arrows point down only. A room is entered through its index.ts.
 * The platform is the system under test: it imports nothing of the harness.
 */
const platform = ["platform/live", "platform/model", "platform/db", "platform/sync", "vocabulary"];
const may = {
  vocabulary: [],
  "platform/sync": ["vocabulary"],
  "platform/db": ["platform/sync", "vocabulary"],
  "platform/model": ["platform/db", "platform/sync", "vocabulary"],
  "platform/live": ["platform/model", "platform/db", "platform/sync", "vocabulary"],
  "platform/server": platform,
  "platform/server/protocol": platform,
  "platform/server/router": ["platform/server/protocol", ...platform],
  "platform/server/router-server": ["platform/server/router", "platform/server/protocol", ...platform],
  "platform/server/gateway": ["platform/server/router", "platform/server/protocol", ...platform],
  "platform/server/conformance": ["platform/server/router", "platform/server/protocol", ...platform],
  "load/measure": ["platform/db", "platform/sync", "vocabulary"],
  "load/scenario": ["load/measure", "vocabulary"],
  "load/check": ["load/measure", ...platform],
  "load/demo": platform,
  "load/workers": ["load/check", "load/measure", "load/scenario", ...platform],
  "load/network": ["load/workers", "load/check", "load/measure", "load/scenario", "platform/server", ...platform],
  "replay/trace": ["vocabulary"],
  results: ["load/check", "load/measure", "vocabulary", ...platform],
  "replay/history": ["results", ...platform],
  report: ["results", "load/check", "load/measure", "vocabulary"],
  "load/faults": ["replay/trace", "load/check", "load/measure", "load/scenario", ...platform],
  "load/run": ["load", "report", "results", "replay", "platform/server", ...platform],
  "load/capacity": ["results", "load/check", "load/measure", "load/scenario", ...platform],
  outputs: ["results", "load/measure", "vocabulary"],
  explore: ["load/measure", ...platform],
  distributed: ["explore", "load", "results", ...platform],
  bench: ["load/capacity", "load/check", "load/measure", "load/scenario", "report", "results", ...platform],
};

/** Rooms within rooms, and rooms whose folders above are none. */
const rooms = [...Object.keys(may), "load/measure/floor", "load/measure/machine", "platform/model/conformance"];

/** Imports past a room's index.ts, or against the arrows: who imports what, and why. */
const exceptions = [
  [
    "^report/(page/|(draw-sequence|escape-markup)\\.ts$)",
    "^results/(data|capacity-data|sequence-diagram)\\.ts$",
    "the browser's scripts are compiled without Node's types",
  ],
  ["^report/(page/|(draw-sequence|escape-markup)\\.ts$)", "^vocabulary/", "the same"],
  ["^load/(run/threads|faults)/", "^load/scenario/(build-plan|random)\\.ts$", "worker threads start without zod"],
  [
    "^load/run/threads/",
    "^replay/history/(history-writer|history-recorder)\\.ts$",
    "worker threads start without the reader",
  ],
  ["^load/run/threads/", "^results/(acknowledgements|results-error)\\.ts$", "worker threads start without zod"],
  ["^replay/history/", "^results/results-error\\.ts$", "the recorder runs in worker threads, which start without zod"],
  ...["trace", "history"].map((room) => [
    `^replay/${room}/`,
    "^replay/(byte-reader|file-reader)\\.ts$",
    "traces and histories share how they are read",
  ]),
  [
    "^load/faults/",
    "^load/run/roles/role\\.ts$",
    "the back end for threads wraps what a role is given, and role.ts says what that is",
  ],
  [
    "^load/scenario/",
    "^load/measure/(thresholds|threshold-error|metrics|tagged-metric|tags)\\.ts$",
    "scenarios are read without histograms and Prometheus",
  ],
  ...[
    "explore/strategies",
    "load/faults/fault-table",
    "load/run/(run-limits|network/listen-address)",
    "load/scenario/(format-duration|nearest|plan-size|scenario-error|shipped-scenarios)",
    "platform/sync/mailbox",
    "results/(results-error|run-command|run-files)",
  ].map((file) => ["^cli/", `^${file}\\.ts$`, "--help, list and the first line of a run load little"]),
];
const inSource = (pattern) => pattern.replace("^", "^src/");
const pastInto = (room) => exceptions.filter(([, to]) => to.startsWith(`^${room}/`));

/** What a room's outside may import of it: the index.ts of the room and of the rooms within. */
const entrances = (room) =>
  `^src/(${rooms.filter((other) => `${other}/`.startsWith(`${room}/`)).join("|")})/index\\.ts$`;
/** Who is in the list of exceptions may import that too. */
const entranceRules = (room) => {
  const excused = pastInto(room);
  const importers = [...new Set(excused.map(([from]) => from))];
  const rule = (name, from, to) => ({
    name: `${room.replaceAll("/", "-")}-is-entered-through-its-index${name}`,
    severity: "error",
    from,
    to: { path: `^src/${room}/`, pathNot: [entrances(room), ...to] },
  });
  return [
    rule("", { path: "^src/", pathNot: [`^src/${room}/`, ...importers.map(inSource)] }, []),
    ...importers.map((importer, number) =>
      rule(
        `-or-an-exception-${number + 1}`,
        { path: inSource(importer) },
        excused.filter(([from]) => from === importer).map(([, to]) => inSource(to)),
      ),
    ),
  ];
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
    ...Object.entries(may).map(([room, below]) => ({
      name: `${room.replaceAll("/", "-")}-imports-only-below`,
      severity: "error",
      from: { path: `^src/${room}/` },
      to: {
        path: "^src/",
        pathNot: [
          `^src/(${[room, ...below].join("|")})/`,
          ...exceptions.filter(([from]) => from === `^${room}/`).map(([, to]) => inSource(to)),
        ],
      },
    })),
    ...rooms.flatMap(entranceRules),
    {
      name: "only-the-command-line-imports-itself",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { path: "^src/cli/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
  },
};
