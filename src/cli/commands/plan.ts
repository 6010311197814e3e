/** `simulate plan`: prints the plan of a run, and its hash, without a run. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { changeOptions, planOptions, jsonOption } from "../shared/shared-options.js";
import type { PlanCommandArguments } from "../handlers/plan.js";

export const definition: CommandModule<object, PlanCommandArguments> = {
  builder: (yargs) =>
    yargs
      .options(planOptions)
      .options(changeOptions)
      .option("head", { type: "string", requiresArg: true, default: "10", describe: "Number of workers to print" })
      .option("json", jsonOption)
      .epilogue(examples(["$0 plan --scenario steady --seed 42", "the plan of steady with seed 42"])),
  handler: async (args) => (await import("../handlers/plan.js")).handler(args),
};
