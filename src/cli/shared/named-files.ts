/** Reads and writes the files that a command names. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { cannotWrite, ResultsError } from "../../results/results-error.js";
import { whySystemFailed } from "../../vocabulary/index.js";
import { openScenario, scenarioFromBytes, type LoadedScenario } from "../../load/scenario/index.js";
import { UsageError } from "./usage-error.js";
import { inputName, STANDARD_INPUT } from "./standard-input.js";

/** The maximum size of an input. */
const MAX_INPUT_BYTES = 1 << 28;
/** The maximum number of links in a row, as on Linux. */
const MAX_LINKS = 40;

/** The file at `path`, or standard input for `-`. @throws {UsageError} when it cannot be read */
export async function readBytes(path: string): Promise<Buffer> {
  return path === STANDARD_INPUT ? readStandardInput() : withUsageError(path, "read", () => readFileSync(path));
}

/** As {@link readBytes}. @throws {UsageError} when it cannot be read */
export async function readText(path: string): Promise<string> {
  return (await readBytes(path)).toString("utf8");
}

/** The scenario with this name or path, or on standard input for `-`. @throws {ScenarioError} when it is invalid */
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
        throw new UsageError(`cannot read standard input: it has more than ${MAX_INPUT_BYTES >> 20} MiB`);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read standard input: ${whySystemFailed(error)}`, { cause: error });
  }
  return Buffer.concat(chunks);
}

/**
 * Writes to the target of the links at `path`, as the shell's redirection does. Removes the file when the disk is full.
 * @throws {UsageError} when it cannot be written, such as a pipe from which nothing reads, {@link ResultsError} when
 * the disk is full
 */
export function writeText(path: string, text: string): void {
  withUsageError(path, "write", () => {
    const end = endOfLinks(path);
    try {
      if (statusOf(end)?.isFIFO() === true) writeToPipe(end, text);
      else writeFileSync(end, text);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      if (isFile(end)) rmSync(end);
      throw cannotWrite(path, error);
    }
  });
}

/** Removes the file of an earlier command, not the links at `path`. @throws {UsageError} when it is not writable */
export function clearFile(path: string): void {
  checkWritable(path);
  const end = endOfLinks(path);
  if (!isFile(end) || isOutputOfThisProcess(end)) return;
  try {
    rmSync(end);
  } catch {
    // A file in a directory of another user can be writable, but not removable.
    writeText(end, "");
  }
}

/** Leaves the file at `path` unchanged. @throws {UsageError} when it is not writable */
export function checkWritable(path: string): void {
  withUsageError(path, "write", () => {
    const end = endOfLinks(path);
    const status = statusOf(end);
    if (status !== undefined && hasOpenEffect(status)) {
      accessSync(end, constants.W_OK);
      return;
    }
    writeFileSync(end, "", { flag: "a" });
    if (status === undefined) rmSync(end);
  });
}

/**
 * Whether opening and closing it has an effect: a pipe waits for its reader, whose input then ends, and a device may
 * do anything.
 */
function hasOpenEffect(status: Stats): boolean {
  return status.isFIFO() || status.isCharacterDevice() || status.isBlockDevice();
}

/**
 * Without a reader, opening a pipe would wait for ever. Opened so that it does not wait, it fails; and while it is open
 * the pipe can be opened for writes that do wait.
 */
function writeToPipe(path: string, text: string): void {
  const pipe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    writeFileSync(path, text);
  } finally {
    closeSync(pipe);
  }
}

function statusOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** The target of the links at `path`, which need not exist; `path` when the target is no file, such as a terminal. */
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

/** Whether the output of this process is redirected to the file, which can be named as /dev/stdout. */
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

function withUsageError<T>(path: string, what: "read" | "write", work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ResultsError) throw error;
    throw new UsageError(`cannot ${what} ${path === "" ? '""' : path}: ${whySystemFailed(error)}`, { cause: error });
  }
}
