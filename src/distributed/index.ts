/**
 * Work on several machines, over Redis and BullMQ. A coordinator publishes a job and puts its blocks on a queue; worker
 * processes on any machine take them. Nothing here is loaded by commands without `--redis`.
 *
 * - {@link parseRedisUrl}, {@link connectRedis}: the server, without its password in any message;
 * - {@link WorkerProcessLoop}: `simulate worker`, for the kinds of jobs of job-kind.ts, listed in
 *   job-kinds.ts.
 */
export { connectRedis, type RedisServer } from "./connect-redis.js";
export { DistributedError, RedisUrlError } from "./errors.js";
export { modulesByDigest } from "./modules.js";
export { parseRedisUrl } from "./redis-address.js";
export { WorkerProcessLoop, type WorkerState } from "./worker/worker-process.js";
export { recruitMachines } from "./machines/recruit-machines.js";
export type { Job, WorkerProcess } from "./messages.js";
export { METRICS_CONTENT_TYPE, workerMetrics } from "./worker/worker-metrics.js";
export { workerProcessId } from "./worker/worker-process-id.js";
export { readJobFile, writeJobFile, JOB_FILE, type SavedJob } from "./coordinator/job-file.js";
export { BLOCK_FILE } from "./coordinator/block-file.js";
export { runSweepJob, sweepJob } from "./sweep/sweep-job.js";
export { cancelJob, listJobs, type ListedJob, type ListedJobs } from "./list-jobs.js";
export { exploreJob, runExploreJob } from "./explore/explore-job.js";
