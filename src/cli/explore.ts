/** `simulate explore`: every interleaving of a small program, or a seeded sample, or one schedule again. */
import { existsSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { setImmediate as eventLoop } from "node:timers/promises";
import type { CommandModule } from "yargs";
import {
  describeFailure,
  describeSteps,
  explore,
  failureOf,
  moduleAt,
  NoSuchProgramError,
  openSession,
  OWN_PROGRAMS,
  parseProgress,
  parseSchedule,
  programsOf,
  renderSchedule,
  replay,
  ScheduleFormatError,
  sourceOf,
  type Exploration,
  type FailingSchedule,
  type Program,
  type ProgramSource,
  type Progress,
  type Session,
  type Strategy,
} from "../explore/index.js";
import {
  createRunDirectory,
  formatCount,
  plural,
  removeRunDirectory,
  ResultsError,
  shellWord,
  writeAtomically,
} from "../report/index.js";
import { didYouMean } from "../scenario/index.js";
import { EXIT } from "../vocabulary/index.js";
import { UsageError } from "./errors.js";
import { examples } from "./examples.js";
import {
  exploreOptions,
  refuseInapplicable,
  SAMPLES,
  settingsOf,
  type ExploreArguments,
  type ExploreSettings,
} from "./explore-options.js";
import { readText } from "./files.js";
import { interruptible } from "./interrupt.js";
import { wholeNumber } from "./plan-options.js";
import { renderSchedulePage } from "./schedule-page.js";
import { widthOf } from "./terminal.js";

const PROGRESS_EVERY_MS = 1000;

export const exploreCommand: CommandModule<object, ExploreArguments> = {
  command: "explore [program] [file]",
  describe: "Run a small program of threads through every interleaving, or list the programs",
  builder: (yargs) =>
    yargs
      .positional("program", {
        type: "string",
        describe: "A program's name, the path of a module that exports programs, or `replay`",
      })
      .positional("file", { type: "string", describe: "The program's name in the module; the schedule to replay" })
      .options(exploreOptions)
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

async function run(args: ExploreArguments): Promise<void> {
  refuseInapplicable(args);
  if (args.program === "replay" || args.strategy === "replay") {
    const file = args.schedule ?? args.file;
    if (file === undefined) throw new UsageError("which schedule? simulate explore replay FILE");
    await replayFile(file, args);
  } else if (args.program === undefined) {
    await list(args);
  } else {
    await exploreProgram(await findProgram(args.program, args.file), args);
  }
}

async function list({ json }: ExploreArguments): Promise<void> {
  const programs = (await programsOf(OWN_PROGRAMS)).map(({ name, description, threads }) => ({
    name,
    description,
    threads: Object.keys(threads),
  }));
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
  if (!isPath && name !== undefined) throw new UsageError(`there is one word too many: "${name}"`);
  if (isPath && !existsSync(wanted)) throw new UsageError(`${wanted}: there is no such file`);
  if (isPath && statSync(wanted).isDirectory()) throw new UsageError(`${wanted} is a directory, not a module`);
  const module = isPath ? moduleAt(wanted) : OWN_PROGRAMS;
  const programs = isPath ? await importPrograms(wanted, module) : await programsOf(OWN_PROGRAMS);
  const names = programs.map((program) => program.name);
  const sought = isPath ? (name ?? names[0] ?? "") : wanted;
  if (names.includes(sought)) return { module, name: sought };
  if (names.length === 0)
    throw new UsageError(`${wanted} exports no program; make one with define() of crowdstorm/explore`);
  throw new UsageError(`there is no program "${sought}"${didYouMean(sought, names)} (simulate explore lists them)`);
}

async function importPrograms(path: string, module: string): Promise<readonly Program[]> {
  try {
    return await programsOf(module);
  } catch (error) {
    throw new UsageError(`${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function exploreProgram(source: ProgramSource, args: ExploreArguments): Promise<void> {
  const progress = args.resume === undefined ? undefined : readParsed(args.resume, parseProgress);
  const settings = settingsOf(args, source, progress);
  const session = await openSession(source, {
    mailbox: settings.mailbox,
    maxSteps: wholeNumber("max-steps", args["max-steps"], 1),
  });
  try {
    const { by, ...options } = settings;
    const exploration = explore(session, {
      ...options,
      coveredBy: by ?? session.program.coveredBy,
      ...progress?.resumption,
    });
    const begin = performance.now();
    const stopped = await drive(exploration, args, settings.strategy);
    const seconds = (performance.now() - begin) / 1000;
    if (stopped === "violation") {
      process.exitCode = EXIT.invariant;
      tellViolation(session, describeFailure(session, source), { exploration, args, settings, source, seconds });
      return;
    }
    reportTally({ exploration, args, settings, source, seconds });
    if (stopped === "covered") return;
    if (stopped === "interrupted") process.exitCode = EXIT.interrupted;
    const { mailbox, strategy, seed, depth } = settings;
    const state: Progress = {
      version: 1,
      program: source.name,
      mailbox,
      strategy,
      seed,
      ...(strategy === "pct" && { depth }),
      resumption: exploration.resumption() as Progress["resumption"],
    };
    const directory = resultsDirectory(settings, args, source);
    write(directory, "progress.json", asText(state));
    if (!args.json) print(`stopped; to go on: --resume ${relative("", join(directory, "progress.json"))}`);
  } finally {
    await session.close();
  }
}

/** Executes schedules until one fails, there are no more, or it is time to stop. */
async function drive(
  exploration: Exploration,
  args: ExploreArguments,
  strategy: Strategy,
): Promise<"violation" | "covered" | "stopped" | "interrupted"> {
  const { json } = args;
  const most =
    args.schedules === undefined
      ? strategy === "exhaustive"
        ? Infinity
        : SAMPLES
      : wholeNumber("schedules", args.schedules, 1);
  const seconds = args.seconds === undefined ? Infinity : wholeNumber("seconds", args.seconds, 1);
  const interrupt = interruptible();
  const begin = performance.now();
  let shown = begin;
  try {
    for (let looks = 0; exploration.tally.schedules < most; looks++) {
      const problems = exploration.next();
      if (problems === undefined) return "covered";
      if (problems.length > 0) return "violation";
      if (looks % 128 !== 0 && exploration.tally.states === 0) continue;
      await eventLoop();
      const now = performance.now();
      if (interrupt.aborted) return "interrupted";
      if (now - begin >= seconds * 1000) return "stopped";
      if (now - shown < PROGRESS_EVERY_MS || json || !process.stderr.isTTY) continue;
      shown = now;
      process.stderr.write(`\r${plural(exploration.tally.schedules, "schedule")}, ${found(exploration.tally)} `);
    }
    return "stopped";
  } finally {
    if (process.stderr.isTTY && !json) process.stderr.write("\r\u001b[K");
  }
}

async function replayFile(file: string, args: ExploreArguments): Promise<void> {
  const schedule = readParsed(file, parseSchedule);
  const source = sourceOf(schedule);
  const maxSteps = wholeNumber("max-steps", args["max-steps"], 1);
  if (schedule.steps.length > maxSteps)
    throw new UsageError(`${file} has ${formatCount(schedule.steps.length)} steps: --max-steps must be that or more`);
  const session = await openSession(source, { mailbox: schedule.mailbox, maxSteps });
  try {
    const { problems, followed } = replay(session, schedule);
    if (!followed)
      throw new UsageError(
        `${file} does not fit the program ${schedule.program} (any more): its step ${session.steps + 1} is of a thread that cannot run there`,
      );
    // What was shown of the violation that was recorded is not known of another.
    const fewest = schedule.fewest && problems.join("\n") === schedule.problems.join("\n");
    const failure = failureOf(session, source, { steps: schedule.steps, problems, fewest });
    if (args.json) print(JSON.stringify(failure, null, 2));
    else if (problems.length === 0)
      print(`${schedule.program}, ${schedule.mailbox}: the schedule shows no violation any more`);
    else showFailure(session, failure, file);
    if (problems.length > 0) process.exitCode = EXIT.invariant;
  } finally {
    await session.close();
  }
}

/** What has been explored, and how. */
interface Explored {
  readonly exploration: Exploration;
  readonly args: ExploreArguments;
  readonly settings: ExploreSettings;
  readonly source: ProgramSource;
  readonly seconds: number;
}

/** Prints the violation, and writes it down where that can be done: it is the verdict whether or not there is room for it. */
function tellViolation(session: Session, failure: FailingSchedule, explored: Explored): void {
  const { args, settings, source } = explored;
  let files: { readonly file: string; readonly page: string } | undefined;
  let problem: string | undefined;
  try {
    const directory = resultsDirectory(settings, args, source);
    const [file, page] = ["schedule.json", "schedule.html"].map((name) => relative("", join(directory, name))) as [
      string,
      string,
    ];
    write(directory, "schedule.html", renderSchedulePage(failure, describeSteps(session, failure.steps), file));
    write(directory, "schedule.json", asText(failure));
    files = { file, page };
  } catch (error) {
    if (!(error instanceof ResultsError)) throw error;
    problem = error.message;
  }
  reportTally(explored, { failure, ...files });
  if (!args.json) {
    showFailure(session, failure, files?.file);
    if (files !== undefined) print(`picture: ${files.page}`);
  }
  if (problem !== undefined) process.stderr.write(`simulate: the schedule is not kept: ${problem}\n`);
}

function showFailure(session: Session, failure: FailingSchedule, file: string | undefined): void {
  for (const problem of failure.problems) print(`violation: ${problem}`);
  const fewest = failure.fewest ? "the fewest that show it" : "the fewest found";
  print(`\nschedule with ${plural(failure.contextSwitches, "context switch", "context switches")}, ${fewest}:\n`);
  print(
    renderSchedule(
      failure.threads,
      describeSteps(session, failure.steps),
      Math.max(100, process.stdout.isTTY ? widthOf(process.stdout) : 120),
    ),
  );
  for (const [thread, outcome] of Object.entries(failure.outcomes))
    print(`${thread} returned ${JSON.stringify(outcome)}`);
  if (file !== undefined) print(`replay: simulate explore replay ${shellWord(relative("", file))}`);
}

function reportTally(
  {
    exploration: { tally },
    args: { json },
    settings: { mailbox, strategy, seed },
    source: { name },
    seconds,
  }: Explored,
  violation?: { readonly failure: FailingSchedule; readonly file?: string; readonly page?: string },
): void {
  const pointsPerSecond = Math.round(tally.points / seconds);
  if (json) {
    print(
      JSON.stringify(
        {
          program: name,
          mailbox,
          strategy,
          seed,
          ...tally,
          seconds,
          pointsPerSecond,
          violation: violation?.failure,
          file: violation?.file,
          page: violation?.page,
        },
        null,
        2,
      ),
    );
    return;
  }
  const all = tally.states > 0 ? "no violation; every state explored" : "no violation; every trace explored";
  const verdict = violation !== undefined ? "VIOLATION" : tally.covered ? all : "no violation so far";
  print(`${name}, ${mailbox}, ${strategy}: ${verdict}`);
  print(
    `${plural(tally.schedules, "schedule")} (${formatCount(tally.redundant)} cut short), ${found(tally)}, ${plural(tally.outcomes, "outcome")}, ` +
      `up to ${plural(tally.depth, "step")}, ${seconds.toFixed(1)} s, ${formatCount(pointsPerSecond)} scheduling points a second`,
  );
}

/** What an exploration has come across. */
function found({ states, transitions, traces }: Exploration["tally"]): string {
  return states > 0
    ? `${plural(states, "state")}, ${plural(transitions, "step")} between states`
    : plural(traces, "trace");
}

/** @throws ResultsError */
function resultsDirectory(
  { mailbox }: ExploreSettings,
  { results }: ExploreArguments,
  { name }: ProgramSource,
): string {
  const time = new Date()
    .toISOString()
    .replace(/[-:]/g, "")
    .replace(/\.\d+Z$/, "Z");
  return createRunDirectory(results, `explore-${basename(name)}-${mailbox}-${time}-${process.pid}`);
}

/** Writes a file of the results; where that fails, leaves nothing of them. @throws ResultsError */
function write(directory: string, file: string, content: string): void {
  try {
    writeAtomically(join(directory, file), content);
  } catch (error) {
    removeRunDirectory(directory);
    throw error;
  }
}

function asText(content: unknown): string {
  return `${JSON.stringify(content, null, 2)}\n`;
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
