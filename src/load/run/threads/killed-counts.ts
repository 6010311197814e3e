/** What killed threads leave behind of what they counted, and the workers that were lost with them. */
import type { Recorder } from "../../measure/index.js";
import type { LaunchedThread } from "./thread-pool.js";

/** Records what those of `threads` that handed over no report had counted since their last snapshot. They have ended. */
export function recordRest(
  threads: readonly LaunchedThread<unknown>[],
  reports: readonly unknown[],
  recorder: Recorder,
): void {
  for (const thread of killed(threads, reports)) {
    for (const { name, count } of thread.counts.rest()) recorder.count(name, count);
  }
}

/**
 * Records the workers of killed client threads that had not finished as cut off, and returns how many they are. Which workers
 * a client thread has is in the plan: those whose number is its own in turn (`roles/clients.ts`).
 */
export function recordLostWorkers(
  clients: readonly LaunchedThread<unknown>[],
  reports: readonly unknown[],
  plannedWorkers: number,
  recorder: Recorder,
): number {
  let lost = 0;
  for (const client of killed(clients, reports)) {
    const planned = Math.max(0, Math.ceil((plannedWorkers - clients.indexOf(client)) / clients.length));
    lost += planned - client.counts.total("workers_finished") - client.counts.total("workers_cut_off");
  }
  recorder.count("workers_cut_off", lost);
  return lost;
}

function killed(
  threads: readonly LaunchedThread<unknown>[],
  reports: readonly unknown[],
): readonly LaunchedThread<unknown>[] {
  return threads.filter((_, at) => reports[at] === undefined);
}
