/** Whether a worker process may work on a job. Results are the same on all machines only if all run the same code. */
import { packageVersion } from "../vocabulary/index.js";
import type { Requirements, WorkerProcess } from "./messages.js";

/** The major version of a version of Node: 20 of `v20.19.0`. */
export function nodeMajorOf(version: string): number {
  return Number(/^v?(\d+)/.exec(version)?.[1] ?? Number.NaN);
}

/** What this process requires of a worker process beside the plan's hash. */
export function requirementsHere(): Pick<Requirements, "version" | "nodeMajor"> {
  return { version: packageVersion(), nodeMajor: nodeMajorOf(process.version) };
}

/** Why a worker process is refused work of a job, as a clause; undefined when it may work on it. */
export function refusalOf(
  requires: Pick<Requirements, "version" | "nodeMajor">,
  worker: Pick<WorkerProcess, "version" | "node">,
): string | undefined {
  if (worker.version !== requires.version)
    return `the job needs crowdstorm ${requires.version}, the worker process has ${worker.version}`;
  if (nodeMajorOf(worker.node) !== requires.nodeMajor)
    return `the job needs Node ${requires.nodeMajor}, the worker process has ${worker.node}`;
  return undefined;
}
