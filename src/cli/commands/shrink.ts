/** `simulate shrink`: reduces a failing seed to a smaller scenario that fails in the same way. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { faultsOption } from "../shared/fault-options.js";
import { changeOptions, mailboxOption, outputOption, planOptions, quietOption } from "../shared/shared-options.js";
import type { ShrinkArguments } from "../handlers/shrink.js";

export const definition: CommandModule<object, ShrinkArguments> = {
  builder: (yargs) =>
    yargs
      .options(planOptions)
      .options(changeOptions)
      .option("faults", faultsOption)
      .option("mailbox", mailboxOption)
      .option("tries", { type: "string", requiresArg: true, default: "500", describe: "Maximum number of runs" })
      .option("seconds", {
        type: "string",
        requiresArg: true,
        default: "600",
        describe: "Maximum time",
      })
      .option("output", {
        ...outputOption,
        describe: "The scenario file to write [default: <scenario>-<seed>-shrunk.yaml]",
      })
      .option("quiet", quietOption)
      .epilogue(examples(["$0 shrink --scenario steady --seed 17 --faults", "reduce a failure that a sweep found"])),
  handler: async (args) => (await import("../handlers/shrink.js")).handler(args),
};
