/** `--target`: a run against a task that is not of this process. */
import type { Scenario } from "../../load/scenario/index.js";
import { UsageError } from "./usage-error.js";

export interface TargetArguments {
  readonly target?: string | undefined;
  readonly "allow-remote": boolean;
  readonly dialect?: string | undefined;
  readonly database?: string | undefined;
  readonly scrape?: string | undefined;
}

/** The arguments with which a target cannot be combined. */
export interface TargetConflicts {
  readonly virtual: boolean;
  readonly faults?: string | undefined;
  readonly mailbox: string;
  readonly record: boolean;
}

export const targetOptions = {
  target: {
    type: "string",
    requiresArg: true,
    describe: "Drive the router at this URL, as browsers do: Mephisto's, or one of the same protocol",
  },
  "allow-remote": {
    type: "boolean",
    default: false,
    describe: "Let the target be on another machine",
  },
  dialect: {
    type: "string",
    requiresArg: true,
    describe: "How the task's updates look: a JavaScript module, which is run [default: the scenario's dialect]",
  },
  database: {
    type: "string",
    requiresArg: true,
    describe: "Check the run against the target's database: Mephisto's database.db, or a run.db; it is only read",
  },
  scrape: {
    type: "string",
    requiresArg: true,
    describe: "Keep the target's Prometheus metrics from this URL, and draw them in the report",
  },
} as const;

/** @throws {UsageError} for what cannot be combined */
export function checkTargetArguments(args: TargetArguments & TargetConflicts, scenario: Scenario): void {
  if (args.target === undefined) {
    const given = (["dialect", "database", "scrape"] as const).find((name) => args[name] !== undefined);
    const lone = given ?? (args["allow-remote"] ? "allow-remote" : undefined);
    if (lone !== undefined) throw new UsageError(`--${lone} is for runs against a target: add --target URL`);
    return;
  }
  if (args.virtual) throw new UsageError("a target takes its own time: leave --virtual out");
  if (args.faults !== undefined)
    throw new UsageError("--faults are drawn under simulated time: leave them out with --target");
  if (args.mailbox !== "sound")
    throw new UsageError("--mailbox is of a platform in this process: leave it out with --target");
  if (!args.record) throw new UsageError("--no-record is of a platform in this process: leave it out with --target");
  if (scenario.faults.length > 0)
    throw new UsageError(
      "the scenario has faults, which break threads of a platform in this process: leave them out for --target",
    );
  if (scenario.shutdownAt !== undefined)
    throw new UsageError("the scenario has shutdownAt: a target cannot be shut down from outside; leave it out");
}
