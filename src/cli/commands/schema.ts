/** `simulate schema KIND`: prints the JSON Schema of a file. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { SCHEMA_KINDS, type SchemaArguments } from "../shared/schema-kinds.js";

export const definition: CommandModule<object, SchemaArguments> = {
  builder: (yargs) =>
    yargs
      .positional("kind", { choices: SCHEMA_KINDS, demandOption: true, describe: "The file" })
      .epilogue(
        examples(
          ["$0 schema summary", "of a run's summary.json"],
          ["$0 schema scenario > scenario.schema.json", "of scenario files, for an editor"],
        ),
      ),
  handler: async (args) => (await import("../handlers/schema.js")).handler(args),
};
