/** `simulate bench`: measures the project's benchmarks, each figure beside its floor. */
import {
  AgainstError,
  benchesNamed,
  GATE,
  MAIN_JOB,
  measureAgainst,
  measureAll,
  renderResult,
  toRatios,
} from "../../bench/index.js";
import { requireNativeModule } from "../../platform/db/index.js";
import { jsonText } from "../../vocabulary/index.js";
import { BENCH_ROUNDS, comparisonOptions, PAIRED_BENCH_ROUNDS } from "../shared/shared-options.js";
import { reportComparison, type ComparisonArguments } from "../shared/report-comparison.js";
import { STANDARD_INPUT } from "../shared/standard-input.js";
import { invalidValue, UsageError } from "../shared/usage-error.js";
import { checkWritable, writeText } from "../shared/named-files.js";
import { prepareCiFiles } from "../shared/ci-files.js";
import { wholeNumber } from "../shared/numeric-options.js";
import { colored } from "../shared/terminal.js";
import { printText, logLines } from "../shared/print.js";

export interface BenchArguments extends ComparisonArguments {
  readonly names?: readonly string[] | undefined;
  readonly rounds?: string | undefined;
  readonly json: boolean;
  readonly output?: string | undefined;
  readonly ratios: boolean;
  readonly against?: string | undefined;
  readonly scenario?: string | undefined;
}

export async function handler(args: BenchArguments): Promise<void> {
  checkScenario(args);
  requireNativeModule();
  await (args.against === undefined ? measure(args) : compareWith(args.against, args));
}

function checkScenario({ scenario, names = [] }: BenchArguments): void {
  if (scenario === undefined) return;
  if (!names.includes(MAIN_JOB)) throw new UsageError(`--scenario requires the benchmark ${MAIN_JOB}`);
  if (scenario === STANDARD_INPUT)
    throw invalidValue("--scenario", scenario, "a name or a path, as several runs read the scenario");
}

async function measure(args: BenchArguments): Promise<void> {
  const { names = [], rounds, json, output, ratios, scenario } = args;
  const unused = (Object.keys(comparisonOptions) as (keyof ComparisonArguments)[]).find(
    (name) => args[name] !== undefined,
  );
  if (unused !== undefined) throw new UsageError(`--${unused} requires --against`);
  // Before the measurement, which takes minutes.
  if (output !== undefined) checkWritable(output);
  const measured = await measureAll(benchesNamed(names), {
    rounds: roundsFrom(rounds, BENCH_ROUNDS),
    scenario,
    onStart: ({ name, doc }) => logLines(`${name}: ${doc}`),
    onMissing: (line) => logLines(`  ${line}`),
  });
  const text = jsonText(ratios ? toRatios(measured) : measured);
  if (output !== undefined) writeText(output, text);
  printText(json ? text : renderResult(measured, { color: colored(process.stdout) }));
}

async function compareWith(ref: string, args: BenchArguments): Promise<void> {
  if (args.json || args.ratios || args.output !== undefined) {
    throw new UsageError("--against cannot be combined with --json, --ratios or --output");
  }
  const rounds = roundsFrom(args.rounds, PAIRED_BENCH_ROUNDS);
  prepareCiFiles(args, []);
  const onRound = (round: number): void => logLines(`round ${round} of ${rounds}`);
  const { scenario } = args;
  const names = args.names === undefined || args.names.length === 0 ? [GATE] : args.names;
  const { base, current } = await measureAgainst({ ref, names, rounds, scenario, onRound }).catch((error: unknown) => {
    throw error instanceof AgainstError && error.isUsage ? new UsageError(error.message, { cause: error }) : error;
  });
  reportComparison(base, current, { paired: true }, args);
}

function roundsFrom(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : wholeNumber("rounds", text, 1);
}
