/** The options that several commands share. This file imports little, because `--help` loads it. */
import { MAILBOX_KINDS } from "../../platform/sync/mailbox.js";

export const resultsOption = {
  type: "string",
  requiresArg: true,
  default: "results",
  describe: "Directory of the runs",
} as const;

export const mailboxOption = {
  choices: MAILBOX_KINDS,
  default: "sound",
  describe: "Order of the steps in the mailbox",
} as const;

export const recordOption = {
  type: "boolean",
  default: true,
  describe: "Record the order of operations on real threads, for the command `replay`; --no-record turns it off",
} as const;

export const redisOption = {
  type: "string",
  requiresArg: true,
  describe: "URL of Redis, such as redis://queue.example:6379, or rediss:// for TLS; REDIS_PASSWORD is its password",
} as const;

export const quietOption = {
  alias: "q",
  type: "boolean",
  default: false,
  describe: "Print no progress and no summary: only the verdict, the reasons and the directory of what does not pass",
} as const;

export const byOption = {
  choices: ["behaviour", "phase"],
  requiresArg: true,
  describe: "Print latencies and counters also by behaviour of the workers, or by phase of the run; may be repeated",
} as const;

export const jsonOption = { type: "boolean", default: false, describe: "Print JSON instead of text" } as const;

export const htmlOption = {
  type: "string",
  describe: "Write the page to this file and print its path [default: in the run's directory]",
} as const;

export const openOption = {
  type: "boolean",
  default: false,
  describe: "Write the page and open it in the browser",
} as const;

export const outputOption = { alias: "o", type: "string", requiresArg: true } as const;

/** The options that determine the plan of a run. Numbers are parsed as text, so that messages can quote them. */
export const planOptions = {
  scenario: {
    alias: "s",
    type: "string",
    requiresArg: true,
    describe:
      "Name of a scenario (the command `list` has them), path of a YAML file or module, or - for standard input",
  },
  seed: {
    type: "string",
    requiresArg: true,
    describe: "Whole number; the same seed gives the same plan [default: the scenario's]",
  },
  workers: {
    type: "string",
    requiresArg: true,
    describe:
      "Number of simulated workers; scales the arrival rates, or how many are kept at once [default: the scenario's]",
  },
  duration: {
    type: "string",
    requiresArg: true,
    describe: "Duration of the arrivals, such as 30s; scales stages and windows [default: the scenario's]",
  },
} as const;

/** The options that change fields of the scenario. */
export const changeOptions = {
  set: {
    type: "string",
    requiresArg: true,
    describe: "Set a field of the scenario, such as task.workTime=5ms; may be repeated",
  },
  threshold: {
    type: "string",
    requiresArg: true,
    describe: "Replace the thresholds of a metric, such as 'live_update_latency=p(99)<50'; may be repeated",
  },
} as const;

/** What a warning is to `run` and `validate`; other commands have a description of their own. */
export const strictOption = {
  type: "boolean",
  default: false,
  describe: "Fail on warnings about the plan, and on what was planned and did not happen",
} as const;

/** The files that runs and comparisons write for CI tools. */
export const ciFileOptions = {
  markdown: {
    type: "string",
    requiresArg: true,
    describe: "Write the outcome as Markdown, for the summary of a CI job, to this file",
  },
  junit: { type: "string", requiresArg: true, describe: "Write the outcome as JUnit XML to this file" },
  "benchmark-json": {
    type: "string",
    requiresArg: true,
    describe: "Write the figures for github-action-benchmark (customSmallerIsBetter) to this file",
  },
} as const;

/** The default of `--least-effect`, percent. */
export const MIN_EFFECT = "5";

/** The options of commands that compare two results. */
export const comparisonOptions = {
  "least-effect": {
    type: "string",
    requiresArg: true,
    describe: `Smallest change that counts, in percent [default: ${MIN_EFFECT}]`,
  },
  ...ciFileOptions,
} as const;

/** The default port of the dashboard: that of k6's dashboard. */
export const DASHBOARD_PORT = 5665;

/** The default number of rounds of `simulate bench`. */
export const BENCH_ROUNDS = 7;

/**
 * The same with `--against`. With fewer rounds, noise on a shared machine hides a slowdown of 10 % in one of many
 * metrics (test/system/exhaustive/recorded.test.ts).
 */
export const PAIRED_BENCH_ROUNDS = 40;

/** The shells of `simulate completion`. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The option with which the script requests completions. yargs defines the name. */
export const COMPLETION_REQUEST = "get-yargs-completions";

/** The server of metrics. */
export const metricsOptions = {
  "metrics-port": {
    type: "string",
    requiresArg: true,
    describe: "Serve metrics as Prometheus text on this port (/metrics) as long as the command runs",
  },
  "metrics-host": {
    type: "string",
    requiresArg: true,
    describe: "Address of the metrics server [default: 127.0.0.1]",
  },
} as const;
