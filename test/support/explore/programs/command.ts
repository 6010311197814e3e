/** The explore command alone, with the exit codes of `simulate`. */
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { UsageError } from "../../../../dist/cli/shared/usage-error.js";
import { modulesFor } from "../../../../dist/cli/shared/commands.js";

try {
  const parser = yargs(hideBin(process.argv)).scriptName("simulate");
  for (const module of await modulesFor(["explore"])) parser.command(module);
  await parser
    .strict()
    .fail((message, error) => {
      throw (error as Error | undefined) ?? new UsageError(message);
    })
    .parseAsync();
} catch (error) {
  process.stderr.write(`simulate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
