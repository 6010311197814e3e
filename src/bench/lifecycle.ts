/** The rate of whole lifecycles of workers: registered, onboarded, ten updates, submitted, approved. */
import { join } from "node:path";
import { openDatabase, startWriter, type Database } from "../platform/db/index.js";
import { Arena, systemClock } from "../platform/sync/index.js";
import { keptRounds, perSecond, type Bench } from "./figure.js";
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
  doc: `a worker's lifecycle: registered, onboarded, ${UPDATES} updates, submitted, approved; ${AT_ONCE} at once`,
  measure: (rounds) =>
    inDirectory(async (directory) => {
      const [path, rawPath] = [join(directory, "run.db"), join(directory, "raw.db")];
      // The first round, which is not kept, has its workers too.
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
        const measured = await keptRounds(rounds, async () => {
          const model = perSecond(WORKERS, await thread.ask({ workers: WORKERS, atOnce: AT_ONCE }));
          const began = systemClock.now();
          raw.run(WORKERS, BATCH);
          return { model, bare: perSecond(WORKERS, systemClock.now() - began) };
        });
        return [
          {
            name: "lifecycle/workers",
            doc: `whole lifecycles, ${AT_ONCE} workers at once`,
            unit: "/s",
            better: "greater",
            rounds: measured.map(({ model }) => model),
            floor: {
              doc: `the same SQL, ${BATCH} workers in a transaction`,
              rounds: measured.map(({ bare }) => bare),
            },
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

/** Creates a database with a task run that has `units` units. Returns the id of the task run. */
function makeUnits(path: string, units: number): string {
  const db: Database = openDatabase(path, { create: true });
  const { taskId } = db.write("newTask", { taskName: "bench", taskType: "chat" }).block();
  const { taskRunId } = db.write("newTaskRun", { taskId, providerType: "simulated", runDir: "/" }).block();
  db.write("newAssignments", { taskRunId, assignments: units, unitsEach: 1, status: "launched" }).block();
  db.close();
  return taskRunId;
}
