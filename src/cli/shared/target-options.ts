/** `--target`: a run against a platform outside this process, from this machine or from several (`--redis`). */
import { wholeNumber } from "./numeric-options.js";
import { redisOption } from "./shared-options.js";
import { UsageError } from "./usage-error.js";

/** The environment's variable with the target's token: an option would be seen by others, and kept in the results. */
export const TARGET_TOKEN_VARIABLE = "SIMULATE_TARGET_TOKEN";

export interface TargetArguments {
  readonly target?: string | undefined;
  readonly "allow-remote": boolean;
  readonly dialect?: string | undefined;
  readonly database?: string | undefined;
  readonly scrape?: string | undefined;
}

/** The arguments that cannot be combined with a target. */
export interface TargetConflicts {
  readonly listen?: string | undefined;
  readonly virtual: boolean;
  readonly faults?: string | undefined;
  readonly mailbox: string;
  readonly record: boolean;
}

export const targetOptions = {
  target: {
    type: "string",
    requiresArg: true,
    describe: "Load the router at this URL as browsers do: Mephisto's, or another one with its protocol",
  },
  "allow-remote": {
    type: "boolean",
    default: false,
    describe: "Allow a target on another machine, or other machines to reach the router of --listen",
  },
  dialect: {
    type: "string",
    requiresArg: true,
    describe: "The format of the task's updates: a JavaScript module, which is run [default: the scenario's dialect]",
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

/** @throws {UsageError} for arguments that cannot be combined */
export function checkTargetArguments(args: TargetArguments & TargetConflicts): void {
  if (args.target === undefined && args.listen === undefined) {
    const given = (["dialect", "database", "scrape"] as const).find((name) => args[name] !== undefined);
    const lone = given ?? (args["allow-remote"] ? "allow-remote" : undefined);
    if (lone !== undefined) throw new UsageError(`--${lone} requires --target or --listen`);
    return;
  }
  if (args.target !== undefined && args.listen !== undefined)
    throw new UsageError("--target cannot be combined with --listen: one drives a router, the other is one");
  const over = args.target === undefined ? "--listen" : "--target";
  const option = args.virtual ? "virtual" : args.faults !== undefined ? "faults" : changedSwitch(args);
  if (option !== undefined)
    throw new UsageError(`${over} cannot be combined with --${option}, which is for a platform in this process`);
}

/** The first of `--mailbox` and `--no-record` that is given; undefined for neither: they have defaults. */
export function changedSwitch({
  mailbox,
  record,
}: Pick<TargetConflicts, "mailbox" | "record">): "mailbox" | "no-record" | undefined {
  if (mailbox !== "sound") return "mailbox";
  return record ? undefined : "no-record";
}

/** A run whose load comes from worker processes (`simulate worker`) on several machines. */
export interface MachineArguments {
  readonly redis?: string | undefined;
  readonly machines?: string | undefined;
}

export const machineOptions = {
  redis: redisOption,
  machines: {
    type: "string",
    requiresArg: true,
    describe: "With --redis: how many machines make the load [default: all with an idle worker process]",
  },
} as const;

/**
 * How many machines take part; undefined: as many as there are.
 * @throws {UsageError} for arguments that cannot be combined
 */
export function machinesFrom({
  redis,
  machines,
  target,
  dialect,
}: MachineArguments & { readonly target?: string | undefined; readonly dialect?: string | undefined }):
  | number
  | undefined {
  if (redis === undefined) {
    if (machines !== undefined) throw new UsageError("--machines requires --redis");
    return undefined;
  }
  if (target === undefined)
    throw new UsageError("--redis requires --target: a platform in this process cannot be loaded from other machines");
  if (dialect !== undefined)
    throw new UsageError("--redis cannot be combined with --dialect: a module is code, which is not sent to machines");
  return machines === undefined ? undefined : wholeNumber("machines", machines, 1);
}
