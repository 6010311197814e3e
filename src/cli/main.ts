#!/usr/bin/env node
/** The `simulate` command. Parses, calls, prints; one file a subcommand. */
import yargs, { type CommandModule } from "yargs";
import { hideBin } from "yargs/helpers";
import { didYouMean, ScenarioError } from "../scenario/index.js";
import { EXIT } from "../vocabulary/index.js";
import { benchCommand } from "./bench.js";
import { completionCommand, isCompletionRequest, printCompletions } from "./completion.js";
import { compareCommand } from "./compare.js";
import { conformanceCommand } from "./conformance.js";
import { UsageError } from "./errors.js";
import { exploreCommand } from "./explore.js";
import { initCommand } from "./init.js";
import { listCommand } from "./list.js";
import { planCommand } from "./plan.js";
import { replayCommand } from "./replay.js";
import { reportCommand } from "./report.js";
import { runCommand } from "./run.js";
import { runsCommand } from "./runs.js";
import { survivesItsReader } from "./output.js";
import { shrinkCommand } from "./shrink.js";
import { sweepCommand } from "./sweep.js";
import { traceCommand } from "./trace.js";
import {
  dashed,
  refused,
  refuseOtherThanYesOrNo,
  refuseWordsAfterDashes,
  type KnownOptions,
  type Usage,
} from "./usage.js";
import { validateCommand } from "./validate.js";

/** In the order of `--help`; the first is what is run when no other is named. */
const COMMANDS = [
  runCommand,
  planCommand,
  listCommand,
  initCommand,
  validateCommand,
  runsCommand,
  reportCommand,
  traceCommand,
  replayCommand,
  sweepCommand,
  shrinkCommand,
  exploreCommand,
  conformanceCommand,
  benchCommand,
  compareCommand,
  completionCommand,
];

/** As `--help` writes them. */
const USAGES: readonly Usage[] = COMMANDS.flatMap(({ command }) => command ?? []).filter((usage) => usage !== "$0");

/** The arguments of which there may be several. */
const LISTS = ["_", "files", "names"];

const words = asHelpOption(hideBin(process.argv));

const parser = yargs(words)
  .scriptName("simulate")
  .usage("$0 --scenario NAME\n\nLoad-tests live crowd agents: simulated workers against the real agent model.")
  // `refused` reads what yargs says.
  .locale("en")
  .strict()
  .help()
  .alias("help", "h")
  .version()
  .wrap(Math.min(100, process.stdout.columns || 100))
  .middleware(refuseRepetition)
  .middleware(() => refuseOtherThanYesOrNo(words, knownOptions()))
  .fail((message, error) => {
    // yargs gives a message for what it checks itself, in most cases without an error, and the error for what a command throws.
    const thrown = error as Error | undefined;
    if (thrown !== undefined && thrown.name !== "YError") throw thrown;
    // By then the parser has the options of the command that it is at.
    throw refused(message, knownOptions(), usageOf(words[0]));
  });

function knownOptions(): KnownOptions {
  return (parser as unknown as { getOptions(): KnownOptions }).getOptions();
}

// Each module reads its own arguments; to the parser they are all alike.
for (const command of COMMANDS) parser.command(command as unknown as CommandModule);

/** yargs makes a list of the values of an option that is given twice. */
function refuseRepetition(given: Readonly<Record<string, unknown>>): void {
  const repeated = Object.keys(given).find((name) => Array.isArray(given[name]) && !LISTS.includes(name));
  if (repeated !== undefined) throw new UsageError(`${dashed(repeated)} is given more than once (see simulate --help)`);
}

/** yargs takes a misspelt command for an argument of the default one. */
function checkCommand(): void {
  const [first] = words;
  if (first === undefined || first.startsWith("-")) return;
  if (usageOf(first) !== undefined) return;
  throw new UsageError(
    `unknown command "${first}"${didYouMean(
      first,
      USAGES.map((usage) => usage.replace(/ .*/, "")),
    )} (see simulate --help)`,
  );
}

/** `simulate help` and `simulate help COMMAND` are what they are with other programs. */
function asHelpOption([first, ...others]: readonly string[]): readonly string[] {
  return first === undefined ? [] : first === "help" ? [...others, "--help"] : [first, ...others];
}

function usageOf(name: string | undefined): Usage | undefined {
  return USAGES.find((usage) => usage.split(" ")[0] === name);
}

survivesItsReader();
try {
  if (isCompletionRequest(words)) await printCompletions(words, COMMANDS as unknown as CommandModule[]);
  else {
    checkCommand();
    refuseWordsAfterDashes(words);
    await parser.parseAsync();
  }
} catch (error) {
  process.stderr.write(`simulate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError || error instanceof ScenarioError ? EXIT.usage : EXIT.failure;
}
