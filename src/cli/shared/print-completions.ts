/** Prints the completions of a word for the shell. A room is imported only when its candidates are needed. */
import yargs, { type FallbackCompletionFunction } from "yargs";
import { shippedScenarios } from "../../load/scenario/shipped-scenarios.js";
import { own, printable } from "../../vocabulary/index.js";
import { modulesFor } from "./commands.js";
import { COMPLETION_REQUEST } from "./shared-options.js";

/** The candidates for values of options without a list of choices. */
const OPTIONS: Readonly<Record<string, () => string[]>> = { "--scenario": shippedScenarios, "-s": shippedScenarios };

/** The candidates for the arguments of a command. */
const ARGUMENTS: Readonly<Record<string, () => string[] | Promise<string[]>>> = {
  bench: async () => [...(await import("../../bench/index.js")).BENCH_NAMES],
  explore: programs,
  compare: runs,
  replay: runs,
  report: runs,
  show: shippedScenarios,
  trace: runs,
  validate: shippedScenarios,
};

async function programs(): Promise<string[]> {
  const { OWN_PROGRAMS, programsOf } = await import("../../explore/index.js");
  return [...(await programsOf(OWN_PROGRAMS)).map(({ name }) => name), "replay"];
}

async function runs(): Promise<string[]> {
  const { listRuns } = await import("../../results/index.js");
  return ["last", ...listRuns("results").map(({ runId }) => runId)];
}

/** The candidates for the last of `words`; `undefined` to use those of yargs. The shell adds files. */
function candidatesFor(words: readonly string[]): (() => string[] | Promise<string[]>) | undefined {
  const [command = "", ...given] = words;
  const option = own(OPTIONS, given.at(-2) ?? "");
  if (option !== undefined) return option;
  const most = command === "compare" ? 2 : 1;
  return given.length <= most && given.every((word) => !word.startsWith("-")) ? own(ARGUMENTS, command) : undefined;
}

/** Prints the completions of the last of `words`, a line each. */
export async function printCompletions([request = "", name = "", ...typed]: readonly string[]): Promise<void> {
  // Words without a command are those of a run.
  const words = typed[0]?.startsWith("-") ? ["run", ...typed] : typed;
  // yargs does not wait for the candidates.
  let completed: Promise<void> = Promise.resolve();
  const complete: FallbackCompletionFunction = (current, _argv, completeAsUsual, done) => {
    const candidates = candidatesFor(words);
    if (candidates === undefined) {
      completeAsUsual();
      return;
    }
    // A command line cannot show an error: the list is empty then.
    completed = Promise.resolve()
      .then(candidates)
      .then(
        (found) => found.filter((candidate) => candidate.startsWith(current) && printable(candidate) === candidate),
        () => [],
      )
      .then((names) => {
        done(names);
      });
  };
  // yargs runs the command that it completes, so the handlers do nothing here.
  const parser = yargs([request, name, ...words])
    .option(COMPLETION_REQUEST, { type: "boolean", hidden: true })
    .help()
    .version()
    .completion("completion", false, complete);
  for (const module of await modulesFor(words)) parser.command({ ...module, handler: () => undefined });
  await parser.parseAsync();
  await completed;
}
