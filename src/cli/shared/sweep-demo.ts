/** `simulate sweep --demo`: the sweep of a scenario with a planted fault, and the commands that hunt it. */
import { DEMONSTRATION } from "../../load/scenario/shipped-scenarios.js";
import { reproduceCommand, type RunChoices } from "../../results/index.js";
import { commandLine } from "../../vocabulary/index.js";
import { givenOptions } from "./job-directory.js";
import { shrunkFile } from "./shrunk-file.js";
import type { SweepEnd, SweepTally } from "./sweep-tally.js";
import { UsageError } from "./usage-error.js";

interface DemoArguments {
  readonly demo: boolean;
  readonly scenario?: string | undefined;
  readonly resume?: string | undefined;
}

/** The arguments of a sweep, with the scenario of the demonstration where it is asked for. @throws {UsageError} */
export function withDemonstration<T extends DemoArguments>(args: T): T {
  if (!args.demo) return args;
  const [first] = givenOptions({ scenario: args.scenario, resume: args.resume });
  if (first !== undefined)
    throw new UsageError(`--${first} cannot be combined with --demo: the demonstration has a scenario of its own`);
  return { ...args, scenario: DEMONSTRATION };
}

/** What to do next after a sweep of the demonstration. */
export function describeDemonstration(
  tally: SweepTally,
  ending: SweepEnd,
  { mailbox, faults }: Pick<RunChoices, "mailbox" | "faults">,
): string[] {
  const [failing] = tally.failing;
  const about = [
    "",
    "The fault is planted, in the code of the task: it ends as soon as the worker has submitted, also while a live update",
    `is pending. Few orders of events show it. The scenario: ${commandLine("show", DEMONSTRATION)}`,
  ];
  if (failing === undefined) return [...about, "None of these seeds does: expected more, such as --seeds 1..100."];
  const { seed } = failing;
  const small = { virtual: true, mailbox, faults, record: true } as const;
  return [
    ...about,
    "Shrink a failing seed, run what is left, and replay it, which marks the event at which the invariant broke:",
    "",
    `  ${ending.shrinkCommandFor(seed)}`,
    `  ${reproduceCommand(shrunkFile(DEMONSTRATION, seed), undefined, small)}`,
    `  ${commandLine("replay", "last")}`,
  ];
}
