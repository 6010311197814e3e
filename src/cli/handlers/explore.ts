/** `simulate explore`: runs every interleaving of a small program, or a seeded sample, or replays one schedule. */
import { basename, dirname, join, relative } from "node:path";
import {
  describeFailure,
  describeSteps,
  failureOf,
  framesOf,
  hashFirstExecution,
  isOfOwnProgram,
  NoSuchProgramError,
  openSession,
  OWN_PROGRAMS,
  parseProgress,
  parseSchedule,
  ProgramError,
  programsOf,
  renderSchedule,
  replaySchedule,
  ScheduleFormatError,
  type Exploration,
  type FailingSchedule,
  type ProgramSource,
  type ExplorationProgress,
  type Session,
} from "../../explore/index.js";
import {
  createRunDirectory,
  removeRunDirectory,
  ResultsError,
  uniqueName,
  writeAtomically,
} from "../../results/index.js";
import { commandLine, formatCount, formatElapsed, jsonText, plural, messageOf, EXIT } from "../../vocabulary/index.js";
import { UsageError } from "../shared/usage-error.js";
import {
  refuseInapplicable,
  replayArguments,
  settingsOf,
  type ExploreArguments,
  type ExploreSettings,
  type ReplayScheduleArguments,
} from "../shared/explore-options.js";
import { describeCoverage, runExploration } from "../shared/drive-exploration.js";
import { replayCommand, resumeCommand } from "../shared/explore-commands.js";
import { findInModule, findOwn, findProgram } from "../shared/find-program.js";
import { readText } from "../shared/named-files.js";
import { wholeNumber } from "../shared/numeric-options.js";
import { renderSchedulePage } from "../shared/schedule-page.js";
import { inputName } from "../shared/standard-input.js";
import { widthOf } from "../shared/terminal.js";
import { logLines, printJson, printLines, printText } from "../shared/print.js";

export async function handler(args: ExploreArguments): Promise<void> {
  try {
    await run(args);
  } catch (error) {
    const isOfUser = [NoSuchProgramError, ProgramError, ScheduleFormatError, RangeError].some(
      (kind) => error instanceof kind,
    );
    throw isOfUser ? new UsageError(messageOf(error), { cause: error }) : error;
  }
}

async function run(args: ExploreArguments): Promise<void> {
  refuseInapplicable(args);
  if (args.program === "replay" || args.strategy === "replay") {
    await replayFile(replayArguments(args), args);
  } else if (args.program === undefined) {
    await list(args);
  } else {
    if (args.module !== undefined) throw new UsageError(`unexpected argument "${args.module}"`);
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
    printJson(programs);
    return;
  }
  const width = Math.max(...programs.map(({ name }) => name.length));
  for (const { name, description } of programs) printLines(`${name.padEnd(width)}  ${description}`);
}

async function exploreProgram(source: ProgramSource, args: ExploreArguments): Promise<void> {
  const isJob = args.redis !== undefined && (await (await import("../shared/explore-over-redis.js")).isJob(args));
  const progress = args.resume === undefined || isJob ? undefined : await readParsed(args.resume, parseProgress);
  const settings = settingsOf(args, source, progress);
  const session = await openSession(source, {
    mailbox: settings.mailbox,
    maxSteps: wholeNumber("max-steps", args["max-steps"], 1),
  });
  if (session.program.check === undefined && !args.quiet)
    logLines(`${source.name} has no check: only deadlocks, endless executions and uncaught errors are found`);
  try {
    const begin = performance.now();
    const { exploration, stopped, job } = await runExploration(session, source, { settings, args, progress });
    const seconds = (performance.now() - begin) / 1000;
    if (stopped === "violation") {
      process.exitCode = EXIT.invariant;
      reportViolation(session, describeFailure(session, source), { exploration, args, settings, source, seconds });
      return;
    }
    if (stopped === "covered") {
      reportTally({ exploration, args, settings, source, seconds });
      return;
    }
    if (stopped === "interrupted") process.exitCode = EXIT.interrupted;
    const resume = job ?? saveProgress(session, exploration, settings, args, source);
    const command = resumeCommand(args, settings, resume, job !== undefined);
    reportTally({ exploration, args, settings, source, seconds }, { resume: command });
    if (!args.json && !args.quiet) printLines(`stopped; to continue: ${command}`);
    if (isSilent(args) && stopped === "interrupted")
      logLines(`${headOf({ exploration, settings, source })}, interrupted; to continue: ${command}`);
  } finally {
    await session.close();
  }
}

