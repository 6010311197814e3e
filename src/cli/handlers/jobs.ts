/** `simulate jobs`: lists, shows and cancels the jobs in Redis. */
import type { ListedJob, ListedJobs, WorkerProcess } from "../../distributed/index.js";
import { commandLine, EXIT, formatCount, formatMs, formatSeconds, plural } from "../../vocabulary/index.js";
import { logLines, printJson, printLines } from "../shared/print.js";
import { redisAddressFrom } from "../shared/redis-options.js";
import { UsageError } from "../shared/usage-error.js";

export interface JobsArguments {
  readonly job?: string | undefined;
  readonly redis?: string | undefined;
  readonly cancel: boolean;
  readonly json: boolean;
}

export async function handler(args: JobsArguments): Promise<void> {
  const distributed = await import("../../distributed/index.js");
  const address = redisAddressFrom(args.redis, distributed);
  if (args.cancel && args.json) throw new UsageError("--cancel cannot be combined with --json");
  if (args.cancel && args.job === undefined) throw new UsageError("--cancel requires the id of a job");
  const server = await distributed.connectRedis(address, { what: "simulate jobs", log: logLines });
  try {
    const { jobs, workers, now } = await distributed.listJobs(server);
    const chosen = args.job === undefined ? jobs : jobs.filter(({ id }) => id === args.job);
    if (args.job !== undefined && chosen.length === 0)
      throw new UsageError(
        `there is no job "${args.job}" in ${address.shown} (${commandLine("jobs", "--redis", address.shown)} lists them)`,
      );
    if (args.cancel) for (const job of chosen) await cancel(job, now, () => distributed.cancelJob(server, job));
    else if (args.json) printJson({ jobs: chosen, workers });
    else show({ jobs: chosen, workers, now }, address.shown);
  } finally {
    server.close();
  }
}

async function cancel(
  job: ListedJob,
  now: number,
  cancelJob: () => Promise<"removed" | "asked" | "refused">,
): Promise<void> {
  const outcome = await cancelJob();
  if (outcome === "removed") printLines(`${job.id}: cancelled (${stateOf(job, now)})`);
  else if (outcome === "asked") printLines(`${job.id}: cancelled; its coordinator ${job.coordinator} ends`);
  else {
    printLines(`${job.id}: not cancelled: its coordinator ${job.coordinator} does not answer`);
    process.exitCode = EXIT.failure;
  }
}

function show({ jobs, workers, now }: ListedJobs, redis: string): void {
  if (jobs.length === 0) printLines(`no jobs in ${redis}`);
  for (const job of jobs) {
    const busy = workers.filter(({ accepted }) => accepted.includes(job.id));
    const refusing = workers.flatMap(({ id, refused }) =>
      refused.flatMap((refusal) => (refusal.job === job.id ? [`  worker process ${id}: refused: ${refusal.why}`] : [])),
    );
    const failed = job.failed === 0 ? "" : `, ${formatCount(job.failed)} failed`;
    printLines(
      `${job.id}  ${stateOf(job, now)}`,
      `  ${job.title}: ${formatCount(job.done)} of ${formatCount(job.total)} done${failed}`,
      `  ${plural(busy.length, "worker process", "worker processes")}, coordinator ${job.coordinator}`,
      ...refusing,
    );
  }
  if (workers.length > 0) printLines("", "Worker processes");
  for (const worker of workers) printLines(`  ${lineOf(worker)}`);
}

function stateOf({ state, seenAt, isLost }: ListedJob, now: number): string {
  if (state === "stopped") return "stopped";
  return isLost ? `coordinator not seen for ${formatSeconds(now - seenAt, 0)}` : "running";
}

function lineOf({ id, threads, node, version, clock, blocks, blocksDone }: WorkerProcess): string {
  return [
    id,
    plural(threads, "thread"),
    `Node ${node}`,
    `crowdstorm ${version}`,
    `clock ± ${formatMs(clock.uncertaintyMs)} ms`,
    `${formatCount(blocks)} at work`,
    `${formatCount(blocksDone)} done`,
  ].join(" · ");
}
