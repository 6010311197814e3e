/** `simulate completion [SHELL]`: prints the script that completes command lines in bash, zsh and fish. */
import { basename } from "node:path";
import yargs from "yargs";
import { commandLine } from "../../vocabulary/index.js";
import { COMPLETION_REQUEST, SHELLS } from "../shared/shared-options.js";
import { invalidValue, oneOf } from "../shared/usage-error.js";
import { printText } from "../shared/print.js";

type Shell = (typeof SHELLS)[number];

export interface CompletionArguments {
  readonly shell?: Shell | undefined;
}

/**
 * The script for fish. That of yargs omits the name of the program, an empty last word and the names of files. With
 * this SHELL, yargs prints descriptions too.
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
  // yargs reads the shell from there.
  process.env["SHELL"] = shell;
  yargs().scriptName("simulate").showCompletionScript();
}

function ownShell(): Shell {
  const path = process.env["SHELL"] ?? "";
  const shell = SHELLS.find((known) => known === basename(path));
  if (shell === undefined)
    throw invalidValue("$SHELL", path, `${oneOf(SHELLS)}, or ${commandLine("completion", "SHELL")}`);
  return shell;
}
