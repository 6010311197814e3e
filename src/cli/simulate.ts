/** The `simulate` command: parses the command line and runs a command. A handler is imported only when it runs. */
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { didYouMean } from "../load/scenario/nearest.js";
import { ScenarioError } from "../load/scenario/scenario-error.js";
import { shippedScenarios } from "../load/scenario/shipped-scenarios.js";
import { at, commandLine, COMMAND_VARIABLE, EXIT, messageOf, ownFramesOf, programName } from "../vocabulary/index.js";
import { modulesFor, USAGES, usageOf } from "./shared/commands.js";
import { endOnUncaught, endProcess } from "./shared/end-process.js";
import { readScenarioArgument, withCommand } from "./shared/scenario-argument.js";
import { COMPLETION_REQUEST } from "./shared/shared-options.js";
import { invalidValue, UsageError } from "./shared/usage-error.js";
import { nameAsStarted } from "./shared/name-as-started.js";
import { handleClosedStdout, logLines, printLines } from "./shared/print.js";
import { restoreDashes, withoutPlaceholder, withPlaceholder } from "./shared/standard-input.js";
import {
  optionName,
  usageErrorFrom,
  refuseDashesAlone,
  refuseBooleanValues,
  refuseArgumentsAfterDashes,
  type KnownOptions,
} from "./shared/usage.js";

process.env[COMMAND_VARIABLE] ??= nameAsStarted({
  environment: process.env,
  file: at(process.argv, 1),
  directory: process.cwd(),
});

/** The arguments that can have several values. */
const LISTS = ["_", "files", "names", "modules", "set", "threshold", "by", "out", "directories"];

const isCommand = (word: string): boolean => usageOf(word) !== undefined;
const words = withCommand(withHelpOption(hideBin(process.argv)), isCommand);

const parser = yargs(withPlaceholder(words))
  // "--seed.x" is not an option.
  .parserConfiguration({ "dot-notation": false, "parse-positional-numbers": false })
  .scriptName(programName())
  .usage("$0 SCENARIO\n\nLoad-tests live crowd agents: simulated workers against the real agent model.")
  // `usageErrorFrom` reads the messages of yargs.
  .locale("en")
  .strict()
  .help()
  .alias("help", "h")
  .version()
  .wrap(Math.min(100, process.stdout.columns || 100))
  .middleware((args) => readScenarioArgument(args, isCommand), true)
  .middleware(restoreDashes)
  .middleware(refuseRepetition)
  .middleware(refuseEmptyDirectory)
  .middleware(() => refuseBooleanValues(words, knownOptions()))
  .fail((message, error) => {
    // yargs passes the error that a command throws; for its own checks a message, in most cases without an error.
    const thrown = error as Error | undefined;
    if (thrown !== undefined && thrown.name !== "YError") throw thrown;
    // The parser now has the options of the command.
    throw usageErrorFrom(withoutPlaceholder(message), knownOptions(), usageOf(words[0]), isCommand);
  });

function knownOptions(): KnownOptions {
  return (parser as unknown as { getOptions(): KnownOptions }).getOptions();
}

/** yargs returns a list when an option is given twice. */
function refuseRepetition(given: Readonly<Record<string, unknown>>): void {
  const repeated = Object.keys(given).find((name) => Array.isArray(given[name]) && !LISTS.includes(name));
  if (repeated !== undefined)
    throw new UsageError(`${optionName(repeated)} is given more than once (see ${commandLine("--help")})`);
}

function refuseEmptyDirectory({ results }: Readonly<Record<string, unknown>>): void {
  if (results === "") throw invalidValue("--results", "", "the path of a directory");
}

/** yargs parses a misspelt command as an argument of the default command. */
function checkCommand(): void {
  const [first] = words;
  if (first === undefined || first.startsWith("-")) return;
  if (isCommand(first)) return;
  const known = [...USAGES.map((usage) => usage.replace(/ .*/, "")), ...shippedScenarios()];
  throw new UsageError(
    `unknown command or scenario "${first}"${didYouMean(first, known)} (see ${commandLine("--help")})`,
  );
}

/** Makes `help` and `help COMMAND` the option `--help`, as in other programs. */
function withHelpOption([first, ...others]: readonly string[]): readonly string[] {
  return first === undefined ? [] : first === "help" ? [...others, "--help"] : [first, ...others];
}

/** Reports the error of the command, with the frames of the user's own files, and sets the exit code. */
function reportError(error: unknown): void {
  const isOfUser = error instanceof UsageError || error instanceof ScenarioError;
  const problems = error instanceof ScenarioError ? error.problems : [messageOf(error)];
  const frames = ownFramesOf(error).map((frame) => `    ${frame}`);
  logLines(`simulate: ${at(problems, 0)}`, ...problems.slice(1), ...frames);
  // By its name: its class would load SQLite.
  const isIncomplete = error instanceof Error && error.name === "NativeModuleError";
  process.exitCode = isOfUser ? EXIT.usage : isIncomplete ? EXIT.installation : EXIT.failure;
}

handleClosedStdout();
endOnUncaught(reportError);
try {
  if (words[0] === `--${COMPLETION_REQUEST}`)
    await (await import("./shared/print-completions.js")).printCompletions(words);
  else if (words.length === 0) {
    printLines(...(await import("./shared/short-help.js")).shortHelp());
  } else {
    checkCommand();
    refuseArgumentsAfterDashes(words);
    refuseDashesAlone(words);
    for (const module of await modulesFor(words)) parser.command(module);
    await parser.parseAsync();
  }
} catch (error) {
  reportError(error);
}
await endProcess();
