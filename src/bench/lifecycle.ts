/** How many workers a second go the whole way: registered, onboarded, ten updates, submitted, approved. */
import { join } from "node:path";
import { openDatabase, startWriter, type Database } from "../platform/db/index.js";
import { Arena, systemClock } from "../platform/sync/index.js";
import type { Bench } from "./figure.js";
import type { LifecycleQuestion, LifecycleThread } from "./lifecycle-thread.js";
import { threadResources } from "./model-thread.js";
import { inDirectory } from "./platform.js";
import { openRawLifecycle } from "./raw-lifecycle.js";
import { startThread } from "../load/measure/floor/index.js";

/** In each round; a multiple of the batch. */
const WORKERS = 2000;
const AT_ONCE = 200;
const BATCH = 10;
const UPDATES = 10;

export const lifecycle: Bench = {
  name: "lifecycle",
  doc: `a worker's whole way: registered, onboarded, ${UPDATES} updates, submitted, approved; ${AT_ONCE} workers at once`,
  measure: (rounds) =>
    inDirectory(async (directory) => {
      const [path, rawPath] = [join(directory, "run.db"), join(directory, "raw.db")];
      // The first round, in which the code is compiled, is not kept, but has its workers too.
      const workers = (rounds + 1) * WORKERS;
      const taskRunId = makeUnits(path, workers);
      makeUnits(rawPath, workers);
      const writer = await startWriter(path);
      const resources = threadResources(Arena.create({ slots: 2 * AT_ONCE }), 0, writer);
      const data: LifecycleThread = { ...resources, taskRunId, updates: UPDATES };
      const thread = startThread<LifecycleQuestion, number>(
        new URL("./lifecycle-thread.js", import.meta.url),
        data,
        resources.connection,
      );
      const raw = openRawLifecycle(rawPath, taskRunId, UPDATES);
      try {
        const model: number[] = [];
        const bare: number[] = [];
        for (let round = 0; round <= rounds; round++) {
          model[round] = perSecond(await thread.ask({ workers: WORKERS, atOnce: AT_ONCE }));
          const began = systemClock.now();
          raw.run(WORKERS, BATCH);
          bare[round] = perSecond(systemClock.now() - began);
        }
        return [
          {
            name: "lifecycle/workers",
            doc: `whole lifecycles, ${AT_ONCE} workers at once`,
            unit: "/s",
            better: "greater",
            rounds: model.slice(1),
            floor: { doc: `the same SQL, ${BATCH} workers in a transaction`, rounds: bare.slice(1) },
            goal: 0.3,
          },
        ];
      } finally {
        raw.close();
        await thread.end();
        await writer.close();
      }
    }),
};

/** Makes a database with a task run of so many units. Returns the task run's id. */
function makeUnits(path: string, units: number): string {
  const db: Database = openDatabase(path, { create: true });
  const { taskId } = db.write("newTask", { taskName: "bench", taskType: "chat" }).block();
  const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "/" }).block();
  db.write("newAssignments", { taskRunId, assignments: units, unitsEach: 1, status: "launched" }).block();
  db.close();
  return taskRunId;
}

function perSecond(ms: number): number {
  return (WORKERS / ms) * 1000;
}
