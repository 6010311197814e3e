/** What `simulate` prints without arguments. */
export const SHORT_HELP = [
  "Load-tests live crowd agents: simulated workers against the agent model in this process, or against a Mephisto task.",
  "",
  "  simulate steady                 run a scenario; its results are written to results/",
  "  simulate list                   the scenarios of the package",
  "  simulate show steady            print one",
  "  simulate init mine.yaml         write one of your own, then: simulate mine.yaml",
  "  simulate capacity steady        the highest arrival rate at which it passes",
  "  simulate sweep steady           many seeds under simulated time",
  "",
  "  simulate --help                 all commands, and the options of a run",
  "  simulate COMMAND --help         the options of a command",
] as const;
