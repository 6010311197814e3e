/** Answers the shell's request for what completes a word. A command's room is imported only where its candidates are asked for. */
import yargs, { type FallbackCompletionFunction } from "yargs";
import { shippedScenarios } from "../../load/scenario/shipped-scenarios.js";
import { own, printable } from "../../vocabulary/index.js";
import { modulesFor } from "./commands.js";
import { COMPLETION_REQUEST } from "./shared-options.js";

/** What completes an option's value that has no list of choices. */
const OPTIONS: Readonly<Record<string, () => string[]>> = { "--scenario": shippedScenarios, "-s": shippedScenarios };

/** What completes the arguments of a command. */
const ARGUMENTS: Readonly<Record<string, () => string[] | Promise<string[]>>> = {
  bench: async () => [...(await import("../../bench/index.js")).BENCH_NAMES],
  explore: programs,
  compare: runs,
  replay: runs,
  report: runs,
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

/** What may stand where the last of `words` does; `undefined` when yargs knows better. The shell itself adds files. */
function candidatesFor(words: readonly string[]): (() => string[] | Promise<string[]>) | undefined {
  const [command = "", ...given] = words;
  const option = own(OPTIONS, given.at(-2) ?? "");
  if (option !== undefined) return option;
  const most = command === "compare" ? 2 : 1;
  return given.length <= most && given.every((word) => !word.startsWith("-")) ? own(ARGUMENTS, command) : undefined;
}

/** Prints what completes the last of `words`, a line each, as the shell asks for it. */
export async function printCompletions([request = "", name = "", ...typed]: readonly string[]): Promise<void> {
  // What has no command is a run.
  const words = typed[0]?.startsWith("-") ? ["run", ...typed] : typed;
  // yargs does not wait for what completes a word.
  let completed: Promise<void> = Promise.resolve();
  const complete: FallbackCompletionFunction = (current, _argv, completeAsUsual, done) => {
    const candidates = candidatesFor(words);
    if (candidates === undefined) {
      completeAsUsual();
      return;
    }
    // A command line has no place for an error: the list is empty then.
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
  // To complete a command, yargs parses it as if it had been given: here, no command does anything.
  const parser = yargs([request, name, ...words])
    .option(COMPLETION_REQUEST, { type: "boolean", hidden: true })
    .help()
    .version()
    .completion("completion", false, complete);
  for (const module of await modulesFor(words)) parser.command({ ...module, handler: () => undefined });
  await parser.parseAsync();
  await completed;
}
