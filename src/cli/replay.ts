/** `simulate replay RUN`: repeats a run and compares it with its trace, event by event. */
import { setImmediate } from "node:timers/promises";
import type { CommandModule } from "yargs";
import { replayVirtual } from "../engine/index.js";
import { formatCount } from "../report/index.js";
import { describeEvent, type Divergence } from "../trace/index.js";
import { findRun, resultsOption } from "./run-directory.js";

interface Arguments {
  readonly run: string;
  readonly results: string;
}

/** The repetition came out differently, or broke an invariant: neither is to be. */
const EXIT_DIVERGED = 1;
const EXIT_INVARIANT = 98;

export const replayCommand: CommandModule<object, Arguments> = {
  command: "replay <run>",
  describe: "Repeat a run under simulated time and compare it with its trace, event by event",
  builder: (yargs) =>
    yargs
      .positional("run", { type: "string", demandOption: true, describe: "Id of a run, its directory, or `last`" })
      .option("results", resultsOption)
      .example("$0 replay last", "whether the last run comes out the same again"),
  async handler({ run, results }) {
    const outcome = await replayVirtual(findRun(run, results), () => setImmediate());
    if (outcome.kind === "diverged") {
      process.stdout.write(describeDivergence(outcome.divergence));
      process.exitCode = EXIT_DIVERGED;
      return;
    }
    const broken = outcome.invariants.results.filter(({ held }) => !held);
    process.stdout.write(`the same: ${formatCount(outcome.events)} events, trace ${outcome.hash}\n`);
    for (const { id, violations } of broken) {
      process.stdout.write(`✗ ${id}: ${violations[0]?.what ?? ""}${violations[0] === undefined ? "" : `: ${violations[0].detail}`}\n`);
    }
    if (broken.length > 0) process.exitCode = EXIT_INVARIANT;
  },
};

function describeDivergence({ same, before, recorded, repeated }: Divergence): string {
  const end = "(the end)";
  return [
    `${formatCount(same)} events are the same, the next is not:`,
    "",
    ...before.map((event) => `    ${describeEvent(event)}`),
    `  - ${recorded === undefined ? end : describeEvent(recorded)}`,
    `  + ${repeated === undefined ? end : describeEvent(repeated)}`,
    "",
    "-: as recorded, +: as repeated. A change of the program that changes what happens makes old traces differ.",
    "",
  ].join("\n");
}
