/** `simulate shrink`: from a seed that fails to the smallest scenario found that fails the same way. */
import { writeFileSync } from "node:fs";
import type { CommandModule } from "yargs";
import { parseDocument } from "yaml";
import { runInMemory, shrink, type RunFailure, type RunRequest, type Shrinkable } from "../engine/index.js";
import { buildPlan, parseScenario, writtenOut, type Scenario } from "../scenario/index.js";
import { MAILBOX_KINDS, type MailboxKind } from "../sync/index.js";
import { UsageError } from "./errors.js";
import { faultRatesFrom, faultsOption, refuseThreadFaults } from "./fault-options.js";
import { planFrom, planOptions, wholeNumber, type PlanArguments } from "./plan-options.js";

interface Arguments extends PlanArguments {
  readonly mailbox: MailboxKind;
  readonly faults?: string | undefined;
  readonly tries: string;
  readonly output?: string | undefined;
}

const EXIT_NOTHING_TO_SHRINK = 1;

export const shrinkCommand: CommandModule<object, Arguments> = {
  command: "shrink",
  describe: "Find the smallest scenario that fails as a seed does under simulated time",
  builder: (yargs) =>
    yargs
      .options(planOptions)
      .option("faults", faultsOption)
      .option("mailbox", { choices: MAILBOX_KINDS, default: "sound" as const, describe: "The mailbox's order of steps" })
      .option("tries", { type: "string", requiresArg: true, default: "500", describe: "How many runs it may take" })
      .option("output", { alias: "o", type: "string", requiresArg: true, describe: "The scenario file to write [default: <scenario>-<seed>-shrunk.yaml]" })
      .example("$0 shrink --scenario steady --seed 17 --faults", "what is left of a failure that a sweep has found"),
  async handler(args) {
    const tries = wholeNumber("tries", args.tries, 1);
    const { scenario, path, text, options, plan } = await planFrom(args);
    refuseThreadFaults(scenario);
    if (!/\.ya?ml$/.test(path)) throw new UsageError(`${path}: only a scenario in YAML can be made smaller`);
    const faultRates = faultRatesFrom(args.faults);
    const request: RunRequest = { scenario, planOptions: options, mailbox: args.mailbox, faultRates };
    const [failure] = runInMemory(request).failures;
    if (failure === undefined) {
      process.stderr.write(`seed ${plan.seed} does not fail: there is nothing to make smaller\n`);
      process.exitCode = EXIT_NOTHING_TO_SHRINK;
      return;
    }
    process.stderr.write(`seed ${plan.seed} fails: ${failure.what}: ${failure.first.what}; looking for something smaller\n`);

    const written = ({ workers }: Shrinkable): string => writeOut(text, plan.seed, workers);
    const fails = (candidate: Shrinkable): boolean => failsLike(failure, written(candidate), path, { ...request, faultRates: candidate.faultRates });
    const start: Shrinkable = { workers: Array.from({ length: plan.workers }, (_, index) => plan.worker(index)), faultRates };
    const { smallest, tried, complete } = shrink(start, fails, tries);

    const output = args.output ?? `${scenario.name}-${plan.seed}-shrunk.yaml`;
    const command = reproduce(args, output, smallest);
    writeFileSync(output, `# Fails with: ${failure.what}: ${failure.first.what}\n# ${command}\n${written(smallest)}`);
    process.stdout.write(
      `${plan.workers} workers became ${smallest.workers.length} in ${tried} runs${complete ? "" : ", and it was left off there"}\n${output}\n${command}\n`,
    );
  },
};

/** The scenario of `text` with these workers, and its seed. */
function writeOut(text: string, seed: number, workers: Shrinkable["workers"]): string {
  const document = parseDocument(text);
  document.set("seed", seed);
  document.set("workers", workers.map(writtenOut));
  return document.toString({ lineWidth: 0 });
}

/** Whether the scenario fails in the same way. It is read back, so that the file is known to say what was tried. */
function failsLike(failure: RunFailure, text: string, path: string, request: RunRequest): boolean {
  const scenario: Scenario = parseScenario(text, path);
  const planOptions = { seed: buildPlan(scenario).seed };
  return runInMemory({ ...request, scenario, planOptions }).failures.some(({ what }) => what === failure.what);
}

function reproduce({ mailbox }: Arguments, output: string, { faultRates }: Shrinkable): string {
  const rates = Object.entries(faultRates ?? {}).filter(([, rate]) => rate > 0);
  const faults = rates.length === 0 ? [] : [`--faults ${rates.map(([kind, rate]) => `${kind}=${rate}`).join(",")}`];
  return ["simulate", `--scenario ./${output}`, "--virtual", ...faults, ...(mailbox === "sound" ? [] : [`--mailbox ${mailbox}`])].join(" ");
}
