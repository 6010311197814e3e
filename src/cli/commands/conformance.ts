/** `simulate conformance FILE.json.gz...`: runs recorded sequences of the original's classes against the model. */
import type { CommandModule } from "yargs";
import { examples } from "../shared/examples.js";
import { mailboxOption } from "../shared/shared-options.js";
import type { ConformanceArguments } from "../handlers/conformance.js";

export const definition: CommandModule<object, ConformanceArguments> = {
  builder: (yargs) =>
    yargs
      .positional("files", {
        type: "string",
        array: true,
        demandOption: true,
        describe: "Conformance vectors (gzipped JSON); - for standard input",
      })
      .option("mailbox", mailboxOption)
      .epilogue(
        examples([
          "$0 conformance test/data/conformance/*.json.gz",
          "the recorded outcomes of the original's classes, in a checkout of the sources",
        ]),
      ),
  handler: async (args) => (await import("../handlers/conformance.js")).handler(args),
};
