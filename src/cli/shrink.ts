/** `simulate shrink`: from a seed that fails to the smallest scenario found that fails the same way. */
import type { CommandModule } from "yargs";
import {
  refuseThreadFaults,
  reproduceCommand,
  runInMemory,
  shrinkScenario,
  type RunRequest,
  type Shrinkable,
} from "../engine/index.js";
import { formatCount, plural } from "../report/index.js";
import { MAILBOX_KINDS, type MailboxKind } from "../sync/index.js";
import { EXIT } from "../vocabulary/index.js";
import { UsageError } from "./errors.js";
import { examples } from "./examples.js";
import { faultRatesFrom, faultsOption, faultsText } from "./fault-options.js";
import { checkWritable, writeText } from "./files.js";
import { planFrom, planOptions, wholeNumber, type PlanArguments } from "./plan-options.js";

interface Arguments extends PlanArguments {
  readonly mailbox: MailboxKind;
  readonly faults?: string | undefined;
  readonly tries: string;
  readonly seconds: string;
  readonly output?: string | undefined;
}

/** What is said of a search by how it ended. */
const CUT_OFF = {
  smallest: "; nothing smaller fails",
  tries: ", which is as many as it was given; there may be something smaller",
  time: ", then its time was over: on another machine it may come to something else",
} as const;

export const shrinkCommand: CommandModule<object, Arguments> = {
  command: "shrink",
  describe: "Find the smallest scenario that fails as a seed does under simulated time",
  builder: (yargs) =>
    yargs
      .options(planOptions)
      .option("faults", faultsOption)
      .option("mailbox", {
        choices: MAILBOX_KINDS,
        default: "sound" as const,
        describe: "The mailbox's order of steps",
      })
      .option("tries", { type: "string", requiresArg: true, default: "500", describe: "How many runs it may take" })
      .option("seconds", {
        type: "string",
        requiresArg: true,
        default: "600",
        describe: "After how long it tries nothing more",
      })
      .option("output", {
        alias: "o",
        type: "string",
        requiresArg: true,
        describe: "The scenario file to write [default: <scenario>-<seed>-shrunk.yaml]",
      })
      .epilogue(
        examples([
          "$0 shrink --scenario steady --seed 17 --faults",
          "what is left of a failure that a sweep has found",
        ]),
      ),
  async handler(args) {
    const tries = wholeNumber("tries", args.tries, 1);
    const seconds = wholeNumber("seconds", args.seconds, 1);
    const { scenario, path, text, options, plan } = await planFrom(args);
    refuseThreadFaults(scenario);
    if (!/\.ya?ml$/.test(path)) throw new UsageError(`${path}: only a scenario in YAML can be made smaller`);
    const faultRates = faultRatesFrom(args.faults);
    const request: RunRequest = { scenario, planOptions: options, mailbox: args.mailbox, faultRates };
    const [failure] = runInMemory(request).failures;
    if (failure === undefined) {
      process.stderr.write(
        `seed ${plan.seed} breaks no invariant: there is nothing to make smaller (thresholds are not looked at)\n`,
      );
      process.exitCode = EXIT.notReplayed;
      return;
    }
    process.stderr.write(
      `seed ${plan.seed} fails: ${failure.what}: ${failure.first.what}; looking for something smaller\n`,
    );

    const output = args.output ?? `${scenario.name}-${plan.seed}-shrunk.yaml`;
    checkWritable(output);
    const until = performance.now() + seconds * 1000;
    const bounds = { tries, outOfTime: () => performance.now() > until };
    const shrunk = shrinkScenario({ text, path, request, failure, bounds });
    if (shrunk === undefined) {
      process.stderr.write(
        "with its workers written out it does not fail so any more: there is nothing to make smaller\n",
      );
      process.exitCode = EXIT.notReplayed;
      return;
    }
    const { smallest, tried, ended, text: smaller } = shrunk;

    const command = reproduce(args, output, smallest);
    writeText(output, `# Fails with: ${failure.what}: ${failure.first.what}\n# ${command}\n${smaller}`);
    process.stdout.write(
      `${plural(plan.workers, "worker")} became ${formatCount(smallest.workers.length)} in ${plural(tried, "run")}${CUT_OFF[ended]}\n${output}\n${command}\n`,
    );
  },
};

function reproduce({ mailbox }: Arguments, output: string, { faultRates }: Shrinkable): string {
  return reproduceCommand(output, undefined, { virtual: true, faults: faultsText(faultRates), mailbox, record: true });
}
