/**
 * `acknowledgements.log`. The clients append a line for each acknowledgement that they receive. The database is checked
 * against this log, so the database does not write it.
 */
import { join } from "node:path";
import { readText } from "./read-text.js";
import { ResultsError } from "./results-error.js";
import { JOURNAL_FILES } from "./run-files.js";

/** An acknowledgement that a client received: a status of its agent, or `submit`. */
export interface Acknowledgement {
  /** As `getAgentId()` returns it. */
  readonly agentId: string;
  readonly what: string;
}

/** The line of an acknowledgement, with its line break. */
export function acknowledgementLine({ agentId, what }: Acknowledgement): string {
  return `${agentId} ${what}\n`;
}

/** A line of the log. A status can contain spaces, an id cannot. */
const LINE = /^\S+ \S.*$/;

/**
 * The acknowledgements in the log of the run in `directory`, in their order. An incomplete last line is ignored.
 * @throws ResultsError when the log is missing or damaged, so that the acknowledgements are unknown
 */
export function readAcknowledgements(directory: string): Acknowledgement[] {
  const path = join(directory, JOURNAL_FILES.acknowledgements);
  return readText(path)
    .split("\n")
    .slice(0, -1)
    .map((line, at) => {
      if (!LINE.test(line))
        throw new ResultsError(`${path}:${at + 1}: invalid line: expected the id of an agent and a status or "submit"`);
      const space = line.indexOf(" ");
      return { agentId: line.slice(0, space), what: line.slice(space + 1) };
    });
}
