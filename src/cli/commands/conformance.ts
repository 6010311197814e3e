/** `simulate conformance FILE...`: runs recordings of the original against the model and against the router. */
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
        describe: "Conformance vectors (gzipped JSON), transcripts of a router (JSON); - for standard input",
      })
      .option("mailbox", mailboxOption)
      .epilogue(
        examples(
          [
            "$0 conformance test/data/conformance/*.json.gz",
            "the recorded outcomes of the original's classes, in a checkout of the sources",
          ],
          [
            "$0 conformance test/data/mephisto/transcripts/*.json",
            "recorded conversations of Mephisto's router, which the router here must repeat",
          ],
        ),
      ),
  handler: async (args) => (await import("../handlers/conformance.js")).handler(args),
};