/** Writes what goes on with the exploration. Returns the path of the file. @throws ResultsError */
function saveProgress(
  session: Session,
  exploration: Exploration,
  settings: ExploreSettings,
  args: ExploreArguments,
  source: ProgramSource,
): string {
  const { mailbox, strategy, seed, depth } = settings;
  const state: ExplorationProgress = {
    version: 2,
    program: source.name,
    mailbox,
    strategy,
    seed,
    ...(strategy === "pct" && { depth }),
    ...(strategy === "exhaustive" && {
      maxSteps: wholeNumber("max-steps", args["max-steps"], 1),
      firstExecution: hashFirstExecution(session),
    }),
    resumption: exploration.resumption() as ExplorationProgress["resumption"],
  };
  const directory = resultsDirectory(settings, args, source);
  write(directory, "progress.json", jsonText(state));
  return relative("", join(directory, "progress.json"));
}

/** The program of a schedule. The module that the file names is not loaded: it could be anyone's. @throws UsageError */
async function programOf(schedule: FailingSchedule, { file, module }: ReplayScheduleArguments): Promise<ProgramSource> {
  if (isOfOwnProgram(schedule)) {
    if (module !== undefined)
      throw new UsageError(`unexpected argument "${module}": ${file} is the schedule of a built-in program`);
    return findOwn(schedule.program);
  }
  if (module !== undefined) return findInModule(module, schedule.program);
  throw new UsageError(
    `missing module: ${file} is a schedule of the program "${schedule.program}", which was in ${schedule.module}; ` +
      `expected ${commandLine("explore", "replay", file, "MODULE")}`,
  );
}

async function replayFile(replayed: ReplayScheduleArguments, args: ExploreArguments): Promise<void> {
  const { file } = replayed;
  const schedule = await readParsed(file, parseSchedule);
  const source = await programOf(schedule, replayed);
  const maxSteps = wholeNumber("max-steps", args["max-steps"], 1);
  if (schedule.steps.length > maxSteps)
    throw new UsageError(
      `${file} has ${plural(schedule.steps.length, "step")}: expected --max-steps ${schedule.steps.length} or more`,
    );
  const session = await openSession(source, { mailbox: schedule.mailbox, maxSteps });
  try {
    if (schedule.threads.join() !== session.threadNames.join())
      throw new UsageError(
        `${file} does not match the program ${schedule.program}: it has the threads ${schedule.threads.join(", ")}; ` +
          `the program has ${session.threadNames.join(", ")}`,
      );
    const { problems, followed } = replaySchedule(session, schedule);
    if (!followed) {
      const step = session.steps + 1;
      throw new UsageError(
        `${file} does not match the program ${schedule.program}: the thread of step ${step} cannot run there`,
      );
    }
    // That no schedule has fewer context switches is known only of the recorded violation.
    const fewest = schedule.fewest && problems.join("\n") === schedule.problems.join("\n");
    const failure = failureOf(session, source, { steps: schedule.steps, problems, fewest });
    if (args.json) printJson(failure);
    else if (problems.length === 0) {
      if (!args.quiet) printLines(`${schedule.program}, ${schedule.mailbox}: the schedule no longer shows a violation`);
    } else if (!args.quiet) showFailure(session, failure, replayCommand(file, source));
    else logLines(...problemLines(failure));
    if (problems.length > 0) process.exitCode = EXIT.invariant;
  } finally {
    await session.close();
  }
}

/** An exploration and its settings. */
interface Explored {
  readonly exploration: Exploration;
  readonly args: ExploreArguments;
  readonly settings: ExploreSettings;
  readonly source: ProgramSource;
  readonly seconds: number;
}

/** Whether only what does not pass is shown. */
function isSilent({ json, quiet }: ExploreArguments): boolean {
  return quiet && !json;
}

/** The program, how it was explored, and the verdict; one line. */
function headOf(
  {
    exploration: { tally },
    settings: { mailbox, strategy },
    source: { name },
  }: Pick<Explored, "exploration" | "settings" | "source">,
  isViolated = false,
): string {
  const all = tally.states > 0 ? "no violation; every state explored" : "no violation; every trace explored";
  const verdict = isViolated ? "VIOLATION" : tally.covered ? all : "no violation so far";
  return `${name}, ${mailbox}, ${strategy}: ${verdict}`;
}

