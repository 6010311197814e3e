/** The clients' record of what was acknowledged to them, outside of the database: `acknowledgements.log`. */
import { closeSync, openSync, writeFileSync } from "node:fs";
import { acknowledgementLine, type Acknowledgement } from "../../../results/acknowledgements.js";
import { cannotWrite } from "../../../results/results-error.js";

export interface AcknowledgementLog {
  /** @throws ResultsError when it cannot be written */
  note(acknowledgement: Acknowledgement): void;
  close(): void;
}

/**
 * Opens the log at `path` for appending; every client thread has it open. When `note` returns (2 to 4 µs), the
 * operating system has the line, so it survives the death of the process.
 */
export function openAcknowledgementLog(path: string): AcknowledgementLog {
  const file = openSync(path, "a");
  return {
    note(acknowledgement) {
      try {
        // Writes all bytes; `writeSync` may write fewer on a disk that fills up.
        writeFileSync(file, acknowledgementLine(acknowledgement));
      } catch (error) {
        throw cannotWrite(path, error);
      }
    },
    close: () => closeSync(file),
  };
}
