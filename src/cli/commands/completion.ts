/** `simulate completion [SHELL]`: the script that completes commands, options and their values in bash, zsh and fish. */
import { basename } from "node:path";
import yargs, { type CommandModule, type FallbackCompletionFunction } from "yargs";
import { OWN_PROGRAMS, programsOf } from "../../explore/index.js";
import { listRuns } from "../../results/index.js";
import { shippedScenarios } from "../../load/scenario/index.js";
import { UsageError } from "../shared/usage-error.js";
import { examples } from "../shared/examples.js";
import { printText } from "../shared/handle-closed-stdout.js";
import { printable } from "../../vocabulary/index.js";
import { own } from "../../vocabulary/index.js";

/** What the script gives before the words to be completed; yargs' own name for it. */
const REQUEST = "get-yargs-completions";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

interface CompletionArguments {
  readonly shell?: Shell | undefined;
}

/**
 * For fish. The one that yargs has leaves out the name of the program, an empty word at the end, and the names of files.
 * SHELL tells yargs to describe what it offers.
 */
const FISH = `function __simulate_completions
    set -l word (commandline -ct)
    set -l found (SHELL=fish simulate --${REQUEST} (commandline -opc) "$word")
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$word"
    end
end
complete -c simulate -f -a '(__simulate_completions)'
`;

export const completionCommand: CommandModule<object, CompletionArguments> = {
  command: "completion [shell]",
  describe: "Print the script that completes this command in your shell",
  builder: (parser) =>
    parser
      .positional("shell", { choices: SHELLS, describe: "Which shell [default: yours, as $SHELL has it]" })
      .epilogue(
        examples(
          ["$0 completion bash >> ~/.bashrc", "bash"],
          ["$0 completion zsh >> ~/.zshrc", "zsh, below the line with compinit"],
          ["$0 completion fish > ~/.config/fish/completions/simulate.fish", "fish"],
        ),
      ),
  handler: ({ shell = ownShell() }) => {
    if (shell === "fish") {
      printText(FISH);
      return;
    }
    // yargs looks there for which shell it writes.
    process.env["SHELL"] = shell;
    yargs().scriptName("simulate").showCompletionScript();
  },
};

function ownShell(): Shell {
  const name = basename(process.env["SHELL"] ?? "");
  const shell = SHELLS.find((known) => known === name);
  if (shell === undefined) throw new UsageError(`which shell? ${SHELLS.join(", ")}: simulate completion bash`);
  return shell;
}

/** What completes an option's value that has no list of choices. */
const OPTIONS: Readonly<Record<string, () => string[]>> = { "--scenario": shippedScenarios, "-s": shippedScenarios };

/** What completes the arguments of a command. */
const ARGUMENTS: Readonly<Record<string, () => string[] | Promise<string[]>>> = {
  explore: async () => [...(await programsOf(OWN_PROGRAMS)).map(({ name }) => name), "replay"],
  compare: runs,
  replay: runs,
  report: runs,
  trace: runs,
  validate: shippedScenarios,
};

function runs(): string[] {
  return ["last", ...listRuns("results").map(({ runId }) => runId)];
}

/** What may stand where the last of `words` does; `undefined` when yargs knows better. The shell itself adds files. */
function candidatesFor(words: readonly string[]): (() => string[] | Promise<string[]>) | undefined {
  const [command = "", ...given] = words;
  const option = own(OPTIONS, given.at(-2) ?? "");
  if (option !== undefined) return option;
  const most = command === "compare" ? 2 : 1;
  return given.length <= most && given.every((word) => !word.startsWith("-")) ? own(ARGUMENTS, command) : undefined;
}

/** Whether the shell asks for completions, by the script's request, instead of giving a command. */
export function isCompletionRequest(words: readonly string[]): boolean {
  return words[0] === `--${REQUEST}`;
}

/** Prints what completes the last of `words`, a line each, as the shell asks for it. */
export async function printCompletions(
  [request = "", name = "", ...typed]: readonly string[],
  commands: readonly CommandModule[],
): Promise<void> {
  // What has no command is a run.
  const words = typed[0]?.startsWith("-") ? ["run", ...typed] : typed;
  // yargs does not wait for what completes a word.
  let found: Promise<void> = Promise.resolve();
  const complete: FallbackCompletionFunction = (current, _argv, completeAsUsual, done) => {
    const candidates = candidatesFor(words);
    if (candidates === undefined) {
      completeAsUsual();
      return;
    }
    // A command line has no place for an error: the list is empty then.
    found = Promise.resolve()
      .then(candidates)
      .then(
        (names) => names.filter((candidate) => candidate.startsWith(current) && printable(candidate) === candidate),
        () => [],
      )
      .then(done);
  };
  // To complete a command, yargs parses it as if it had been given: here, no command does anything.
  const parser = yargs([request, name, ...words])
    .option(REQUEST, { type: "boolean", hidden: true })
    .help()
    .version()
    .completion("completion", false, complete);
  for (const command of commands) parser.command({ ...command, handler: () => undefined });
  await parser.parseAsync();
  await found;
}
