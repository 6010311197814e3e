/**
 * An event between two threads: the task's thread blocks until the worker has submitted, as with Python's
 * `threading.Event`.
 *
 *     task: the worker has submitted: true
 *     task: the worker has updated its status within 20 ms: false
 */
import { once } from "node:events";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { Arena } from "crowdstorm";

if (isMainThread) {
  const arena = Arena.create({ slots: 16 });
  const agent = arena.allocate();
  const task = new Worker(new URL(import.meta.url), { workerData: { shared: arena.shared, slot: agent.index } });
  await once(task, "online");
  agent.event("didSubmit").set();
  await once(task, "exit");
} else {
  const { shared, slot } = workerData as { shared: SharedArrayBuffer; slot: number };
  const agent = Arena.attach(shared).slot(slot);
  // The event may be set before or after the wait begins. A thread that must not block uses waitAsync.
  console.log("task: the worker has submitted:", agent.event("didSubmit").wait());
  console.log("task: the worker has updated its status within 20 ms:", agent.event("hasUpdatedStatus").wait(20));
}
