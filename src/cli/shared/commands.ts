/** The commands of `simulate`. */
import type { CommandModule } from "yargs";
import { benchCommand } from "../commands/bench.js";
import { compareCommand } from "../commands/compare.js";
import { completionCommand } from "../commands/completion.js";
import { conformanceCommand } from "../commands/conformance.js";
import { exploreCommand } from "../commands/explore.js";
import { initCommand } from "../commands/init.js";
import { listCommand } from "../commands/list.js";
import { planCommand } from "../commands/plan.js";
import { replayCommand } from "../commands/replay.js";
import { reportCommand } from "../commands/report.js";
import { runCommand } from "../commands/run.js";
import { runsCommand } from "../commands/runs.js";
import { shrinkCommand } from "../commands/shrink.js";
import { sweepCommand } from "../commands/sweep.js";
import { traceCommand } from "../commands/trace.js";
import { validateCommand } from "../commands/validate.js";

/** In the order of `--help`; the first is what is run when no other is named. */
export const COMMANDS = [
  runCommand,
  planCommand,
  listCommand,
  initCommand,
  validateCommand,
  runsCommand,
  reportCommand,
  traceCommand,
  replayCommand,
  sweepCommand,
  shrinkCommand,
  exploreCommand,
  conformanceCommand,
  benchCommand,
  compareCommand,
  completionCommand,
  // Each module reads its own arguments; to the parser they are all alike.
] as unknown as readonly CommandModule[];
