/** `simulate report RUN`: the summary of a finished run again; of one that was cut off, how far it had come. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  examineIncompleteRun,
  examineIncompleteSimulation,
  type IncompleteRun,
  type IncompleteSimulation,
} from "../../load/run/index.js";
import { reproduceCommand, readSummary, RUN_FILES } from "../../results/index.js";
import { formatCount, EXIT } from "../../vocabulary/index.js";
import { renderReportOf, renderSummary, writeReport } from "../../report/index.js";
import { outputOptions } from "../shared/shared-options.js";
import { UsageError } from "../shared/usage-error.js";
import { faultsText } from "../shared/fault-options.js";
import { writeText } from "../shared/named-files.js";
import { openPage } from "../shared/open-page.js";
import { namedOutputs, writeOutputs, type OutputArguments } from "../shared/output-options.js";
import { runOutputs } from "../shared/run-outputs.js";
import { findRun, isSimulated } from "../shared/run-directory.js";
import { filesOfRun, refuseSameFile } from "../shared/same-file.js";
import { colored, widthOf } from "../shared/terminal.js";
import { printLines, printText } from "../shared/handle-closed-stdout.js";

export interface ReportArguments extends OutputArguments {
  readonly run: string;
  readonly results: string;
  readonly html?: string | undefined;
  readonly open: boolean;
}

/** Missing acknowledgements that are printed. */
const MISSING_SHOWN = 10;

export async function handler({ run, results, html, open, ...outputs }: ReportArguments): Promise<void> {
  const directory = findRun(run, results);
  const named = html === undefined || html === "" ? [] : [{ name: "--html", path: html }];
  refuseSameFile([...namedOutputs(outputs), ...named], filesOfRun(directory));
  if (html !== undefined || open) {
    const page = pageOf(directory, html);
    writeOutputs(outputs, runOutputs(readSummary(directory)));
    printLines(page);
    if (open) await openPage(page);
    return;
  }
  if (existsSync(join(directory, RUN_FILES.summary))) {
    const summary = readSummary(directory);
    writeOutputs(outputs, runOutputs(summary));
    printText(renderSummary(summary, { color: colored(process.stdout), width: widthOf(process.stdout), directory }));
    return;
  }
  const asked = Object.keys(outputOptions).find(
    (name) => name in outputs && outputs[name as keyof OutputArguments] !== undefined,
  );
  if (asked !== undefined) throw new UsageError(`--${asked} is for finished runs: ${directory} has no summary`);
  if (!existsSync(join(directory, RUN_FILES.database)))
    throw new UsageError(`${directory} is no run: it has neither a summary nor a database`);
  if (isSimulated(directory)) {
    printLines(...describeSimulation(examineIncompleteSimulation(directory), directory));
    return;
  }
  const incomplete = examineIncompleteRun(directory);
  printLines(...describe(incomplete, directory));
  if ("unknown" in incomplete.acknowledgements) process.exitCode = EXIT.failure;
  else if (incomplete.acknowledgements.missing.length > 0) process.exitCode = EXIT.invariant;
}

/** Writes the run's page anew, to `path` or, when that is empty or undefined, in its directory. Returns where it is. */
function pageOf(directory: string, path: string | undefined): string {
  if (path === undefined || path === "") return writeReport(directory);
  writeText(path, renderReportOf(directory));
  return path;
}

function describe(
  { record, reachedMs, agents, onboardingAgents, submits, acknowledgements }: IncompleteRun,
  directory: string,
): string[] {
  if (record === undefined) return [`CUT OFF before it had begun: ${directory}`];
  const state = isRunning(record.pid) ? `STILL RUNNING (process ${record.pid})` : "CUT OFF";
  const reached =
    reachedMs === undefined
      ? "before anything was committed"
      : `${(Math.max(0, reachedMs) / 1000).toFixed(1)} s after its start`;
  return [
    `${state}  ${record.scenario}`,
    `  seed ${record.seed} · ${formatCount(record.workers)} workers · started ${record.startedAt}`,
    `  the last commit was ${reached}; the plan was to go on until ${(record.scheduleMs / 1000).toFixed(1)} s at least`,
    `  agents             ${byStatus(agents)}`,
    `  onboarding agents  ${byStatus(onboardingAgents)}`,
    `  submits            ${formatCount(submits)}`,
    ...describeAcknowledgements(acknowledgements),
    `Run it again  ${record.reproduce}`,
    `Results       ${directory}`,
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
    "STILL RUNNING OR CUT OFF  under simulated time",
    reachedMs === undefined
      ? "  its trace has no events yet"
      : `  its trace goes to ${(reachedMs / 1000).toFixed(3)} s of the run: ${formatCount(events)} events`,
    `Run it again  ${reproduceCommand(join(directory, RUN_FILES.scenario), seed, choices)}`,
    `Results       ${directory}`,
  ];
}

function byStatus(counts: Readonly<Record<string, number>>): string {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  if (total === 0) return "none";
  const list = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return `${formatCount(total)}: ${list.map(([status, n]) => `${formatCount(n)} ${status}`).join(", ")}`;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process of this number is alive all the same.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
