/**
 * A trial: one run by `simulate`, in a process of its own. So a trial is what a user gets who runs the scenario at this
 * rate. Runs in one process would not be alike: code that an earlier run made hot, memory that it left, and the
 * greatest memory that the process ever had would be in the figures of the later ones. A run that dies of too much load
 * does not end the search.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT } from "../../vocabulary/index.js";
import { hasBegun, isFinished, readSummary, withWriteErrors, type Summary } from "../../results/index.js";

/** The entry of `simulate` in this package. */
export const PROGRAM = fileURLToPath(new URL("../../cli/main.js", import.meta.url));

/** A trial could not run, for a reason that is not its rate. The message is one line. */
export class TrialError extends Error {
  override readonly name = "TrialError";
  /** Whether the arguments are wrong. */
  readonly isUsage: boolean;

  constructor(message: string, isUsage: boolean) {
    super(message);
    this.isUsage = isUsage;
  }
}

export interface TrialProcessOptions {
  /** The entry of the `simulate` that runs, such as that of another checkout. Left out: {@link PROGRAM}. */
  readonly program?: string;
  /** The arguments of the run, without `--workers`, `--results` and `--quiet`. */
  readonly arguments: readonly string[];
  /** What is added to the environment of the process. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The folder in which the run makes its directory. */
  readonly results: string;
}

/** What a process left. */
export interface TrialRun {
  /** The run's directory; undefined when it died before it had one. */
  readonly directory: string | undefined;
  /** Undefined when the run died. */
  readonly summary: Summary | undefined;
  /** The last line that a run which died wrote, or how it ended. */
  readonly lastWords: string;
}

/** The length of what is kept of the process's messages, characters. */
const MAX_MESSAGES = 10_000;

/**
 * Runs the scenario with so many workers. Undefined when `interrupt` ended the run before its end.
 * @throws {TrialError} when the run could not begin
 * @throws {ResultsError} when its results cannot be read
 */
export async function runTrialProcess(
  options: TrialProcessOptions,
  workers: number,
  interrupt: AbortSignal,
): Promise<TrialRun | undefined> {
  const { results } = options;
  withWriteErrors(results, () => mkdirSync(results, { recursive: true }));
  const earlier = new Set(readdirSync(results));
  const ended = await runProcess(options, workers, interrupt);
  const name = readdirSync(results).find((entry) => !earlier.has(entry));
  const directory = name === undefined ? undefined : join(results, name);
  const summary = directory !== undefined && isFinished(directory) ? readSummary(directory) : undefined;
  if (interrupt.aborted && summary?.end.how !== "finished") return undefined;
  const hasStarted = directory !== undefined && hasBegun(directory);
  if (!hasStarted) throw new TrialError(ended.lastWords, ended.code === EXIT.usage);
  return { directory, summary, lastWords: ended.lastWords };
}

interface EndedProcess {
  readonly code: number | null;
  readonly lastWords: string;
}

function runProcess(
  { program = PROGRAM, arguments: given, environment = {}, results }: TrialProcessOptions,
  workers: number,
  interrupt: AbortSignal,
): Promise<EndedProcess> {
  return new Promise((resolve, reject) => {
    const run = [...given, "--workers", String(workers), "--results", results, "--quiet"];
    // Detached: Ctrl-C in a terminal goes to this process, which passes it on once. A second one would kill the run.
    const child = spawn(process.execPath, [...process.execArgv, program, ...run], {
      detached: true,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let messages = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      messages = `${messages}${text}`.slice(-MAX_MESSAGES);
    });
    const passOn = (): void => void child.kill("SIGINT");
    const kill = (): void => void child.kill("SIGKILL");
    interrupt.addEventListener("abort", passOn, { once: true });
    process.once("exit", kill);
    if (interrupt.aborted) passOn();
    child.once("error", reject);
    child.once("close", (code, signal) => {
      interrupt.removeEventListener("abort", passOn);
      process.removeListener("exit", kill);
      const how = signal === null ? `it exited with ${code}` : `it was ended by ${signal}`;
      resolve({ code, lastWords: lastLineOf(messages) ?? how });
    });
  });
}

/** The last line of the messages, without the name of the program. */
function lastLineOf(messages: string): string | undefined {
  return messages
    .split("\n")
    .map((line) => line.trim().replace(/^simulate: /, ""))
    .findLast((line) => line !== "");
}
