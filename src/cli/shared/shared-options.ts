/** Options that several commands have; each means the same in all of them. */
import { MAILBOX_KINDS } from "../../platform/sync/index.js";

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
