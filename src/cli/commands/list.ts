/** `simulate list`: lists the scenarios of the package. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { jsonOption } from "../shared/shared-options.js";
import type { ListArguments } from "../handlers/list.js";

export const definition: CommandModule<object, ListArguments> = {
  builder: (yargs) => yargs.option("json", jsonOption).epilogue(examples(["$0 list", "all of them, a line each"])),
  handler: async (args) => (await import("../handlers/list.js")).handler(args),
};
