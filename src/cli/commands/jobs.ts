/** `simulate jobs --redis URL`: lists, shows and cancels the jobs of all machines. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { redisOption } from "../shared/redis-options.js";
import { jsonOption } from "../shared/shared-options.js";
import type { JobsArguments } from "../handlers/jobs.js";

export const definition: CommandModule<object, JobsArguments> = {
  builder: (yargs) =>
    yargs
      .positional("job", { type: "string", describe: "Id of a job, to show only this one" })
      .option("redis", redisOption)
      .option("cancel", { type: "boolean", default: false, describe: "Cancel the job" })
      .option("json", jsonOption)
      .epilogue(
        examples(
          ["$0 jobs --redis redis://127.0.0.1:6379", "the jobs and the worker processes"],
          ["$0 jobs sweep-steady-… --cancel --redis redis://127.0.0.1:6379", "end one"],
        ),
      ),
  handler: async (args) => (await import("../handlers/jobs.js")).handler(args),
};
