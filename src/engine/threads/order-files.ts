/** The order files of a run: one for each thread that has something to do with agents' slots. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cannotWrite, ResultsError } from "../../report/index.js";
import type { Clock, MailboxKind } from "../../sync/index.js";
import {
  addRemains,
  createJournal,
  Journal,
  ORDER_DIRECTORY,
  OrderRecorder,
  type JournalPlace,
  type OrderHeader,
} from "../order/index.js";

export interface OrderFiles {
  /** Begins the file of a thread. */
  readonly begin: (thread: string) => JournalPlace;
  /** The recorder of the thread that made these. */
  readonly recorder: OrderRecorder;
  /**
   * Ends the record of this thread, and adds what threads left that were killed. No thread may be recording any more. A second
   * call does nothing. @throws ResultsError
   */
  end(): void;
}

/** Makes the directory and the file of this thread. @throws ResultsError */
export function createOrderFiles(
  directory: string,
  run: { readonly mailbox: MailboxKind; readonly ringBytes: number; readonly taskThreads: number },
  clock: Clock,
): OrderFiles {
  const { taskThreads, ...ofRun } = run;
  const threads = ["coordinator", "io", ...Array.from({ length: taskThreads }, (_, shard) => `task-${shard}`)];
  const places: JournalPlace[] = [];
  const begin = (thread: string): JournalPlace => {
    const path = join(directory, ORDER_DIRECTORY, `${thread}.bin`);
    try {
      const place = createJournal(path, { thread, threads, ...ofRun } satisfies OrderHeader);
      places.push(place);
      return place;
    } catch (error) {
      throw cannotWrite(path, error);
    }
  };
  try {
    mkdirSync(join(directory, ORDER_DIRECTORY));
  } catch (error) {
    throw new ResultsError(`cannot make ${join(directory, ORDER_DIRECTORY)}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  let ended = false;
  const recorder = new OrderRecorder(new Journal(begin("coordinator")), clock);
  return {
    begin,
    recorder,
    end() {
      if (ended) return;
      ended = true;
      recorder.close();
      places.forEach(addRemains);
    },
  };
}
