/** The history files of a run: one for each thread that uses agents' slots. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cannotWrite, ResultsError } from "../../../results/index.js";
import type { Clock, MailboxKind } from "../../../platform/sync/index.js";
import {
  appendRemainder,
  createHistoryFile,
  HistoryWriter,
  HISTORY_DIRECTORY,
  HistoryRecorder,
  type HistoryBuffer,
  type HistoryHeader,
} from "../../../replay/history/index.js";

export interface HistoryFiles {
  /** Creates the file of a thread. */
  readonly begin: (thread: string) => HistoryBuffer;
  /** The recorder of the thread that made these. */
  readonly recorder: HistoryRecorder;
  /**
   * Ends the record of this thread, and appends the rest of killed threads. No thread may be recording any more. A
   * second call does nothing.
   * @throws ResultsError
   */
  end(): void;
}

/** Creates the directory and the file of this thread. @throws ResultsError */
export function createHistoryFiles(
  directory: string,
  run: { readonly mailbox: MailboxKind; readonly ringBytes: number; readonly taskThreads: number },
  clock: Clock,
): HistoryFiles {
  const { taskThreads, ...ofRun } = run;
  const threads = ["coordinator", "io", ...Array.from({ length: taskThreads }, (_, shard) => `task-${shard}`)];
  const places: HistoryBuffer[] = [];
  const begin = (thread: string): HistoryBuffer => {
    const path = join(directory, HISTORY_DIRECTORY, `${thread}.bin`);
    try {
      const place = createHistoryFile(path, { thread, threads, ...ofRun } satisfies HistoryHeader);
      places.push(place);
      return place;
    } catch (error) {
      throw cannotWrite(path, error);
    }
  };
  try {
    mkdirSync(join(directory, HISTORY_DIRECTORY));
  } catch (error) {
    throw new ResultsError(`cannot make ${join(directory, HISTORY_DIRECTORY)}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  let ended = false;
  const recorder = new HistoryRecorder(new HistoryWriter(begin("coordinator")), clock);
  return {
    begin,
    recorder,
    end() {
      if (ended) return;
      ended = true;
      recorder.close();
      places.forEach(appendRemainder);
    },
  };
}
