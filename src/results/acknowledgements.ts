/**
 * `acknowledgements.log`, to which clients add a line for everything that is acknowledged to them. The log is theirs, not the
 * database's: it is what the database is checked against.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ResultsError } from "./results-error.js";
import { JOURNAL_FILES } from "./run-files.js";
import { whySystemFailed } from "../vocabulary/index.js";

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

/** A line of the log. A status may have blanks, an id has none. */
const LINE = /^\S+ \S.*$/;

/**
 * What clients noted in the run in `directory`, in the order in which they did. A last line that was cut off is none.
 * @throws ResultsError when the log is missing or damaged: nothing is known then of what was acknowledged
 */
export function readAcknowledgements(directory: string): Acknowledgement[] {
  const path = join(directory, JOURNAL_FILES.acknowledgements);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ResultsError(`cannot read ${path}: ${whySystemFailed(error)}`, { cause: error });
  }
  return text
    .split("\n")
    .slice(0, -1)
    .map((line, at) => {
      if (!LINE.test(line))
        throw new ResultsError(`${path}:${at + 1}: damaged: not the id of an agent and what it was told`);
      const space = line.indexOf(" ");
      return { agentId: line.slice(0, space), what: line.slice(space + 1) };
    });
}
