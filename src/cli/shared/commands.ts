/** The commands of `simulate`, as `--help` lists them. The options of a command are imported only when it is the one that is given. */
import type { CommandModule } from "yargs";
import type { Usage } from "./usage.js";

export interface Command {
  /** The name and the arguments; `$0` stands for no name. */
  readonly command: string | readonly string[];
  readonly describe: string;
  /** Imports its options and what runs it. Each definition reads its own arguments; to the parser they are all alike. */
  readonly load: () => Promise<{ readonly definition: unknown }>;
}

/** In the order of `--help`; the first is what is run when no other is named. */
export const COMMANDS: readonly Command[] = [
  {
    command: ["$0", "run"],
    describe: "Run a scenario, on real threads or under simulated time, and judge it",
    load: () => import("../commands/run.js"),
  },
  {
    command: "plan",
    describe: "Print what the simulated workers of a run will do, and the plan's hash",
    load: () => import("../commands/plan.js"),
  },
  {
    command: "list",
    describe: "List the scenarios that come with the package",
    load: () => import("../commands/list.js"),
  },
  {
    command: "init [file]",
    describe: "Write a commented scenario to start from",
    load: () => import("../commands/init.js"),
  },
  {
    command: "validate <files..>",
    describe: "Check scenarios without running them",
    load: () => import("../commands/validate.js"),
  },
  {
    command: "runs",
    describe: "List the runs that left their results, oldest first",
    load: () => import("../commands/runs.js"),
  },
  {
    command: "report <run>",
    describe: "Print the summary of a run again, or how far it had come when it was cut off",
    load: () => import("../commands/report.js"),
  },
  {
    command: "trace <run>",
    describe: "Print what happened in a run under simulated time",
    load: () => import("../commands/trace.js"),
  },
  {
    command: "replay <run>",
    describe: "Repeat a run and compare it with what it recorded",
    load: () => import("../commands/replay.js"),
  },
  {
    command: "sweep",
    describe:
      "Run many seeds of a scenario under simulated time, over all cores, and check the invariants (thresholds are not looked at)",
    load: () => import("../commands/sweep.js"),
  },
  {
    command: "shrink",
    describe: "Find the smallest scenario that fails as a seed does under simulated time",
    load: () => import("../commands/shrink.js"),
  },
  {
    command: "explore [program] [file] [module]",
    describe: "Run a small program of threads through every interleaving, or list the programs",
    load: () => import("../commands/explore.js"),
  },
  {
    command: "serve",
    describe: "Serve the model as a live platform behind Mephisto's protocol, for people with browsers",
    load: () => import("../commands/serve.js"),
  },
  {
    command: "conformance <files..>",
    describe: "Run recordings of the original against the agent model and the router, and compare every step",
    load: () => import("../commands/conformance.js"),
  },
  {
    command: "bench [names..]",
    describe: "Measure the project on this machine, each figure beside its floor",
    load: () => import("../commands/bench.js"),
  },
  {
    command: "compare <base> <current>",
    describe: "Compare two results of simulate bench, or the runs of a scenario; exit 99 when something is slower",
    load: () => import("../commands/compare.js"),
  },
  {
    command: "completion [shell]",
    describe: "Print the script that completes this command in your shell",
    load: () => import("../commands/completion.js"),
  },
];

export const USAGES: readonly Usage[] = COMMANDS.flatMap(({ command }) => command).filter((usage) => usage !== "$0");

/** The usage of the command that is called `name`. */
export function usageOf(name: string | undefined): Usage | undefined {
  return USAGES.find((usage) => usage.split(" ")[0] === name);
}

/**
 * The commands for the parser: whole where the command line has the name among its words, and the default one where it has no name; of
 * the others only the usage.
 */
export async function modulesFor(words: readonly string[]): Promise<CommandModule[]> {
  const named = words.filter((word) => usageOf(word) !== undefined);
  const isGiven = ({ command }: Command): boolean =>
    [command].flat().some((usage) => (named.length === 0 ? usage === "$0" : named.includes(usage.replace(/ .*/, ""))));
  return Promise.all(
    COMMANDS.map(async (command) => {
      const usage = { command: command.command, describe: command.describe, handler: () => undefined };
      return isGiven(command) ? { ...usage, ...((await command.load()).definition as Partial<CommandModule>) } : usage;
    }),
  );
}
