/** The options of `simulate explore`, their applicability, and the settings of a resumed exploration. */
import type { ExplorationProgress, ProgramSource } from "../../explore/index.js";
import { COVERAGES, STRATEGIES, type Coverage, type Strategy } from "../../explore/strategies.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { programName } from "../../vocabulary/index.js";
import { invalidValue, UsageError } from "./usage-error.js";
import { wholeNumber } from "./numeric-options.js";
import { redisOption, resumeOption } from "./redis-options.js";
import { jsonOption, mailboxOption, quietOption, resultsOption } from "./shared-options.js";

/** The default number of schedules of a sampling strategy. */
export const SAMPLES = 10_000;

export interface ExploreArguments {
  readonly program: string | undefined;
  readonly file: string | undefined;
  readonly module: string | undefined;
  readonly mailbox: MailboxKind | undefined;
  readonly strategy: Strategy | "replay";
  readonly by: Coverage | undefined;
  readonly schedule: string | undefined;
  readonly seed: string | undefined;
  readonly schedules: string | undefined;
  readonly seconds: string | undefined;
  readonly depth: string | undefined;
  readonly redis: string | undefined;
  readonly resume: string | undefined;
  readonly "max-steps": string;
  readonly results: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** For `yargs.options(…)`. An option that does not always apply has no default, so that its presence is known. */
export const exploreOptions = {
  mailbox: {
    choices: mailboxOption.choices,
    describe: `${mailboxOption.describe} [default: ${mailboxOption.default}]`,
  },
  strategy: { choices: [...STRATEGIES, "replay"], default: "exhaustive", describe: "Choice of the schedules" },
  by: {
    choices: COVERAGES,
    describe: "For exhaustive: explore all traces or all states [default: that of the program]",
  },
  schedule: { type: "string", requiresArg: true, describe: "For --strategy replay: the schedule.json" },
  seed: { type: "string", requiresArg: true, describe: "For pct and random [default: 1]" },
  schedules: {
    type: "string",
    requiresArg: true,
    describe: `Maximum number of schedules [default for pct and random: ${SAMPLES}]`,
  },
  seconds: { type: "string", requiresArg: true, describe: "Maximum time" },
  depth: {
    type: "string",
    requiresArg: true,
    describe: "For pct: the number of ordering constraints that a bug needs [default: 3]",
  },
  redis: redisOption,
  resume: resumeOption,
  "max-steps": {
    type: "string",
    requiresArg: true,
    default: "5000",
    describe: "Maximum number of steps of an execution; a longer one is a violation",
  },
  results: resultsOption,
  json: jsonOption,
  quiet: quietOption,
} as const;

/** The strategies that an option applies to, when these are not all. */
const APPLIES: Readonly<Record<Applied, readonly (Strategy | "replay")[]>> = {
  mailbox: STRATEGIES,
  by: ["exhaustive"],
  schedule: ["replay"],
  seed: ["pct", "random"],
  schedules: STRATEGIES,
  seconds: STRATEGIES,
  depth: ["pct"],
  redis: ["pct", "random"],
  resume: STRATEGIES,
};
type Applied = "mailbox" | "by" | "schedule" | "seed" | "schedules" | "seconds" | "depth" | "redis" | "resume";

/** Whether an argument names the file of a module, not a built-in program. */
export function namesFile(word: string): boolean {
  return /[/\\]|\.[cm]?js$/.test(word);
}

/** The schedule of a replay, and the module of its program; undefined for a built-in program. */
export interface ReplayScheduleArguments {
  readonly file: string;
  readonly module: string | undefined;
}

/** @throws {UsageError} for a missing schedule or an unexpected argument */
export function replayArguments({ program, file, module, schedule }: ExploreArguments): ReplayScheduleArguments {
  const words = [...(program === "replay" ? [] : [program]), file, module].filter((word) => word !== undefined);
  const chosen = schedule ?? words.shift();
  if (chosen === undefined)
    throw new UsageError(`missing schedule: expected ${programName()} explore replay FILE [MODULE]`);
  const [path, ...others] = words;
  const extra = path !== undefined && !namesFile(path) ? path : others[0];
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`);
  return { file: chosen, module: path };
}

/** @throws {UsageError} for an option that does not apply */
export function refuseInapplicable(args: ExploreArguments): void {
  const { program } = args;
  const strategy = program === "replay" ? "replay" : args.strategy;
  const listed = program === undefined && strategy !== "replay";
  for (const [option, strategies] of Object.entries(APPLIES)) {
    if (args[option as Applied] === undefined || (strategies.includes(strategy) && !listed)) continue;
    const other = listed ? "the list of programs" : strategy;
    throw new UsageError(`--${option} applies to ${strategies.join(", ")}, not to ${other}`);
  }
}

/** The settings that determine an exploration. */
export interface ExploreSettings {
  readonly mailbox: MailboxKind;
  readonly strategy: Strategy;
  readonly seed: string;
  readonly depth: number;
  /** Undefined: that of the program. */
  readonly by: Coverage | undefined;
}

/** The settings in `args`, and for the others those of `progress`. @throws {UsageError} when the two contradict */
export function settingsOf(
  args: ExploreArguments,
  { name }: ProgramSource,
  progress: ExplorationProgress | undefined,
): ExploreSettings {
  const strategy = args.strategy as Strategy;
  const made = progress && { seed: progress.seed, depth: progress.depth, by: coverageOf(progress) };
  const settings = {
    mailbox: args.mailbox ?? "sound",
    strategy,
    seed: args.seed === undefined ? (made?.seed ?? "1") : String(wholeNumber("seed", args.seed, 0)),
    depth: args.depth === undefined ? (made?.depth ?? 3) : wholeNumber("depth", args.depth, 1),
    by: args.by ?? made?.by,
  };
  if (progress === undefined || made === undefined || args.resume === undefined) return settings;
  const same =
    progress.program === name &&
    progress.mailbox === settings.mailbox &&
    progress.strategy === strategy &&
    (strategy === "exhaustive"
      ? made.by === settings.by
      : made.seed === settings.seed && (made.depth ?? settings.depth) === settings.depth);
  if (same && "from" in progress.resumption === (strategy !== "exhaustive")) return settings;
  const details =
    progress.strategy === "exhaustive"
      ? [made.by]
      : [`seed ${made.seed}`, made.depth === undefined ? undefined : `depth ${made.depth}`];
  const was = [progress.program, progress.mailbox, progress.strategy, ...details].filter((part) => part !== undefined);
  throw invalidValue("--resume", args.resume, `the same settings as in this file: ${was.join(", ")}`);
}

/** The coverage of an exhaustive exploration; undefined for a sampling strategy. */
function coverageOf({ resumption }: ExplorationProgress): Coverage | undefined {
  return "learned" in resumption ? "states" : "frontier" in resumption ? "traces" : undefined;
}
