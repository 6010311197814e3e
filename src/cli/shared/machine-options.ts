/** `--redis` and `--machines` of a run: its load comes from worker processes (`simulate worker`) on several machines. */
import { wholeNumber } from "./numeric-options.js";
import { redisOption } from "./redis-options.js";
import { UsageError } from "./usage-error.js";

export interface MachineArguments {
  readonly redis?: string | undefined;
  readonly machines?: string | undefined;
}

export const machineOptions = {
  redis: redisOption,
  machines: {
    type: "string",
    requiresArg: true,
    describe: "With --redis: how many machines make the load [default: all with an idle simulate worker]",
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
