/** `simulate explore`: every interleaving of a small program, or a seeded sample, or one schedule again. */
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { setImmediate as eventLoop } from "node:timers/promises";
import type { CommandModule } from "yargs";
import {
  COVERAGES, describeFailure, describeSteps, explore, failureOf, moduleAt, NoSuchProgramError, openSession, OWN_PROGRAMS, parseProgress, parseSchedule,
  programsOf, renderSchedule, replay, ScheduleFormatError, sourceOf, STRATEGIES,
  type Coverage, type Exploration, type FailingSchedule, type Program, type ProgramSource, type Progress, type Session, type Strategy,
} from "../explore/index.js";
import { formatCount, plural, whyFileFailed } from "../report/index.js";
import { didYouMean } from "../scenario/index.js";
import { MAILBOX_KINDS, type MailboxKind } from "../sync/index.js";
import { UsageError } from "./errors.js";
import { examples } from "./examples.js";
import { readText } from "./files.js";
import { wholeNumber } from "./plan-options.js";
import { renderSchedulePage } from "./schedule-page.js";
import { widthOf } from "./terminal.js";

const EXIT_VIOLATION = 98;
/** Schedules that a sampling strategy executes unless told otherwise. */
const SAMPLES = 10_000;
const PROGRESS_EVERY_MS = 1000;

interface Arguments {
  readonly program: string | undefined;
  readonly file: string | undefined;
  readonly mailbox: MailboxKind;
  readonly strategy: Strategy | "replay";
  readonly by: Coverage | undefined;
  readonly schedule: string | undefined;
  readonly seed: string;
  readonly schedules: string | undefined;
  readonly seconds: string | undefined;
  readonly depth: string;
  readonly resume: string | undefined;
  readonly "max-steps": string;
  readonly results: string;
  readonly json: boolean;
}

export const exploreCommand: CommandModule<object, Arguments> = {
  command: "explore [program] [file]",
  describe: "Run a small program of threads through every interleaving, or list the programs",
  builder: (yargs) =>
    yargs
      .positional("program", { type: "string", describe: "A program's name, the path of a module that exports programs, or `replay`" })
      .positional("file", { type: "string", describe: "The program's name in the module; the schedule to replay" })
      .option("mailbox", { choices: MAILBOX_KINDS, default: "sound" as const, describe: "Which implementation of mailboxes" })
      .option("strategy", { choices: [...STRATEGIES, "replay" as const], default: "exhaustive" as const, describe: "How schedules are chosen" })
      .option("by", { choices: COVERAGES, describe: "Of exhaustive: go through all traces or all states [default: what the program says]" })
      .option("schedule", { type: "string", requiresArg: true, describe: "With --strategy replay: the schedule.json" })
      .option("seed", { type: "string", requiresArg: true, default: "1", describe: "Of pct and random" })
      .option("schedules", { type: "string", requiresArg: true, describe: `Stop after so many (pct and random: ${SAMPLES} by default)` })
      .option("seconds", { type: "string", requiresArg: true, describe: "Stop after this time" })
      .option("depth", { type: "string", requiresArg: true, default: "3", describe: "Of pct: how many ordering constraints a bug may need" })
      .option("resume", { type: "string", requiresArg: true, describe: "Go on from the progress.json of an exploration that was stopped" })
      .option("max-steps", { type: "string", requiresArg: true, default: "5000", describe: "Steps after which an execution counts as endless" })
      .option("results", { type: "string", requiresArg: true, default: "results", describe: "Where to write failing schedules and their pictures" })
      .option("json", { type: "boolean", default: false, describe: "Print JSON" })
      .epilogue(
        examples(
          ["$0 explore", "the programs"],
          ["$0 explore shutdown-waiter --mailbox reference", "find a race of the seed's order"],
          ["$0 explore ./mine.js --strategy pct --seed 7", "your own program, sampled"],
          ["$0 explore replay results/…/schedule.json", "the same failure again"],
        ),
      ),
  handler: async (args) => {
    try {
      await run(args);
    } catch (error) {
      if (error instanceof NoSuchProgramError || error instanceof ScheduleFormatError || error instanceof RangeError) {
        throw new UsageError(error.message);
      }
      throw error;
    }
  },
};

async function run(args: Arguments): Promise<void> {
  if (args.program === "replay" || args.strategy === "replay") {
    const file = args.program === "replay" ? args.file : args.schedule;
    if (file === undefined) throw new UsageError("which schedule? simulate explore replay FILE");
    await replayFile(file, args);
  } else if (args.program === undefined) {
    await list(args);
  } else {
    await exploreProgram(await findProgram(args.program, args.file), args);
  }
}

