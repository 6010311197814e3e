/** The commands that `simulate explore` prints: to go on, and to replay a schedule. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { OWN_PROGRAMS, type ProgramSource } from "../../explore/index.js";
import { withoutCredentials } from "../../results/index.js";
import { commandLine } from "../../vocabulary/index.js";
import { exploreOptions, namesFile, type ExploreArguments, type ExploreSettings } from "./explore-options.js";
import { resultsOption } from "./shared-options.js";

/** The command that goes on with the job, or from the state in a file, that is `resume`. */
export function resumeCommand(
  args: ExploreArguments,
  settings: ExploreSettings,
  resume: string,
  isJob: boolean,
): string {
  const { program, file, mailbox, strategy, by, seconds, schedules, redis, results } = args;
  const words = [program, file].filter((word) => word !== undefined);
  // A job goes on with its own seed and depth only. They can be those of a progress.json, which no argument has.
  const seed = isJob ? settings.seed : args.seed;
  const depth = isJob && strategy === "pct" ? String(settings.depth) : args.depth;
  const options = {
    ...{ mailbox, strategy: strategy === "exhaustive" ? undefined : strategy, by, seed, depth, seconds, schedules },
    "max-steps": args["max-steps"] === exploreOptions["max-steps"].default ? undefined : args["max-steps"],
    redis: isJob && redis !== undefined ? withoutCredentials(redis) : undefined,
    results: results === resultsOption.default ? undefined : results,
    resume,
  };
  const given = Object.entries(options).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option}`, value],
  );
  return commandLine("explore", ...words, ...given);
}

/** The command that replays the schedule in `file`. */
export function replayCommand(file: string, { module }: ProgramSource): string {
  const path = module === OWN_PROGRAMS ? [] : [relative("", fileURLToPath(module))];
  const words = [relative("", file), ...path.map((name) => (namesFile(name) ? name : `./${name}`))];
  return commandLine("explore", "replay", ...words);
}
