/** The explore command alone, with the exit codes of `simulate`. */
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { UsageError } from "../../../../dist/cli/shared/usage-error.js";
import { exploreCommand } from "../../../../dist/cli/commands/explore.js";

try {
  await yargs(hideBin(process.argv))
    .scriptName("simulate")
    .command(exploreCommand)
    .strict()
    .fail((message, error) => {
      throw (error as Error | undefined) ?? new UsageError(message);
    })
    .parseAsync();
} catch (error) {
  process.stderr.write(`simulate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
