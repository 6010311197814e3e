/** `simulate serve`: serves people until Ctrl-C, then lets them end, and judges what was done. */
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isLoopbackHost, runThreads, type RoleNotice, type ServedRun } from "../../load/run/index.js";
import {
  buildPlan,
  changeScenario,
  groupsOf,
  type LoadedScenario,
  type PlanOptions,
  type Scenario,
} from "../../load/scenario/index.js";
import { DEFAULT_LIMITS } from "../../platform/server/gateway/index.js";
import { limits, type JsonObject } from "../../platform/server/protocol/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { renderSummary, renderVerdict } from "../../report/index.js";
import { exitCodeOf, newRunId, RUN_FILES } from "../../results/index.js";
import { commandLine, listenOn, plural, whySystemFailed } from "../../vocabulary/index.js";
import { defaultThreads } from "../../load/run/run-limits.js";
import { logText, logUnless, printText } from "../shared/print.js";
import { interruptSignal } from "../shared/interrupt.js";
import { openInput } from "../shared/named-files.js";
import { portNumber, positiveDuration, wholeNumber } from "../shared/numeric-options.js";
import { scenarioChanges, type ChangeArguments } from "../shared/scenario-changes.js";
import { serverChoices, type ServerArguments } from "../shared/server-options.js";
import { lookOf } from "../shared/terminal.js";
import { invalidValue, PortError, UsageError } from "../shared/usage-error.js";
import { warnOfPlan } from "../shared/warn-of-plan.js";

export interface ServeArguments extends ServerArguments, Pick<ChangeArguments, "set"> {
  readonly port: string;
  readonly host: string;
  readonly "allow-remote": boolean;
  readonly scenario?: string | undefined;
  readonly workers?: string | undefined;
  readonly seed?: string | undefined;
  readonly duration?: string | undefined;
  readonly drain: string;
  readonly people: string;
  readonly detection: "heartbeat" | "close";
  readonly grace: string;
  readonly "live-update-timeout": string;
  readonly "submission-timeout": string;
  readonly mailbox: MailboxKind;
  readonly results: string;
  readonly quiet: boolean;
}

const DEFAULT_SCENARIO = "steady";
/** The page that comes with the package. */
const CHAT_PAGE = fileURLToPath(new URL("../../platform/server/page", import.meta.url));
/** Simulated partners by default; each comes when a person waits for one. */
const PARTNERS = 100;
/** The most people: their agents are in shared memory. */
const MAX_PEOPLE = 100_000;

export async function handler(args: ServeArguments): Promise<void> {
  const port = portNumber("port", args.port);
  if (!isLoopbackHost(args.host) && !args["allow-remote"])
    throw new UsageError(
      `--host ${args.host} lets other machines connect, and the protocol has no authentication: add --allow-remote to allow it`,
    );
  const people = peopleFrom(args.people);
  const changes = scenarioChanges({ set: args.set });
  const loaded = withPeoplesTimes(changeScenario(await openInput(args.scenario ?? DEFAULT_SCENARIO), changes), args);
  const { plan, planOptions } = planFor(loaded.scenario, args);
  const times = { drain: positiveDuration("drain", args.drain), grace: positiveDuration("grace", args.grace) };
  const durationMs = args.duration === undefined ? Infinity : positiveDuration("duration", args.duration);
  const { pages = CHAT_PAGE, token, origins } = serverChoices(args);
  if (!existsSync(join(pages, "index.html"))) throw invalidValue("--page", pages, "a folder with an index.html");
  if (plan.workers > 0)
    warnOfPlan(loaded, [plan], { quiet: args.quiet, isOverNetwork: false, isServed: true, what: "run" });
  await refuseUsedPort(args.host, port);
  const until = interruptSignal();
  const log = logUnless(args.quiet);
  const served: ServedRun = {
    until,
    durationMs,
    drainMs: times.drain,
    onNotice: (notice) => log(lineOf(notice, loaded.scenario, plan.workers)),
    gateway: {
      host: args.host,
      port,
      pages,
      detection: args.detection,
      graceMs: times.grace,
      limits: { ...DEFAULT_LIMITS, registrations: people },
      access: { hosts: [args.host], origins, token },
      ...taskFor(loaded.scenario),
    },
  };
  until.addEventListener("abort", () => log("stopping: no further worker is admitted"), { once: true });
  const runId = newRunId(`serve-${loaded.scenario.name}`, plan.seed, new Date());
  const { summary, directory } = await runThreads({
    served,
    loaded,
    plan,
    planOptions,
    mailbox: args.mailbox,
    threads: defaultThreads(),
    record: false,
    resultsRoot: args.results,
    runId,
    options: { serve: "" },
    reproduce: againCommand(args, loaded, runId),
    interrupt: new AbortController().signal,
  });
  if (!args.quiet) printText(renderSummary(summary, { ...lookOf(process.stdout), directory }));
  else if (!summary.verdict.passed) logText(renderVerdict(summary, { ...lookOf(process.stderr), directory }));
  process.exitCode = exitCodeOf(summary);
}

