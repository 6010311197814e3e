/** The commands of `simulate` for `--help`. The options of a command are imported only for this command. */
import type { CommandModule } from "yargs";
import type { Usage } from "./usage.js";

export interface Command {
  /** The name and the arguments; `$0` stands for no name. */
  readonly command: string | readonly string[];
  readonly describe: string;
  /** Imports its options and its handler. The type is unknown, as each definition has arguments of its own. */
  readonly load: () => Promise<{ readonly definition: unknown }>;
}

/** In the order of `--help`. The first is the default command. */
export const COMMANDS: readonly Command[] = [
  {
    command: ["$0", "run"],
    describe: "Run a scenario on real threads or under simulated time, and judge the run",
    load: () => import("../commands/run.js"),
  },
  {
    command: "capacity",
    describe: "Search the highest arrival rate at which a scenario passes, and its bottleneck above that rate",
    load: () => import("../commands/capacity.js"),
  },
  {
    command: "plan",
    describe: "Print the plan of a run and its hash",
    load: () => import("../commands/plan.js"),
  },
  {
    command: "list",
    describe: "List the scenarios of the package",
    load: () => import("../commands/list.js"),
  },
  {
    command: "show <name>",
    describe: "Print a scenario of the package",
    load: () => import("../commands/show.js"),
  },
  {
    command: "init [file]",
    describe: "Write a scenario with comments",
    load: () => import("../commands/init.js"),
  },
  {
    command: "validate <files..>",
    describe: "Check scenarios without a run",
    load: () => import("../commands/validate.js"),
  },
  {
    command: "schema <kind>",
    describe: "Print the JSON Schema of scenarios, or of a run's summary.json",
    load: () => import("../commands/schema.js"),
  },
  {
    command: "runs",
    describe: "List the runs, oldest first, or remove old ones",
    load: () => import("../commands/runs.js"),
  },
  {
    command: "history <directories..>",
    describe: "Show the figures of many runs over time, and where they changed",
    load: () => import("../commands/history.js"),
  },
  {
    command: "report <run>",
    describe: "Print the summary of a finished run, or the progress of an incomplete run",
    load: () => import("../commands/report.js"),
  },
  {
    command: "trace <run>",
    describe: "Print the events of a virtual run",
    load: () => import("../commands/trace.js"),
  },
  {
    command: "replay <run>",
    describe: "Replay a run and compare it with its record",
    load: () => import("../commands/replay.js"),
  },
  {
    command: "sweep",
    describe: "Run many seeds of a scenario under simulated time on all cores, and check the invariants of each",
    load: () => import("../commands/sweep.js"),
  },
  {
    command: "shrink",
    describe: "Reduce a seed that fails under simulated time to a smaller scenario that fails in the same way",
    load: () => import("../commands/shrink.js"),
  },
  {
    command: "explore [program] [file] [module]",
    describe: "Run every interleaving of a small program of threads, or list the programs",
    load: () => import("../commands/explore.js"),
  },
  {
    command: "serve",
    describe: "Serve the model as a live platform behind Mephisto's protocol, for people with browsers",
    load: () => import("../commands/serve.js"),
  },
  {
    command: "worker",
    describe: "Work for the sweeps, explorations and load runs of other machines, over Redis",
    load: () => import("../commands/worker.js"),
  },
  {
    command: "jobs [job]",
    describe: "List, show and cancel what worker processes work on: sweeps, explorations and load runs",
    load: () => import("../commands/jobs.js"),
  },
  {
    command: "conformance <files..>",
    describe: "Run recordings of the original against the agent model and the router, and compare every step",
    load: () => import("../commands/conformance.js"),
  },
  {
    command: "bench [names..]",
    describe: "Measure the benchmarks on this machine, each figure beside its floor",
    load: () => import("../commands/bench.js"),
  },
  {
    command: "compare <base> <current>",
    describe: "Compare two results of bench, or the runs of a scenario; exit 99 when something is slower",
    load: () => import("../commands/compare.js"),
  },
  {
    command: "completion [shell]",
    describe: "Print the script that completes command lines in your shell",
    load: () => import("../commands/completion.js"),
  },
];

export const USAGES: readonly Usage[] = COMMANDS.flatMap(({ command }) => command).filter((usage) => usage !== "$0");

/** The usage of the command `name`. */
export function usageOf(name: string | undefined): Usage | undefined {
  return USAGES.find((usage) => usage.split(" ")[0] === name);
}

/**
 * The commands for the parser: complete when the command line has the name among its words, or for the default command
 * when it does not begin with a name; otherwise only the usage.
 */
export async function modulesFor(words: readonly string[]): Promise<CommandModule[]> {
  const named = words.filter((word) => usageOf(word) !== undefined);
  const isDefault = usageOf(words[0]) === undefined;
  const isGiven = ({ command }: Command): boolean =>
    [command].flat().some((usage) => (usage === "$0" ? isDefault : named.includes(usage.replace(/ .*/, ""))));
  return Promise.all(
    COMMANDS.map(async (command) => {
      const usage = { command: command.command, describe: command.describe, handler: () => undefined };
      return isGiven(command) ? { ...usage, ...((await command.load()).definition as Partial<CommandModule>) } : usage;
    }),
  );
}
