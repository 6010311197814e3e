/** The options that several commands share. This file imports almost nothing: `--help` loads it. */
import { MAILBOX_KINDS } from "../../platform/sync/mailbox.js";

export const resultsOption = {
  type: "string",
  requiresArg: true,
  default: "results",
  describe: "Where the runs' directories are",
} as const;

export const mailboxOption = {
  choices: MAILBOX_KINDS,
  default: "sound",
  describe: "The mailbox's order of steps",
} as const;

export const quietOption = {
  alias: "q",
  type: "boolean",
  default: false,
  describe: "No progress, no summary: the exit code and the files only",
} as const;

export const jsonOption = { type: "boolean", default: false, describe: "Print JSON instead of text" } as const;

export const htmlOption = {
  type: "string",
  describe: "Write the page, and print where it is; to this file [default: in the run's directory]",
} as const;

export const openOption = {
  type: "boolean",
  default: false,
  describe: "As --html, and open it in the browser",
} as const;

export const outputOption = { alias: "o", type: "string", requiresArg: true } as const;

/** The options that decide what the workers of a run do. Numbers are read as text, so that what was typed can be quoted when it is none. */
export const planOptions = {
  scenario: {
    alias: "s",
    type: "string",
    requiresArg: true,
    describe: "Name of a scenario (see `simulate list`), or path of a YAML file or module; - for standard input",
  },
  seed: {
    type: "string",
    requiresArg: true,
    describe: "Whole number; the same seed gives the same plan [default: the scenario's]",
  },
  workers: {
    type: "string",
    requiresArg: true,
    describe: "Simulated workers; scales the rates of arrival [default: the scenario's]",
  },
  duration: {
    type: "string",
    requiresArg: true,
    describe: "How long workers arrive, such as 30s; stretches stages and windows [default: the scenario's]",
  },
} as const;

/** The files for a CI that runs and comparisons write. */
export const outputOptions = {
  markdown: {
    type: "string",
    requiresArg: true,
    describe: "Write the outcome as Markdown to this file: for the summary of a CI job",
  },
  junit: { type: "string", requiresArg: true, describe: "Write it as JUnit XML" },
  "benchmark-json": {
    type: "string",
    requiresArg: true,
    describe: "Write its figures for github-action-benchmark (customSmallerIsBetter)",
  },
} as const;

/** The default of `--least-effect`, percent. */
export const MIN_EFFECT = "5";

/** The options of commands that compare two results. */
export const comparisonOptions = {
  "least-effect": {
    type: "string",
    requiresArg: true,
    describe: `Changes below this many percent do not matter [default: ${MIN_EFFECT}]`,
  },
  ...outputOptions,
} as const;

/** The port of the dashboard when `--dashboard` has no value: k6's port for the same purpose. */
export const DASHBOARD_PORT = 5665;

/** How often `simulate bench` measures each benchmark by default. */
export const BENCH_ROUNDS = 7;

/**
 * The same with `--against`. With fewer rounds a slowdown of 10 % in one of many metrics is lost in the noise of a shared machine
 * (test/bench/recorded.test.ts).
 */
export const PAIRED_BENCH_ROUNDS = 40;

/** The shells that `simulate completion` writes a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The option by which the script asks what completes the words after it; the name is yargs' own. */
export const COMPLETION_REQUEST = "get-yargs-completions";
