/** `simulate capacity`: searches the highest arrival rate at which a scenario passes. */
import { join } from "node:path";
import { renderCapacity, renderCapacityVerdict } from "../../report/index.js";
import { CAPACITY_FILES } from "../../results/index.js";
import { commandLine, EXIT } from "../../vocabulary/index.js";
import type { CapacityArguments } from "../shared/capacity-options.js";
import { carryOutSearch } from "../shared/carry-out-search.js";
import { logText, printJson, printLines, printText } from "../shared/print.js";
import { interruptSignal } from "../shared/interrupt.js";
import { newSearch } from "../shared/chosen-search.js";
import { openPage } from "../shared/open-page.js";
import { resumedSearch } from "../shared/resumed-search.js";
import { lookOf } from "../shared/terminal.js";

export async function handler(args: CapacityArguments): Promise<void> {
  const search = args.resume === undefined ? await newSearch(args) : await resumedSearch(args.resume, args);
  const interrupt = interruptSignal();
  const { directory } = search;
  const result = await carryOutSearch(search, {
    isShown: !args.json && !args.quiet,
    isQuiet: args.quiet,
    interrupt,
  });
  if (args.json) printJson(result);
  else if (!args.quiet) {
    const resume = commandLine("capacity", "--resume", directory);
    printLines("");
    printText(renderCapacity(result, { ...lookOf(process.stdout), directory, resume }));
  } else if (result.exitCode !== EXIT.ok) {
    logText(renderCapacityVerdict(result, { ...lookOf(process.stderr), directory }));
  }
  process.exitCode = result.exitCode;
  if (args.open) await openPage(join(directory, CAPACITY_FILES.report));
}
