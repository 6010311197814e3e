/** The CPU of a run's threads: of the coordinator and the writer by this watch, of the others by their reports. */
import { threadTimes, timesBetween, type ThreadTimes } from "../../../vocabulary/index.js";
import type { WriterHandle } from "../../../platform/db/index.js";
import type { ThreadHealth } from "../../measure/index.js";
import { cpuUseOf, partOfThread, type CpuUse } from "../../measure/machine/index.js";

interface Times {
  readonly coordinator: ThreadTimes | null;
  readonly writer: ThreadTimes | null;
}

export class CpuWatch {
  readonly #writer: WriterHandle;
  readonly #before: Times;
  #used: Times = { coordinator: null, writer: null };

  private constructor(writer: WriterHandle, before: Times) {
    this.#writer = writer;
    this.#before = before;
  }

  /** Starts the watch in the thread of the coordinator. */
  static async start(writer: WriterHandle): Promise<CpuWatch> {
    return new CpuWatch(writer, await timesNow(writer));
  }

  /** Ends the watch. The writer must not be closed yet. */
  async stop(): Promise<void> {
    const after = await timesNow(this.#writer);
    this.#used = {
      coordinator: timesBetween(this.#before.coordinator, after.coordinator),
      writer: timesBetween(this.#before.writer, after.writer),
    };
  }

  /** What the threads used. `threads`: those that have reported; `totalMs`: CPU of the process meanwhile. */
  use(threads: readonly ThreadHealth[], totalMs: number): CpuUse | undefined {
    const all = [
      ...threads.map(({ thread, times }) => ({ thread, times })),
      { thread: "coordinator", times: this.#used.coordinator },
      { thread: "writer", times: this.#used.writer },
    ];
    return cpuUseOf(
      totalMs,
      all.map(({ thread, times }) => ({ thread, part: partOfThread(thread), times })),
    );
  }
}

async function timesNow(writer: WriterHandle): Promise<Times> {
  // A writer that has crashed ends the run with its own error.
  const stats = await writer.stats().catch(() => undefined);
  return { coordinator: threadTimes(), writer: stats?.times ?? null };
}
