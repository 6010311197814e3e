/** `simulate shrink`: from a seed that fails to the smallest scenario found that fails the same way. */
import { reproduceCommand } from "../../results/index.js";
import { runInMemory, shrinkScenario, type RunRequest, type ShrinkablePlan } from "../../load/run/index.js";
import { formatCount, plural, EXIT, printable } from "../../vocabulary/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { UsageError } from "../shared/usage-error.js";
import { faultRatesFrom, faultsText } from "../shared/fault-options.js";
import { checkWritable, writeText } from "../shared/named-files.js";
import { wholeNumber } from "../shared/numeric-options.js";
import { planFrom, type PlanArguments } from "../shared/plan-options.js";
import { printLines, tellLines } from "../shared/handle-closed-stdout.js";
import { refuseSameFile } from "../shared/same-file.js";
import { STANDARD_INPUT } from "../shared/standard-input.js";

export interface ShrinkArguments extends PlanArguments {
  readonly mailbox: MailboxKind;
  readonly faults?: string | undefined;
  readonly tries: string;
  readonly seconds: string;
  readonly output?: string | undefined;
  readonly quiet: boolean;
}

/** What is said of a search by how it ended. */
const END_TEXTS = {
  smallest: "; nothing smaller fails",
  tries: ", which is as many as it was given; there may be something smaller",
  time: ", then its time was over: on another machine it may come to something else",
} as const;

export async function handler(args: ShrinkArguments): Promise<void> {
  const tries = wholeNumber("tries", args.tries, 1);
  const seconds = wholeNumber("seconds", args.seconds, 1);
  const { scenario, path, text, options, plan } = await planFrom(args);
  const isRead = args.scenario === STANDARD_INPUT;
  if (!isRead && !/\.ya?ml$/.test(path)) throw new UsageError(`${path}: only a scenario in YAML can be made smaller`);
  const output = args.output ?? `${scenario.name}-${plan.seed}-shrunk.yaml`;
  refuseSameFile(
    [{ name: "--output", path: output }],
    [{ name: "the scenario", path: isRead ? STANDARD_INPUT : path }],
  );
  const say = (line: string): void => {
    if (!args.quiet) tellLines(line);
  };
  const faultRates = faultRatesFrom(args.faults);
  const request: RunRequest = { scenario, planOptions: options, mailbox: args.mailbox, faultRates };
  const [failure] = runInMemory(request).failures;
  if (failure === undefined) {
    say(`seed ${plan.seed} breaks no invariant: there is nothing to make smaller (thresholds are not looked at)`);
    process.exitCode = EXIT.notReplayed;
    return;
  }
  say(`seed ${plan.seed} fails: ${failure.what}: ${failure.first.what}; looking for something smaller`);

  checkWritable(output);
  const until = performance.now() + seconds * 1000;
  const bounds = { tries, outOfTime: () => performance.now() > until };
  const shrunk = shrinkScenario({ text, path, request, failure, bounds });
  if (shrunk === undefined) {
    say("with its workers written out it does not fail so any more: there is nothing to make smaller");
    process.exitCode = EXIT.notReplayed;
    return;
  }
  const { smallest, tried, ended, text: smaller } = shrunk;

  const command = reproduce(args, output, smallest);
  const comment = [`# Fails with: ${failure.what}: ${failure.first.what}`, `# ${command}`].map(printable).join("\n");
  writeText(output, `${comment}\n${smaller}`);
  if (args.quiet) return;
  printLines(
    `${plural(plan.workers, "worker")} became ${formatCount(smallest.workers.length)} in ${plural(tried, "run")}${END_TEXTS[ended]}`,
    output,
    command,
  );
}

function reproduce({ mailbox }: ShrinkArguments, output: string, { faultRates }: ShrinkablePlan): string {
  return reproduceCommand(output, undefined, { virtual: true, faults: faultsText(faultRates), mailbox, record: true });
}
