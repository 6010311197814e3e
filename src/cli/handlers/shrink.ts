/** `simulate shrink`: reduces a failing seed to a smaller scenario that fails in the same way. */
import { reproduceCommand } from "../../results/index.js";
import { runInMemory, shrinkScenario, type RunRequest, type ShrinkablePlan } from "../../load/run/index.js";
import { formatCount, plural, EXIT, printable } from "../../vocabulary/index.js";
import { requireNativeModule } from "../../platform/db/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { invalidValue } from "../shared/usage-error.js";
import { faultRatesFrom, faultsText } from "../shared/fault-options.js";
import { checkWritable, writeText } from "../shared/named-files.js";
import { wholeNumber } from "../shared/numeric-options.js";
import { planFrom, type PlanArguments } from "../shared/plan-options.js";
import { logLines, logUnless, printLines } from "../shared/print.js";
import { refuseSameFile } from "../shared/same-file.js";
import { shrunkFile } from "../shared/shrunk-file.js";
import { STANDARD_INPUT } from "../shared/standard-input.js";
import { warnOfPlan } from "../shared/warn-of-plan.js";

export interface ShrinkArguments extends PlanArguments {
  readonly mailbox: MailboxKind;
  readonly faults?: string | undefined;
  readonly tries: string;
  readonly seconds: string;
  readonly output?: string | undefined;
  readonly quiet: boolean;
}

/** Descriptions of the end of a search. */
const END_TEXTS = {
  smallest: "; no smaller scenario fails",
  tries: ", the maximum; a smaller scenario may exist",
  time: ", when the time was over; the result depends on the speed of the machine",
} as const;

export async function handler(args: ShrinkArguments): Promise<void> {
  const tries = wholeNumber("tries", args.tries, 1);
  const seconds = wholeNumber("seconds", args.seconds, 1);
  const planned = await planFrom(args);
  const { scenario, path, text, options, plan } = planned;
  const isRead = args.scenario === STANDARD_INPUT;
  if (!isRead && !/\.ya?ml$/.test(path)) throw invalidValue("--scenario", path, "a scenario in YAML");
  const output = args.output ?? shrunkFile(scenario.name, plan.seed);
  refuseSameFile(
    [{ name: "--output", path: output }],
    [{ name: "the scenario", path: isRead ? STANDARD_INPUT : path }],
  );
  const log = logUnless(args.quiet);
  const faultRates = faultRatesFrom(args.faults);
  requireNativeModule();
  warnOfPlan(planned, [plan], { quiet: args.quiet, what: "search" });
  const request: RunRequest = { scenario, planOptions: options, mailbox: args.mailbox, faultRates };
  const [failure] = runInMemory(request).failures;
  if (failure === undefined) {
    logLines(`seed ${plan.seed} breaks no invariant: there is nothing to shrink (thresholds are not evaluated)`);
    process.exitCode = EXIT.notReplayed;
    return;
  }
  log(`seed ${plan.seed} fails: ${failure.what}: ${failure.first.what}; searching for a smaller scenario`);

  checkWritable(output);
  const until = performance.now() + seconds * 1000;
  const bounds = { tries, outOfTime: () => performance.now() > until };
  const shrunk = shrinkScenario({ text, path, request, failure, bounds });
  if (shrunk === undefined) {
    logLines("with explicit workers it does not fail in the same way: there is nothing to shrink");
    process.exitCode = EXIT.notReplayed;
    return;
  }
  const { smallest, tried, ended, text: smaller } = shrunk;

  const command = reproduce(args, output, smallest);
  const comment = [`# Fails with: ${failure.what}: ${failure.first.what}`, `# ${command}`].map(printable).join("\n");
  writeText(output, `${comment}\n${smaller}`);
  if (args.quiet) return;
  const sizes = `${plural(plan.workers, "worker")} became ${formatCount(smallest.workers.length)}`;
  printLines(`${sizes} in ${plural(tried, "run")}${END_TEXTS[ended]}`, output, command);
}

function reproduce({ mailbox }: ShrinkArguments, output: string, { faultRates }: ShrinkablePlan): string {
  return reproduceCommand(output, undefined, { virtual: true, faults: faultsText(faultRates), mailbox, record: true });
}