/** The command that serves the same plan again. What the file would not give again is in what the run stores. */
function againCommand(args: ServeArguments, { isRepeatable }: LoadedScenario, runId: string): string {
  const { scenario = DEFAULT_SCENARIO, set, results, port, workers, seed } = args;
  const source = isRepeatable === true && set === undefined ? scenario : join(results, runId, RUN_FILES.scenario);
  const given = Object.entries({ scenario: source, port, workers, seed }).flatMap(([option, value]) =>
    value === undefined ? [] : [`--${option}`, value],
  );
  return commandLine("serve", ...given);
}

function lineOf(notice: RoleNotice, { name, task }: Scenario, workers: number): string {
  if (notice.kind === "listening") {
    const role = task.unitsPerAssignment > 1 ? "simulated partner" : "simulated worker";
    const beside = workers === 0 ? "" : `, with ${plural(workers, role)}`;
    return `${name} (${task.blueprint}) on ${notice.url}${beside}; Ctrl-C ends it`;
  }
  const { sockets, agents, requests, updates } = notice.inFlight;
  const open = [
    plural(sockets, "socket"),
    plural(agents, "live agent"),
    plural(requests, "request without an answer", "requests without an answer"),
    plural(updates, "live update on its way", "live updates on their way"),
  ];
  return `closed: ${open.join(", ")}`;
}

/** The scenario with a person's patience, and without what belongs to a load: thresholds, faults, an early end. */
function withPeoplesTimes(loaded: LoadedScenario, args: ServeArguments): LoadedScenario {
  const { scenario } = loaded;
  const liveUpdateTimeout = positiveDuration("live-update-timeout", args["live-update-timeout"]);
  const submissionTimeout = positiveDuration("submission-timeout", args["submission-timeout"]);
  const task = { ...scenario.task, liveUpdateTimeout, submissionTimeout };
  const served = { ...scenario, task, thresholds: {}, faults: [], shutdownAt: undefined };
  return { ...loaded, scenario: served };
}

/** The plan of the simulated workers; it may have none. */
function planFor(scenario: Scenario, args: ServeArguments) {
  const partners = PARTNERS * (scenario.task.unitsPerAssignment - 1);
  const byDefault = scenario.workers?.length ?? partners;
  const workers = args.workers === undefined ? byDefault : wholeNumber("workers", args.workers, 0);
  if (scenario.workers !== undefined && workers !== 0 && workers !== byDefault)
    throw invalidValue("--workers", String(workers), `0 or ${byDefault}: ${scenario.name} lists its workers`);
  const planOptions: PlanOptions = {
    ...(args.seed !== undefined && { seed: wholeNumber("seed", args.seed, 0) }),
    ...(scenario.workers === undefined && { workers: Math.max(groupsOf(scenario).length, workers) }),
  };
  try {
    const { closed, ...plan } = buildPlan(scenario, planOptions);
    if (closed !== undefined && workers > 0)
      throw new UsageError(
        `${scenario.name} keeps a number of workers, which is not possible beside people: let them arrive at a rate, or give --workers 0`,
      );
    // A plan has a worker at least; without client threads it does not arrive.
    return { plan: { ...plan, workers }, planOptions };
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

/** What pages are told about the task. */
function taskFor({ name, description, task }: Scenario): {
  readonly taskConfig: JsonObject;
  readonly taskData: JsonObject;
} {
  const { blueprint, unitsPerAssignment, onboarding } = task;
  const told = { blueprint, units_per_assignment: unitsPerAssignment, has_onboarding: onboarding !== undefined };
  return {
    taskConfig: {
      task_title: name,
      task_description: description,
      frame_height: 650,
      block_mobile: false,
      mephisto_task_version: limits.TASK_VERSION,
      ...told,
    },
    taskData: told,
  };
}

function peopleFrom(text: string): number {
  const people = wholeNumber("people", text, 1);
  if (people > MAX_PEOPLE) throw invalidValue("--people", text, `at most ${MAX_PEOPLE}`);
  return people;
}

/** Before a run begins, which would leave a directory. @throws {PortError} when the port cannot be had */
async function refuseUsedPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  try {
    await listenOn(probe, host, port);
  } catch (error) {
    throw new PortError(`cannot listen on ${host}:${port}: ${whySystemFailed(error)}`, { cause: error });
  }
  probe.close();
  await once(probe, "close");
}
