/** The order files of a run: one for each thread that has something to do with agents' slots. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ResultsError } from "../../report/index.js";
import type { Clock, MailboxKind } from "../../sync/index.js";
import { addRemains, createJournal, Journal, ORDER_DIRECTORY, OrderRecorder, type JournalPlace } from "../order/index.js";

export interface OrderFiles {
  /** Begins the file of a thread. */
  readonly begin: (thread: string) => JournalPlace;
  /** The recorder of the thread that made these. */
  readonly recorder: OrderRecorder;
  /** Ends the record of this thread, and adds what threads left that were killed. No thread may be recording any more. */
  end(): void;
}

/** Makes the directory and the file of this thread. @throws ResultsError */
export function createOrderFiles(directory: string, run: { readonly mailbox: MailboxKind; readonly ringBytes: number }, clock: Clock): OrderFiles {
  const places: JournalPlace[] = [];
  const begin = (thread: string): JournalPlace => {
    const path = join(directory, ORDER_DIRECTORY, `${thread}.bin`);
    try {
      const place = createJournal(path, { thread, ...run });
      places.push(place);
      return place;
    } catch (error) {
      throw new ResultsError(`cannot write ${path}: ${(error as Error).message}`, { cause: error });
    }
  };
  try {
    mkdirSync(join(directory, ORDER_DIRECTORY));
  } catch (error) {
    throw new ResultsError(`cannot make ${join(directory, ORDER_DIRECTORY)}: ${(error as Error).message}`, { cause: error });
  }
  const recorder = new OrderRecorder(new Journal(begin("coordinator")), clock);
  return {
    begin,
    recorder,
    end() {
      recorder.close();
      places.forEach(addRemains);
    },
  };
}
