/** The `simulate` command: parses the command line and runs the command. Handlers are imported when they run. */
import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { didYouMean } from "../load/scenario/nearest.js";
import { ScenarioError } from "../load/scenario/scenario-error.js";
import { EXIT, messageOf } from "../vocabulary/index.js";
import { modulesFor, USAGES, usageOf } from "./shared/commands.js";
import { endOnUncaught, endProcess } from "./shared/end-process.js";
import { COMPLETION_REQUEST } from "./shared/shared-options.js";
import { UsageError } from "./shared/usage-error.js";
import { handleClosedStdout, tellLines } from "./shared/handle-closed-stdout.js";
import { putBackDashes, withoutStandIn, withStandIn } from "./shared/standard-input.js";
import {
  optionName,
  usageErrorFrom,
  refuseDashesAlone,
  refuseBooleanValues,
  refuseArgumentsAfterDashes,
  type KnownOptions,
} from "./shared/usage.js";

/** The arguments of which there may be several. */
const LISTS = ["_", "files", "names"];

const words = asHelpOption(hideBin(process.argv));

const parser = yargs(withStandIn(words))
  // "--seed.x" is no option.
  .parserConfiguration({ "dot-notation": false })
  .scriptName("simulate")
  .usage("$0 --scenario NAME\n\nLoad-tests live crowd agents: simulated workers against the real agent model.")
  // `usageErrorFrom` reads the messages of yargs.
  .locale("en")
  .strict()
  .help()
  .alias("help", "h")
  .version()
  .wrap(Math.min(100, process.stdout.columns || 100))
  .middleware(putBackDashes)
  .middleware(refuseRepetition)
  .middleware(refuseEmptyDirectory)
  .middleware(() => refuseBooleanValues(words, knownOptions()))
  .fail((message, error) => {
    // yargs gives a message for what it checks itself, in most cases without an error, and the error for what a command throws.
    const thrown = error as Error | undefined;
    if (thrown !== undefined && thrown.name !== "YError") throw thrown;
    // By then the parser has the options of the command that it is at.
    throw usageErrorFrom(withoutStandIn(message), knownOptions(), usageOf(words[0]));
  });

function knownOptions(): KnownOptions {
  return (parser as unknown as { getOptions(): KnownOptions }).getOptions();
}

/** yargs makes a list of the values of an option that is given twice. */
function refuseRepetition(given: Readonly<Record<string, unknown>>): void {
  const repeated = Object.keys(given).find((name) => Array.isArray(given[name]) && !LISTS.includes(name));
  if (repeated !== undefined)
    throw new UsageError(`${optionName(repeated)} is given more than once (see simulate --help)`);
}

function refuseEmptyDirectory({ results }: Readonly<Record<string, unknown>>): void {
  if (results === "") throw new UsageError("--results must be a directory, not an empty name");
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

/** Says what the command failed with, and sets the exit code. */
function tell(error: unknown): void {
  const isOfUser = error instanceof UsageError || error instanceof ScenarioError;
  const [first, ...others] = error instanceof ScenarioError ? error.problems : [messageOf(error)];
  tellLines(`simulate: ${first ?? ""}`, ...others);
  process.exitCode = isOfUser ? EXIT.usage : EXIT.failure;
}

handleClosedStdout();
endOnUncaught(tell);
try {
  if (words[0] === `--${COMPLETION_REQUEST}`)
    await (await import("./shared/print-completions.js")).printCompletions(words);
  else {
    checkCommand();
    refuseArgumentsAfterDashes(words);
    refuseDashesAlone(words);
    for (const module of await modulesFor(words)) parser.command(module);
    await parser.parseAsync();
  }
} catch (error) {
  tell(error);
}
await endProcess();
