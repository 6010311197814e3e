/**
 * `acknowledgements.log`, to which clients add a line for everything that is acknowledged to them. The log is theirs, not the
 * database's: it is what the database is checked against.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { JOURNAL_FILES } from "./run-files.js";

/** Something that was acknowledged to a client: a status of its agent, or `submit`. */
export interface Acknowledgement {
  /** As `getAgentId()` gives it. */
  readonly agentId: string;
  readonly what: string;
}

/** The line of an acknowledgement, with its end. */
export function acknowledgementLine({ agentId, what }: Acknowledgement): string {
  return `${agentId} ${what}\n`;
}

/** What clients noted in the run in `directory`, in the order in which they did. A last line that was cut off is none. */
export function readAcknowledgements(directory: string): Acknowledgement[] {
  let text: string;
  try {
    text = readFileSync(join(directory, JOURNAL_FILES.acknowledgements), "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const space = line.indexOf(" ");
      return { agentId: line.slice(0, space), what: line.slice(space + 1) };
    });
}
