/** Reading and writing the files that a command names. */
import {
  existsSync,
  fstatSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { cannotWrite, ResultsError } from "../../results/results-error.js";
import { whySystemFailed } from "../../vocabulary/index.js";
import { openScenario, scenarioFromBytes, type LoadedScenario } from "../../load/scenario/index.js";
import { UsageError } from "./usage-error.js";
import { inputName, STANDARD_INPUT } from "./standard-input.js";

/** More than any input that a command reads. */
const MAX_INPUT_BYTES = 1 << 28;
/** As many links one after another as Linux follows. */
const MAX_LINKS = 40;

/** The file at `path`, or standard input for `-`. @throws {UsageError} when it cannot be read */
export async function readBytes(path: string): Promise<Buffer> {
  return path === STANDARD_INPUT ? readStandardInput() : withUsageError(path, "read", () => readFileSync(path));
}

/** As {@link readBytes}. @throws {UsageError} when it cannot be read */
export async function readText(path: string): Promise<string> {
  return (await readBytes(path)).toString("utf8");
}

/** The scenario of this name or at this path, or on standard input for `-`. @throws {ScenarioError} when it is not valid */
export async function openInput(nameOrPath: string): Promise<LoadedScenario> {
  if (nameOrPath !== STANDARD_INPUT) return openScenario(nameOrPath);
  return scenarioFromBytes(await readStandardInput(), inputName(nameOrPath));
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_INPUT_BYTES)
        throw new UsageError(
          `standard input has more than ${MAX_INPUT_BYTES >> 20} MiB, which is no input of this program`,
        );
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`standard input cannot be read: ${whySystemFailed(error)}`, { cause: error });
  }
  return Buffer.concat(chunks);
}

/**
 * Writes to the end of the links at `path`, as a redirection of the shell does.
 * @throws {UsageError} when it cannot be written, {@link ResultsError} when there is no room for it: nothing is there then
 */
export function writeText(path: string, text: string): void {
  withUsageError(path, "written", () => {
    const end = endOfLinks(path);
    try {
      writeFileSync(end, text);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      if (isFile(end)) rmSync(end);
      throw cannotWrite(path, error);
    }
  });
}

/** Takes away what an earlier command left at `path`, not the links to it. @throws {UsageError} when nothing can be written there */
export function clearFile(path: string): void {
  checkWritable(path);
  const end = endOfLinks(path);
  if (!isFile(end) || isOutputOfThisProcess(end)) return;
  try {
    rmSync(end);
  } catch {
    // In a directory that is not the user's, a file can be written that cannot be removed.
    writeText(end, "");
  }
}

/** @throws {UsageError} when nothing can be written to `path`; what is there stays as it is, and what is not does not come to be */
export function checkWritable(path: string): void {
  withUsageError(path, "written", () => {
    const end = endOfLinks(path);
    const there = existsSync(end);
    writeFileSync(end, "", { flag: "a" });
    if (!there) rmSync(end);
  });
}

/** Where the links at `path` lead, also to nothing yet; `path` itself where that is no file, such as a terminal at /dev/stdout. */
export function endOfLinks(path: string): string {
  let end = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    if (lstatSync(end, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return end;
    if (existsSync(end) && !statSync(end).isFile()) return path;
    end = resolve(realpathSync(dirname(end)), readlinkSync(end));
  }
  return path;
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Whether the shell has redirected the output of this process to the file, which is given as /dev/stdout then. */
function isOutputOfThisProcess(path: string): boolean {
  const { dev, ino } = statSync(path, { bigint: true });
  return [process.stdout.fd, process.stderr.fd].some((fd) => {
    const output = fstatSync(fd, { bigint: true });
    return output.dev === dev && output.ino === ino;
  });
}

function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function withUsageError<T>(path: string, what: "read" | "written", work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ResultsError) throw error;
    throw new UsageError(`${path === "" ? '""' : path} cannot be ${what}: ${whySystemFailed(error)}`, {
      cause: error,
    });
  }
}
