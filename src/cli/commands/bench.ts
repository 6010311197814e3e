/** `simulate bench`: the project's benchmarks, each figure beside its floor. */
import type { CommandModule } from "yargs";
import {
  AgainstError,
  BENCH_NAMES,
  BENCHES,
  benchesNamed,
  GATE,
  measureAgainst,
  measureAll,
  renderResult,
  toRatios,
} from "../../bench/index.js";
import { comparisonOptions, reportComparison, type ComparisonArguments } from "../shared/report-comparison.js";
import { UsageError } from "../shared/usage-error.js";
import { examples } from "../shared/examples.js";
import { checkWritable, writeText } from "../shared/named-files.js";
import { prepareOutputs } from "../shared/output-options.js";
import { jsonOption, outputOption } from "../shared/shared-options.js";
import { wholeNumber } from "../shared/plan-options.js";
import { colored } from "../shared/terminal.js";
import { printText, tellLines } from "../shared/handle-closed-stdout.js";

interface BenchArguments extends ComparisonArguments {
  readonly names?: readonly string[] | undefined;
  readonly rounds?: string | undefined;
  readonly json: boolean;
  readonly output?: string | undefined;
  readonly ratios: boolean;
  readonly against?: string | undefined;
}

const ROUNDS = 7;
/** With fewer a slowdown of 10 % in one of many metrics drowns in the noise of a shared machine (test/system/exhaustive/recorded.test.ts). */
const PAIRED_ROUNDS = 40;

export const benchCommand: CommandModule<object, BenchArguments> = {
  command: "bench [names..]",
  describe: "Measure the project on this machine, each figure beside its floor",
  builder: (yargs) =>
    yargs
      .positional("names", {
        type: "string",
        array: true,
        choices: BENCH_NAMES,
        describe: `Which benchmarks [default: all; ${GATE} with --against]`,
      })
      .option("rounds", {
        type: "string",
        requiresArg: true,
        describe: `How often each is measured [default: ${ROUNDS}; ${PAIRED_ROUNDS} with --against]`,
      })
      .option("json", jsonOption)
      .option("output", { ...outputOption, describe: "Also write the JSON to this file" })
      .option("ratios", {
        type: "boolean",
        default: false,
        describe: "Write ratios to the floor only: for a baseline that other machines are compared with",
      })
      .option("against", {
        type: "string",
        requiresArg: true,
        describe: "A commit to compare this checkout with, in turn; exit 99 when something is slower",
      })
      .options(comparisonOptions)
      .epilogue(`Benchmarks:\n${BENCHES.map(({ name, doc }) => `  ${name.padEnd(10)} ${doc}`).join("\n")}\n`)
      .epilogue(
        examples(
          ["$0 bench floor", "the live-update path, the database and memory beside the machine's own"],
          ["$0 bench status --against main", "did this checkout make status updates slower?"],
        ),
      ),
  handler: (args) => (args.against === undefined ? measure(args) : compareWith(args.against, args)),
};

async function measure(args: BenchArguments): Promise<void> {
  const { names = [], rounds, json, output, ratios } = args;
  const idle = (Object.keys(comparisonOptions) as (keyof ComparisonArguments)[]).find(
    (name) => args[name] !== undefined,
  );
  if (idle !== undefined) throw new UsageError(`--${idle} is for a comparison: give --against, too`);
  // Said now and not after minutes of measuring.
  if (output !== undefined) checkWritable(output);
  const measured = await measureAll(benchesNamed(names), {
    rounds: roundsFrom(rounds, ROUNDS),
    onStart: ({ name, doc }) => tellLines(`${name}: ${doc}`),
  });
  const text = `${JSON.stringify(ratios ? toRatios(measured) : measured, null, 2)}\n`;
  if (output !== undefined) writeText(output, text);
  printText(json ? text : renderResult(measured, { color: colored(process.stdout) }));
}

async function compareWith(ref: string, args: BenchArguments): Promise<void> {
  if (args.json || args.ratios || args.output !== undefined) {
    throw new UsageError(
      "--against prints a comparison: --json, --ratios and --output are for a measurement by itself",
    );
  }
  const rounds = roundsFrom(args.rounds, PAIRED_ROUNDS);
  prepareOutputs(args, []);
  const onRound = (round: number): void => tellLines(`round ${round} of ${rounds}`);
  const names = args.names === undefined || args.names.length === 0 ? [GATE] : args.names;
  const { base, current } = await measureAgainst({ ref, names, rounds, onRound }).catch((error: unknown) => {
    throw error instanceof AgainstError && error.isUsage ? new UsageError(error.message, { cause: error }) : error;
  });
  reportComparison(base.figures, current.figures, { paired: true }, args);
}

function roundsFrom(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : wholeNumber("rounds", text, 1);
}
