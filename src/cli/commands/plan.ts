/** `simulate plan`: what the simulated workers of a run will do, and its hash, without running anything. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { planOptions, jsonOption } from "../shared/shared-options.js";
import type { PlanCommandArguments } from "../handlers/plan.js";

export const definition: CommandModule<object, PlanCommandArguments> = {
  builder: (yargs) =>
    yargs
      .options(planOptions)
      .option("head", { type: "string", requiresArg: true, default: "10", describe: "How many workers to show" })
      .option("json", jsonOption)
      .epilogue(examples(["$0 plan --scenario steady --seed 42", "what seed 42 does in steady"])),
  handler: async (args) => (await import("../handlers/plan.js")).handler(args),
};