async function list({ json }: Arguments): Promise<void> {
  const programs = (await programsOf(OWN_PROGRAMS)).map(({ name, description, threads }) => ({ name, description, threads: Object.keys(threads) }));
  if (json) {
    print(JSON.stringify(programs, null, 2));
    return;
  }
  const width = Math.max(...programs.map(({ name }) => name.length));
  for (const { name, description } of programs) print(`${name.padEnd(width)}  ${description}`);
}

/** A program of the explorer's own by name, or one of a module. Throws a UsageError that names the nearest. */
async function findProgram(wanted: string, name: string | undefined): Promise<ProgramSource> {
  const isPath = /[/\\]|\.[cm]?js$/.test(wanted);
  if (isPath && !existsSync(wanted)) throw new UsageError(`${wanted}: there is no such file`);
  if (isPath && statSync(wanted).isDirectory()) throw new UsageError(`${wanted} is a directory, not a module`);
  const module = isPath ? moduleAt(wanted) : OWN_PROGRAMS;
  const programs = isPath ? await importPrograms(wanted, module) : await programsOf(OWN_PROGRAMS);
  const names = programs.map((program) => program.name);
  const sought = isPath ? (name ?? names[0] ?? "") : wanted;
  if (names.includes(sought)) return { module, name: sought };
  if (names.length === 0) throw new UsageError(`${wanted} exports no program; make one with define() of crowdstorm/explore`);
  throw new UsageError(`there is no program "${sought}"${didYouMean(sought, names)} (simulate explore lists them)`);
}

