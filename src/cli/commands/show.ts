/** `simulate show NAME`: prints a scenario of the package. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import type { ShowArguments } from "../handlers/show.js";

export const definition: CommandModule<object, ShowArguments> = {
  builder: (yargs) =>
    yargs
      .positional("name", { type: "string", demandOption: true, describe: "A name from the command `list`" })
      .epilogue(examples(["$0 show disconnect-storm", "the file with its comments"])),
  handler: async (args) => (await import("../handlers/show.js")).handler(args),
};