function problemLines(failure: FailingSchedule): string[] {
  return failure.problems.flatMap((problem) => [
    `violation: ${problem}`,
    ...framesOf(failure, problem).map((frame) => `    ${frame}`),
  ]);
}

/** Prints the violation and writes its files. It is the verdict even when the files cannot be written. */
function reportViolation(session: Session, failure: FailingSchedule, explored: Explored): void {
  const { args, settings, source } = explored;
  let files: { readonly file: string; readonly page: string } | undefined;
  let command: string | undefined;
  let problem: string | undefined;
  try {
    const directory = resultsDirectory(settings, args, source);
    const file = relative("", join(directory, "schedule.json"));
    const page = relative("", join(directory, "schedule.html"));
    command = replayCommand(file, source);
    write(directory, "schedule.html", renderSchedulePage(failure, describeSteps(session, failure.steps), command));
    write(directory, "schedule.json", jsonText(failure));
    files = { file, page };
  } catch (error) {
    if (!(error instanceof ResultsError)) throw error;
    problem = error.message;
  }
  reportTally(explored, { failure, ...files });
  if (!args.json && !args.quiet) {
    showFailure(session, failure, files && command);
    if (files !== undefined) printLines(`page: ${files.page}`);
  }
  if (isSilent(args))
    logLines(
      headOf(explored, true),
      ...problemLines(failure),
      ...(files === undefined ? [] : [`Results  ${dirname(files.file)}`]),
    );
  if (problem !== undefined) logLines(`simulate: the schedule was not saved: ${problem}`);
}

/** `command` replays the schedule; undefined when the schedule was not saved. */
function showFailure(session: Session, failure: FailingSchedule, command: string | undefined): void {
  printLines(...problemLines(failure));
  const fewest = failure.fewest ? "the fewest that show it" : "the fewest found";
  printLines(
    "",
    `schedule with ${plural(failure.contextSwitches, "context switch", "context switches")}, ${fewest}:`,
    "",
  );
  const width = Math.max(100, process.stdout.isTTY ? widthOf(process.stdout) : 120);
  printText(`${renderSchedule(failure.threads, describeSteps(session, failure.steps), width)}\n`);
  for (const [thread, outcome] of Object.entries(failure.outcomes))
    printLines(`${thread} returned ${JSON.stringify(outcome)}`);
  if (command !== undefined) printLines(`replay: ${command}`);
}

/** What an exploration has led to beside its counts. */
interface Result {
  readonly failure?: FailingSchedule;
  readonly file?: string;
  readonly page?: string;
  /** The command that goes on with an exploration that was stopped. */
  readonly resume?: string;
}

function reportTally(explored: Explored, { failure, file, page, resume }: Result = {}): void {
  const {
    exploration: { tally },
    args: { json, quiet },
    settings: { mailbox, strategy, seed },
    source: { name },
    seconds,
  } = explored;
  const pointsPerSecond = Math.round(tally.points / seconds);
  if (json) {
    printJson({
      program: name,
      mailbox,
      strategy,
      seed,
      ...tally,
      seconds,
      pointsPerSecond,
      violation: failure,
      file,
      page,
      resume,
    });
    return;
  }
  if (quiet) return;
  printLines(headOf(explored, failure !== undefined));
  const facts = [
    `${plural(tally.schedules, "schedule")} (${formatCount(tally.redundant)} redundant)`,
    describeCoverage(tally),
    plural(tally.outcomes, "outcome"),
    `up to ${plural(tally.depth, "step")}`,
    formatElapsed(seconds * 1000),
    `${formatCount(pointsPerSecond)} scheduling points a second`,
  ];
  printLines(facts.join(", "));
}

/** @throws ResultsError */
function resultsDirectory(
  { mailbox }: ExploreSettings,
  { results }: ExploreArguments,
  { name }: ProgramSource,
): string {
  return createRunDirectory(results, uniqueName(`explore-${basename(name)}-${mailbox}`, new Date()));
}

/** Writes a file of the results. Removes all of them when that fails. @throws ResultsError */
function write(directory: string, file: string, content: string): void {
  try {
    writeAtomically(join(directory, file), content);
  } catch (error) {
    removeRunDirectory(directory);
    throw error;
  }
}

async function readParsed<T>(file: string, parse: (text: string) => T): Promise<T> {
  const text = await readText(file);
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof ScheduleFormatError
      ? new UsageError(`${inputName(file)}: ${error.message}`, { cause: error })
      : error;
  }
}
