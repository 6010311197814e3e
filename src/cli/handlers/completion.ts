/** `simulate completion [SHELL]`: the script that completes commands, options and their values in bash, zsh and fish. */
import { basename } from "node:path";
import yargs from "yargs";
import { COMPLETION_REQUEST, SHELLS } from "../shared/shared-options.js";
import { UsageError } from "../shared/usage-error.js";
import { printText } from "../shared/handle-closed-stdout.js";

type Shell = (typeof SHELLS)[number];

export interface CompletionArguments {
  readonly shell?: Shell | undefined;
}

/**
 * For fish. The one that yargs has leaves out the name of the program, an empty word at the end, and the names of files.
 * SHELL tells yargs to describe what it offers.
 */
const FISH = `function __simulate_completions
    set -l word (commandline -ct)
    set -l found (SHELL=fish simulate --${COMPLETION_REQUEST} (commandline -opc) "$word")
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$word"
    end
end
complete -c simulate -f -a '(__simulate_completions)'
`;

export function handler({ shell = ownShell() }: CompletionArguments): void {
  if (shell === "fish") {
    printText(FISH);
    return;
  }
  // yargs looks there for which shell it writes.
  process.env["SHELL"] = shell;
  yargs().scriptName("simulate").showCompletionScript();
}

function ownShell(): Shell {
  const name = basename(process.env["SHELL"] ?? "");
  const shell = SHELLS.find((known) => known === name);
  if (shell === undefined) throw new UsageError(`which shell? ${SHELLS.join(", ")}: simulate completion bash`);
  return shell;
}
