/** The clients' record of what was acknowledged to them, outside of the database: `acknowledgements.log`. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { acknowledgementLine, type Acknowledgement } from "../../../results/acknowledgements.js";
import { withWriteErrors } from "../../../results/results-error.js";

export interface AcknowledgementLog {
  /** Notes an acknowledgement. Costs 0.2 µs; the file is written later. */
  note(acknowledgement: Acknowledgement): void;
  /** Writes what was noted, and closes the file. @throws ResultsError when it cannot be written */
  close(): void;
}

/**
 * Opens the log at `path` for appending; every client thread has it open.
 *
 * What was noted is written when the event loop next has its turn, with one call of the system (2 to 4 µs): within 5 ms
 * in a busy thread that parks, within 10 ms in an idle one. So no latency that is recorded includes the write. Once
 * written, the operating system has the lines, and they survive the death of the process. A process that is killed
 * loses the lines since then: acknowledgements that are not checked, never one that is wrongly missing in the
 * database.
 *
 * @param onError called once, with a ResultsError, when the log cannot be written
 */
export function openAcknowledgementLog(path: string, onError: (error: Error) => void): AcknowledgementLog {
  const file = openSync(path, "a");
  let lines = "";
  let hasFailed = false;
  const write = (): void => {
    const text = lines;
    lines = "";
    if (text === "") return;
    // Writes all bytes; `writeSync` may write fewer on a disk that fills up.
    withWriteErrors(path, () => writeFileSync(file, text));
  };
  const atTurnsEnd = (): void => {
    if (hasFailed) return;
    try {
      write();
    } catch (error) {
      hasFailed = true;
      onError(error as Error);
    }
  };
  return {
    note(acknowledgement) {
      if (lines === "") setImmediate(atTurnsEnd);
      lines += acknowledgementLine(acknowledgement);
    },
    close() {
      try {
        if (!hasFailed) write();
      } finally {
        hasFailed = true;
        closeSync(file);
      }
    },
  };
}
