/**
 * The folder that `simulate init --mephisto` writes: Mephisto's local architect starts it in the place of its own
 * router.
 */
import { stringify } from "yaml";
import { AGAIN_VARIABLE, jsonText } from "../../vocabulary/index.js";

/** What the folder depends on. */
export interface MephistoFolderOptions {
  /** The scenario's name. */
  readonly name: string;
  /** Where an editor finds the JSON Schema. */
  readonly schema: string;
  /** Where the document is that lists the metrics. */
  readonly metrics: string;
  /** The path of this program, and of the folder itself. */
  readonly program: string;
  readonly folder: string;
}

/** The files of the folder, by their paths in it. */
export function mephistoFolder(options: MephistoFolderOptions): ReadonlyMap<string, string> {
  return new Map([
    ["server.js", SERVER],
    [
      "package.json",
      jsonText({ name: options.name, private: true, type: "module", scripts: { start: "node server.js" } }),
    ],
    [
      "crowdstorm.json",
      jsonText({
        ...{ program: options.program, folder: options.folder },
        ...{ scenario: "scenario.yaml", results: "results", seed: 1, arguments: [] },
      }),
    ],
    ["scenario.yaml", scenario(options)],
    ["static/index.html", PAGE],
  ]);
}

const PAGE = `<!doctype html>
<title>crowdstorm</title>
<p>The workers of this task are simulated. Mephisto copies the task's own page over this one.</p>
`;

/** Mephisto runs a copy of the folder, which it removes at its end: nothing is kept in it. */
const SERVER = `/**
 * The router of a Mephisto task, with simulated workers: Mephisto's local architect copies this folder and runs this
 * file, with PORT set.
 *
 *   python run_task.py mephisto.architect.server_source_path=/path/to/this/folder
 *
 * What is run is in crowdstorm.json and scenario.yaml. The environment has precedence:
 *   CROWDSTORM_SCENARIO, CROWDSTORM_SEED, CROWDSTORM_WORKERS, CROWDSTORM_DURATION, CROWDSTORM_RESULTS, CROWDSTORM_DATABASE,
 *   CROWDSTORM_PROGRAM (the path of crowdstorm's dist/cli/main.js)
 *
 * In crowdstorm.json, "folder" is where this folder is on this machine: results are written below it, since Mephisto
 * removes the copy.
 */
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const settings = JSON.parse(readFileSync(here("./crowdstorm.json"), "utf8"));
const { env } = process;
const stop = (why) => {
  console.error(why);
  process.exit(1);
};
const inPath = (env.PATH ?? "").split(delimiter).map((directory) => join(directory, "simulate"));
const programs = env.CROWDSTORM_PROGRAM === undefined ? [settings.program, ...inPath] : [env.CROWDSTORM_PROGRAM];
const program = programs.find((path) => existsSync(path));
if (program === undefined)
  stop(\`crowdstorm is not at \${programs[0]}: set CROWDSTORM_PROGRAM to the path of its dist/cli/main.js\`);
if (env.CROWDSTORM_RESULTS === undefined && !existsSync(settings.folder))
  stop(\`there is no folder \${settings.folder}: set "folder" in crowdstorm.json to the path of the folder with this server.js\`);
const options = {
  scenario: env.CROWDSTORM_SCENARIO ?? here(\`./\${settings.scenario}\`),
  listen: \`127.0.0.1:\${env.PORT ?? 3000}\`,
  page: here("./static"),
  results: env.CROWDSTORM_RESULTS ?? resolve(settings.folder, settings.results),
  seed: env.CROWDSTORM_SEED ?? settings.seed,
  workers: env.CROWDSTORM_WORKERS ?? settings.workers,
  duration: env.CROWDSTORM_DURATION ?? settings.duration,
  database: env.CROWDSTORM_DATABASE ?? settings.database,
};
const given = Object.entries(options).filter(([, value]) => value !== undefined);
process.argv = [process.argv[0], program, ...given.flatMap(([name, value]) => [\`--\${name}\`, String(value)])];
process.argv.push(...(settings.arguments ?? []));
// What starts the same run again is Mephisto, as its copy of the folder does not last.
const quote = (text) => (/^[\\w@%+=:,./-]+$/.test(text) ? text : \`'\${text.replaceAll("'", "'\\\\''")}'\`);
const variables = ["SCENARIO", "SEED", "WORKERS", "DURATION", "RESULTS", "DATABASE", "PROGRAM"]
  .map((name) => \`CROWDSTORM_\${name}\`)
  .flatMap((name) => (env[name] === undefined ? [] : [\`\${name}=\${quote(env[name])}\`]));
const launch = ["python", "run_task.py", \`mephisto.architect.server_source_path=\${quote(settings.folder)}\`];
env.${AGAIN_VARIABLE} ??= [...variables, ...launch].join(" ");
await import(pathToFileURL(realpathSync(program)).href);
`;

function scenario({ name, schema, metrics }: MephistoFolderOptions): string {
  return `# yaml-language-server: $schema=${schema}
#
# Simulated workers for a Mephisto task. Durations have a unit: 250ms, 1.5s, 2m. Wherever a time or a number varies, write one value, or
#   { uniform: [from, to] }   { exponential: { mean } }   { normal: { mean, sd } }   { lognormal: { median, p95 } }
name: ${stringify(name).trimEnd()}
description: Workers arrive at a Mephisto task, work and submit; one in ten loses the connection for a moment.
incident: >-
  How many live workers does this task take before it breaks?

# The area under the rates is the number of workers: here 20 + 60. --workers scales the rates, --duration stretches the stages.
# The task needs as many units as there are workers.
arrivals:
  startRate: 0 # arrivals a second
  stages:
    - { duration: 4s, target: 10 } # the rate moves evenly to its target…
    - { duration: 6s, target: 10 } # …and stays there

target:
  # How the task's live updates and their replies look: chat, remote-procedure, echo, or static (no live updates). For another task,
  # write a module (defineDialect) and add "--dialect" and its path to the arguments of crowdstorm.json.
  dialect: chat
  client: direct # browser: a page gives up when the backend has been silent for 20 s
  # submits: # what workers submit; left out: what crowdstorm's own tasks take
  #   task: { anything: true }

task:
  blueprint: chat # static: the worker only submits
  unitsPerAssignment: 1 # more than 1: workers share an assignment, and wait for each other
  # onboarding: # if the task has one
  #   passRate: 1
  #   actions: 1
  #   thinkTime: 500ms
  liveUpdateTimeout: 30s # of no effect here: the task has its own
  submissionTimeout: 30s

# What workers do. The weights sum to 1. actions: so many live updates, then submit.
behaviours:
  diligent:
    weight: 0.9
    actions: { uniform: [3, 6] }
    thinkTime: { lognormal: { median: 1s, p95: 3s, max: 6s } }
  unlucky: # the connection drops at some moment of the window, and the worker comes back
    weight: 0.1
    actions: { uniform: [3, 6] }
    thinkTime: { lognormal: { median: 1s, p95: 3s, max: 6s } }
    disconnect:
      window: [2s, 8s] # counted from the start of the run
      reconnect: { probability: 0.8, after: { exponential: { mean: 2s, max: 6s } } }

thresholds: # a failed one is exit code 99. The metrics are listed in ${metrics}
  live_update_round_trip: ["p(99)<1000"]
  replies_unmatched: ["count==0"]
  errors: ["count==0"]

# How long the run may take to come to rest when the last worker has arrived.
drainTimeout: 60s
`;
}
