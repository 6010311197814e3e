/** The commands of `simulate`. */
import type { CommandModule } from "yargs";
import { benchCommand } from "./bench.js";
import { compareCommand } from "./compare.js";
import { completionCommand } from "./completion.js";
import { conformanceCommand } from "./conformance.js";
import { exploreCommand } from "./explore.js";
import { initCommand } from "./init.js";
import { listCommand } from "./list.js";
import { planCommand } from "./plan.js";
import { replayCommand } from "./replay.js";
import { reportCommand } from "./report.js";
import { runCommand } from "./run.js";
import { runsCommand } from "./runs.js";
import { shrinkCommand } from "./shrink.js";
import { sweepCommand } from "./sweep.js";
import { traceCommand } from "./trace.js";
import { validateCommand } from "./validate.js";

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
