/** The options of `simulate explore`: which there are, which apply to what is asked for, and what an exploration that is resumed began with. */
import type { ExplorationProgress, ProgramSource } from "../../explore/index.js";
import { COVERAGES, STRATEGIES, type Coverage, type Strategy } from "../../explore/strategies.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { UsageError } from "./usage-error.js";
import { wholeNumber } from "./numeric-options.js";
import { jsonOption, mailboxOption, quietOption, resultsOption } from "./shared-options.js";

/** Schedules that a sampling strategy executes unless told otherwise. */
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
  readonly resume: string | undefined;
  readonly "max-steps": string;
  readonly results: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** For `yargs.options(…)`. What does not apply to everything has no default here: whether it was given has to be known. */
export const exploreOptions = {
  mailbox: {
    choices: mailboxOption.choices,
    describe: `${mailboxOption.describe} [default: ${mailboxOption.default}]`,
  },
  strategy: { choices: [...STRATEGIES, "replay"], default: "exhaustive", describe: "How schedules are chosen" },
  by: {
    choices: COVERAGES,
    describe: "Of exhaustive: go through all traces or all states [default: what the program says]",
  },
  schedule: { type: "string", requiresArg: true, describe: "With --strategy replay: the schedule.json" },
  seed: { type: "string", requiresArg: true, describe: "Of pct and random [default: 1]" },
  schedules: {
    type: "string",
    requiresArg: true,
    describe: `Stop after so many (pct and random: ${SAMPLES} by default)`,
  },
  seconds: { type: "string", requiresArg: true, describe: "Stop after this time" },
  depth: {
    type: "string",
    requiresArg: true,
    describe: "Of pct: how many ordering constraints a bug may need [default: 3]",
  },
  resume: {
    type: "string",
    requiresArg: true,
    describe: "Go on from the progress.json of an exploration that was stopped",
  },
  "max-steps": {
    type: "string",
    requiresArg: true,
    default: "5000",
    describe: "Steps after which an execution counts as endless",
  },
  results: resultsOption,
  json: jsonOption,
  quiet: quietOption,
} as const;

/** What an option applies to, where that is not everything. */
const APPLIES: Readonly<Record<Applied, readonly (Strategy | "replay")[]>> = {
  mailbox: STRATEGIES,
  by: ["exhaustive"],
  schedule: ["replay"],
  seed: ["pct", "random"],
  schedules: STRATEGIES,
  seconds: STRATEGIES,
  depth: ["pct"],
  resume: STRATEGIES,
};
type Applied = "mailbox" | "by" | "schedule" | "seed" | "schedules" | "seconds" | "depth" | "resume";

/** Whether an argument names a module by its path, instead of one of the explorer's own programs. */
export function isModulePath(word: string): boolean {
  return /[/\\]|\.[cm]?js$/.test(word);
}

/** The schedule that a replay is of, and the module of its program where that is not the explorer's own. */
export interface ReplayScheduleArguments {
  readonly file: string;
  readonly module: string | undefined;
}

/** @throws {UsageError} when no schedule is given, or too much */
export function replayArguments({ program, file, module, schedule }: ExploreArguments): ReplayScheduleArguments {
  const words = [...(program === "replay" ? [] : [program]), file, module].filter((word) => word !== undefined);
  const chosen = schedule ?? words.shift();
  if (chosen === undefined) throw new UsageError("which schedule? simulate explore replay FILE [MODULE]");
  const [path, ...others] = words;
  const extra = path !== undefined && !isModulePath(path) ? path : others[0];
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`);
  return { file: chosen, module: path };
}

/** @throws {UsageError} for an option that says nothing about what is asked for */
export function refuseInapplicable(args: ExploreArguments): void {
  const { program } = args;
  const way = program === "replay" ? "replay" : args.strategy;
  const listed = program === undefined && way !== "replay";
  for (const [option, ways] of Object.entries(APPLIES)) {
    if (args[option as Applied] === undefined || (ways.includes(way) && !listed)) continue;
    throw new UsageError(`--${option} applies to ${ways.join(", ")}, not to ${listed ? "the list of programs" : way}`);
  }
}

/** What an exploration needs to be the same again. */
export interface ExploreSettings {
  readonly mailbox: MailboxKind;
  readonly strategy: Strategy;
  readonly seed: string;
  readonly depth: number;
  /** Undefined: what the program says. */
  readonly by: Coverage | undefined;
}

/** The settings that `args` ask for, in all else those of `progress`. @throws {UsageError} when they ask for others than it was made with */
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
  if (progress === undefined || made === undefined) return settings;
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
  throw new UsageError(`${args.resume ?? ""} is of ${was.join(", ")}; resume it as that`);
}

/** What an exhaustive exploration went through; undefined for a sampling. */
function coverageOf({ resumption }: ExplorationProgress): Coverage | undefined {
  return "learned" in resumption ? "states" : "frontier" in resumption ? "traces" : undefined;
}
