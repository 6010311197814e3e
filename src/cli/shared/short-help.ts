/** What `simulate` prints without arguments. */
import { programName } from "../../vocabulary/index.js";

/** The arguments of a command, and what it does. */
const FIRST = [
  ["steady", "run a scenario; its results are written to results/"],
  ["list", "the scenarios of the package"],
  ["show steady", "print one"],
  ["init mine.yaml", "write one of your own, to run with mine.yaml in the place of steady"],
  ["capacity steady", "the highest arrival rate at which it passes"],
  ["sweep steady", "many seeds under simulated time"],
] as const;
const HELP = [
  ["--help", "all commands, and the options of a run"],
  ["COMMAND --help", "the options of a command"],
] as const;

export function shortHelp(): string[] {
  const width = Math.max(...[...FIRST, ...HELP].map(([words]) => words.length));
  const lines = (list: readonly (readonly [words: string, what: string])[]): string[] =>
    list.map(([words, what]) => `  ${programName()} ${words.padEnd(width)}  ${what}`);
  return [
    "Load-tests live crowd agents: simulated workers against the agent model in this process, or against a Mephisto task.",
    "",
    ...lines(FIRST),
    "",
    ...lines(HELP),
  ];
}