async function importPrograms(path: string, module: string): Promise<readonly Program[]> {
  try {
    return await programsOf(module);
  } catch (error) {
    throw new UsageError(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function exploreProgram(source: ProgramSource, args: Arguments): Promise<void> {
  const progress = args.resume === undefined ? undefined : readParsed(args.resume, parseProgress);
  if (progress !== undefined && (progress.program !== source.name || progress.mailbox !== args.mailbox || progress.strategy !== args.strategy)) {
    throw new UsageError(`${args.resume ?? ""} is of ${progress.program}, ${progress.mailbox}, ${progress.strategy}; resume it as that`);
  }
  const session = await openSession(source, { mailbox: args.mailbox, maxSteps: wholeNumber("max-steps", args["max-steps"], 1) });
  try {
    const strategy = args.strategy as Strategy;
    const coveredBy = args.by ?? session.program.coveredBy;
    const exploration = explore(session, { strategy, coveredBy, seed: progress?.seed ?? args.seed, depth: wholeNumber("depth", args.depth, 1), ...progress?.resumption });
    const begin = performance.now();
    const failed = await drive(exploration, args, strategy);
    const seconds = (performance.now() - begin) / 1000;
    if (failed) {
      const failure = describeFailure(session, source);
      const directory = resultsDirectory(args, source);
      const [file, page] = ["schedule.json", "schedule.html"].map((name) => relative("", join(directory, name))) as [string, string];
      write(directory, "schedule.json", failure);
      writeFileSync(page, renderSchedulePage(failure, describeSteps(session, failure.steps), file));
      reportTally(exploration, args, source, seconds, { failure, file, page });
      if (!args.json) {
        showFailure(session, failure, file);
        print(`picture: ${page}`);
      }
      process.exitCode = EXIT_VIOLATION;
      return;
    }
    const stopped = strategy !== "exhaustive" || !exploration.tally.covered;
    reportTally(exploration, args, source, seconds);
    if (stopped) {
      const directory = resultsDirectory(args, source);
      const state: Progress = {
        version: 1, program: source.name, mailbox: args.mailbox, strategy, seed: args.seed,
        resumption: exploration.resumption() as Progress["resumption"],
      };
      write(directory, "progress.json", state);
      if (!args.json) print(`stopped; to go on: --resume ${relative("", join(directory, "progress.json"))}`);
    }
  } finally {
    await session.close();
  }
}

/** Executes schedules until one fails, there are no more, or it is time to stop. Returns whether one failed. */
async function drive(exploration: Exploration, args: Arguments, strategy: Strategy): Promise<boolean> {
  const { json } = args;
  const most = args.schedules === undefined ? (strategy === "exhaustive" ? Infinity : SAMPLES) : wholeNumber("schedules", args.schedules, 1);
  const seconds = args.seconds === undefined ? Infinity : wholeNumber("seconds", args.seconds, 1);
  let interrupted = false;
  const interrupt = (): void => {
    interrupted = true;
  };
  process.once("SIGINT", interrupt);
  const begin = performance.now();
  let shown = begin;
  try {
    for (let looks = 0; exploration.tally.schedules < most; looks++) {
      const problems = exploration.next();
      if (problems === undefined) return false;
      if (problems.length > 0) return true;
      if (looks % 128 !== 0 && exploration.tally.states === 0) continue;
      await eventLoop();
      const now = performance.now();
      if (isSet(interrupted) || now - begin >= seconds * 1000) return false;
      if (now - shown < PROGRESS_EVERY_MS || json || !process.stderr.isTTY) continue;
      shown = now;
      process.stderr.write(`\r${plural(exploration.tally.schedules, "schedule")}, ${found(exploration.tally)} `);
    }
    return false;
  } finally {
    process.removeListener("SIGINT", interrupt);
    if (process.stderr.isTTY && !json) process.stderr.write("\r\u001b[K");
  }
}

/** Hides from the compiler that nothing in the loop sets the flag: a signal does. */
function isSet(flag: boolean): boolean {
  return flag;
}

async function replayFile(file: string, args: Arguments): Promise<void> {
  const schedule = readParsed(file, parseSchedule);
  const source = sourceOf(schedule);
  const session = await openSession(source, { mailbox: schedule.mailbox, maxSteps: wholeNumber("max-steps", args["max-steps"], 1) });
  try {
    const { problems } = replay(session, schedule);
    const failure = failureOf(session, source, { steps: schedule.steps, problems, fewest: schedule.fewest });
    if (args.json) print(JSON.stringify(failure, null, 2));
    else if (problems.length === 0) print(`${schedule.program}, ${schedule.mailbox}: the schedule shows no violation any more`);
    else showFailure(session, failure, file);
    if (problems.length > 0) process.exitCode = EXIT_VIOLATION;
  } finally {
    await session.close();
  }
}

function showFailure(session: Session, failure: FailingSchedule, file: string): void {
  for (const problem of failure.problems) print(`violation: ${problem}`);
  const fewest = failure.fewest ? "the fewest that show it" : "the fewest found";
  print(`\nschedule with ${plural(failure.contextSwitches, "context switch", "context switches")}, ${fewest}:\n`);
  print(renderSchedule(failure.threads, describeSteps(session, failure.steps), Math.max(100, process.stdout.isTTY ? widthOf(process.stdout) : 120)));
  for (const [thread, outcome] of Object.entries(failure.outcomes)) print(`${thread} returned ${JSON.stringify(outcome)}`);
  print(`replay: simulate explore replay ${relative("", file)}`);
}

function reportTally(
  { tally }: Exploration, { json, mailbox, strategy, seed }: Arguments, { name }: ProgramSource, seconds: number,
  violation?: { failure: FailingSchedule; file: string; page: string },
): void {
  const pointsPerSecond = Math.round(tally.points / seconds);
  if (json) {
    print(JSON.stringify({ program: name, mailbox, strategy, seed, ...tally, seconds, pointsPerSecond, violation: violation?.failure, file: violation?.file, page: violation?.page }, null, 2));
    return;
  }
  const all = tally.states > 0 ? "no violation; every state explored" : "no violation; every trace explored";
  const verdict = violation !== undefined ? "VIOLATION" : tally.covered ? all : "no violation so far";
  print(`${name}, ${mailbox}, ${strategy}: ${verdict}`);
  print(`${plural(tally.schedules, "schedule")} (${formatCount(tally.redundant)} cut short), ${found(tally)}, ${plural(tally.outcomes, "outcome")}, ` +
    `up to ${plural(tally.depth, "step")}, ${seconds.toFixed(1)} s, ${formatCount(pointsPerSecond)} scheduling points a second`);
}

/** What an exploration has come across. */
function found({ states, transitions, traces }: Exploration["tally"]): string {
  return states > 0 ? `${plural(states, "state")}, ${plural(transitions, "step")} between states` : plural(traces, "trace");
}

function resultsDirectory({ results, mailbox }: Arguments, { name }: ProgramSource): string {
  const time = new Date().toISOString().replace(/[-:]/g, "").replace(/\.\d+Z$/, "Z");
  const directory = join(results, `explore-${basename(name)}-${mailbox}-${time}-${process.pid}`);
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new UsageError(`results cannot be written to ${results}: ${whyFileFailed(error)}`, { cause: error });
  }
  return directory;
}

function write(directory: string, file: string, content: unknown): void {
  writeFileSync(join(directory, file), `${JSON.stringify(content, null, 2)}\n`);
}

function readParsed<T>(file: string, parse: (text: string) => T): T {
  const text = readText(file);
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof ScheduleFormatError ? new UsageError(`${file}: ${error.message}`, { cause: error }) : error;
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
