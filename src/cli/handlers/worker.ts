/** `simulate worker`: works for the jobs of other machines until Ctrl-C. */
import type { ClockOffset } from "../../load/run/index.js";
import { requireNativeModule } from "../../platform/db/index.js";
import { formatMs, plural } from "../../vocabulary/index.js";
import { logUnless } from "../shared/print.js";
import { interruptSignal } from "../shared/interrupt.js";
import { startLocalServer } from "../shared/local-server.js";
import { metricsAddress, threadsOrCores, type MetricsArguments } from "../shared/numeric-options.js";
import { redisAddressFrom, type Distributed } from "../shared/redis-options.js";
import { TARGET_TOKEN_VARIABLE } from "../shared/target-options.js";
import type { WorkerProcessLoop, WorkerState } from "../../distributed/index.js";

export interface WorkerArguments extends MetricsArguments {
  readonly redis?: string | undefined;
  readonly threads?: string | undefined;
  readonly modules?: readonly string[] | undefined;
  readonly "allow-remote": boolean;
  readonly quiet: boolean;
}

/** The time between two lines of progress, ms. */
const PROGRESS_MS = 5000;
/** The time for pending requests for metrics at the end, ms. */
const LAST_ANSWERS_MS = 2000;

export async function handler(args: WorkerArguments): Promise<void> {
  const distributed = await import("../../distributed/index.js");
  const address = redisAddressFrom(args.redis, distributed);
  const threads = threadsOrCores(args.threads);
  const metricsAt = metricsAddress(args);
  const log = logUnless(args.quiet);
  requireNativeModule();
  const modules = distributed.modulesByDigest(args.modules ?? []);
  const server = await distributed.connectRedis(address, { what: "simulate worker", log });
  const stop = interruptSignal();
  const host = {
    worker: distributed.workerProcessId(),
    threads,
    modules,
    allowRemote: args["allow-remote"],
    token: process.env[TARGET_TOKEN_VARIABLE],
    server,
    log,
  };
  const loop = await distributed.WorkerProcessLoop.start({ host, stop });
  const metrics = metricsAt && (await serveMetrics(metricsAt, loop, distributed));
  if (metrics !== undefined) log(`metrics: ${metrics.origin}/metrics`);
  const { self } = loop.state;
  log(
    `worker process ${self.id}: ${plural(self.cores, "core")}, ${plural(threads, "thread")}, ` +
      `Node ${self.node}, crowdstorm ${self.version}`,
  );
  log(`clock: ${clockText(self.clock)} (Redis at ${address.shown})`);
  log("waiting for jobs; Ctrl-C ends it");
  const progress = setInterval(progressLine(loop, log), PROGRESS_MS);
  await loop.run();
  clearInterval(progress);
  await metrics?.close(LAST_ANSWERS_MS);
  server.close();
}

/** `0.2 ms behind Redis ± 0.05 ms`. */
export function clockText({ offsetMs, uncertaintyMs }: ClockOffset): string {
  const order = offsetMs < 0 ? "ahead of" : "behind";
  return `${formatMs(Math.abs(offsetMs))} ms ${order} Redis' ± ${formatMs(uncertaintyMs)} ms`;
}

/** Prints what was done since the last line; nothing when the process had nothing to do. */
function progressLine(loop: WorkerProcessLoop, log: (line: string) => void): () => void {
  let last: WorkerState = loop.state;
  return () => {
    const now = loop.state;
    const isIdle = now.self.blocks === 0 && now.self.blocksDone === last.self.blocksDone;
    last = now;
    if (!isIdle)
      log(
        `  ${plural(now.self.blocksDone, "block")} done, ${now.self.blocks} at work in ${now.self.accepted.join(", ")}`,
      );
  };
}

async function serveMetrics(
  { host, port }: { readonly host: string; readonly port: number },
  loop: WorkerProcessLoop,
  { workerMetrics, METRICS_CONTENT_TYPE }: Distributed,
) {
  return startLocalServer({
    host,
    port,
    what: `metrics on ${host}:${port}`,
    pages: {
      async "/metrics"(response) {
        const text = await workerMetrics(loop.state);
        response.writeHead(200, { "content-type": METRICS_CONTENT_TYPE }).end(text);
      },
    },
  });
}
