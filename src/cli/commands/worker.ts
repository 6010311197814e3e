/** `simulate worker --redis URL`: works for the jobs of other machines until Ctrl-C. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { redisOption } from "../shared/redis-options.js";
import { metricsOptions, quietOption } from "../shared/shared-options.js";
import { targetOptions } from "../shared/target-options.js";
import type { WorkerArguments } from "../handlers/worker.js";

export const definition: CommandModule<object, WorkerArguments> = {
  builder: (yargs) =>
    yargs
      .option("redis", redisOption)
      .option("threads", {
        type: "string",
        requiresArg: true,
        describe: "Blocks of seeds at a time, or threads for simulated workers [default: one for each core]",
      })
      .option("allow-remote", {
        ...targetOptions["allow-remote"],
        describe: "Take part in load runs whose target is on another machine",
      })
      .option("modules", {
        type: "string",
        array: true,
        requiresArg: true,
        describe: "JavaScript modules that jobs may use; a job names a module by its SHA-256, and never sends one",
      })
      .options(metricsOptions)
      .option("quiet", quietOption)
      .epilogue(
        examples(
          ["$0 worker --redis redis://127.0.0.1:6379", "take work until Ctrl-C, which finishes what is at work"],
          ["$0 worker --redis rediss://queue.example --threads 4", "by TLS; the password is in REDIS_PASSWORD"],
        ),
      ),
  handler: async (args) => (await import("../handlers/worker.js")).handler(args),
};
