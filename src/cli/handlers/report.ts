/** `simulate report RUN`: prints the summary of a finished run, or the progress of an incomplete run. */
import { join } from "node:path";
import {
  examineIncompleteRun,
  examineIncompleteSimulation,
  type IncompleteRun,
  type IncompleteSimulation,
} from "../../load/run/index.js";
import { byFrequency, isFinished, isRunning, reproduceCommand, readSummary, RUN_FILES } from "../../results/index.js";
import { EXIT, formatCount, formatElapsed, formatSeconds } from "../../vocabulary/index.js";
import { renderReportOf, renderSummary, type Division } from "../../report/index.js";
import { ciFileOptions } from "../shared/shared-options.js";
import { UsageError } from "../shared/usage-error.js";
import { faultsText } from "../shared/fault-options.js";
import { openPage } from "../shared/open-page.js";
import { namedCiFiles, writeCiFiles, type CiFileArguments } from "../shared/ci-files.js";
import { asksForPage, pageOutputs, writePage, type PageArguments } from "../shared/page-file.js";
import { runCiFiles } from "../shared/run-ci-files.js";
import { findRun, isSimulated, requireRun } from "../shared/run-directory.js";
import { filesOfRun, refuseSameFile } from "../shared/same-file.js";
import { lookOf } from "../shared/terminal.js";
import { printLines, printText } from "../shared/print.js";

export interface ReportArguments extends CiFileArguments, PageArguments {
  readonly run: string;
  readonly results: string;
  readonly by?: Division | readonly Division[] | undefined;
}

/** The maximum number of missing acknowledgements that are printed. */
const MISSING_SHOWN = 10;

export async function handler(args: ReportArguments): Promise<void> {
  if (args.by !== undefined && asksForPage(args))
    throw new UsageError("--by cannot be combined with --html or --open: the page has a choice of its own");
  const directory = findRun(args.run, args.results);
  refuseSameFile([...namedCiFiles(args), ...pageOutputs(args)], filesOfRun(directory));
  if (asksForPage(args)) {
    const page = writePage(args, join(directory, RUN_FILES.report), renderReportOf(directory));
    writeCiFiles(args, runCiFiles(readSummary(directory)));
    printLines(page);
    if (args.open) await openPage(page);
  } else if (isFinished(directory)) {
    const summary = readSummary(directory);
    writeCiFiles(args, runCiFiles(summary));
    const by = [args.by ?? []].flat();
    printText(renderSummary(summary, { ...lookOf(process.stdout), directory, by }));
  } else {
    reportIncomplete(directory, args);
  }
}

function reportIncomplete(directory: string, args: ReportArguments): void {
  const names = Object.keys(ciFileOptions) as (keyof CiFileArguments)[];
  const unused = [...names, "by" as const].find((name) => args[name] !== undefined);
  if (unused !== undefined) throw new UsageError(`--${unused} requires a finished run: ${directory} has no summary`);
  requireRun(directory);
  if (isSimulated(directory)) {
    printLines(...describeSimulation(examineIncompleteSimulation(directory), directory));
    return;
  }
  const incomplete = examineIncompleteRun(directory);
  printLines(...describe(incomplete, directory));
  if ("unknown" in incomplete.acknowledgements) process.exitCode = EXIT.failure;
  else if (incomplete.acknowledgements.missing.length > 0) process.exitCode = EXIT.invariant;
}

function describe(
  { record, reachedMs, agents, onboardingAgents, submits, acknowledgements }: IncompleteRun,
  directory: string,
): string[] {
  if (record === undefined) return [`INCOMPLETE: the run did not start: ${directory}`];
  const state = isRunning(record.pid) ? `STILL RUNNING (process ${record.pid})` : "INCOMPLETE";
  const reached =
    reachedMs === undefined
      ? "nothing was committed"
      : `the last commit was at ${formatElapsed(Math.max(0, reachedMs))}`;
  return [
    `${state}  ${record.scenario}`,
    `  seed ${record.seed} · ${formatCount(record.workers)} workers · started ${record.startedAt}`,
    `  ${reached}; the plan lasts until ${formatElapsed(record.scheduleMs)} or longer`,
    `  agents             ${describeCounts(agents)}`,
    `  onboarding agents  ${describeCounts(onboardingAgents)}`,
    `  submits            ${formatCount(submits)}`,
    ...describeAcknowledgements(acknowledgements),
    `Same plan again  ${record.reproduce}`,
    `Results          ${directory}`,
  ];
}

function describeAcknowledgements(acknowledgements: IncompleteRun["acknowledgements"]): string[] {
  if ("unknown" in acknowledgements)
    return [`  acknowledged       unknown, so that nothing was checked: ${acknowledgements.unknown}`];
  const { acknowledged, missing } = acknowledgements;
  const of = `  acknowledged       ${formatCount(acknowledged)} statuses and submits`;
  if (acknowledged === 0) return [`${of}: there is nothing to check`];
  if (missing.length === 0) return [`${of}, all of them in the database`];
  const shown = missing.slice(0, MISSING_SHOWN).map(({ agentId, what }) => `    ✗ agent ${agentId}: ${what}`);
  return [
    `${of}, of which ${formatCount(missing.length)} are NOT in the database:`,
    ...shown,
    ...(missing.length > shown.length ? [`    and ${formatCount(missing.length - shown.length)} more`] : []),
  ];
}

function describeSimulation({ identity, events, reachedMs }: IncompleteSimulation, directory: string): string[] {
  const { planOptions, mailbox, faultRates } = identity;
  const { seed, workers, durationMs } = planOptions;
  const duration = durationMs === undefined ? undefined : `${durationMs}ms`;
  const choices = { workers, duration, virtual: true, faults: faultsText(faultRates), mailbox, record: true };
  return [
    "STILL RUNNING OR INCOMPLETE  under simulated time",
    reachedMs === undefined
      ? "  the trace has no events"
      : `  the trace ends at ${formatSeconds(reachedMs, 3)} of the run: ${formatCount(events)} events`,
    `Same plan again  ${reproduceCommand(join(directory, RUN_FILES.scenario), seed, choices)}`,
    `Results          ${directory}`,
  ];
}

function describeCounts(counts: Readonly<Record<string, number>>): string {
  const { rows, total } = byFrequency(counts);
  if (total === 0) return "none";
  return `${formatCount(total)}: ${rows.map(([status, n]) => `${formatCount(n)} ${status}`).join(", ")}`;
}
