/**
 * `simulate conformance FILE...`: runs recorded sequences of the original's classes against the model, and recorded
 * conversations of Mephisto's router against the router here.
 */
import {
  ConformanceFormatError,
  type ConformanceDifference,
  readVectors,
  runSequences,
  UnknownOperationError,
} from "../../platform/model/conformance/index.js";
import { ALLOWED, readTranscript, runSituation, type Situation } from "../../platform/server/conformance/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { EXIT, plural } from "../../vocabulary/index.js";
import { UsageError } from "../shared/usage-error.js";
import { readBytes } from "../shared/named-files.js";
import { printLines } from "../shared/print.js";
import { inputName } from "../shared/standard-input.js";

export interface ConformanceArguments {
  readonly files: string[];
  readonly mailbox: MailboxKind;
}

type Recorded =
  | { readonly file: string; readonly sequences: ReturnType<typeof readVectors> }
  | { readonly file: string; readonly situations: readonly Situation[] };

export async function handler({ files, mailbox }: ConformanceArguments): Promise<void> {
  // All files are read first, so that an invalid file is reported before anything runs.
  const readFiles: Recorded[] = [];
  for (const file of files) readFiles.push(await readRecorded(file));
  for (const recorded of readFiles) {
    if ("situations" in recorded) checkTranscript(recorded.file, recorded.situations);
    else await checkVectors(recorded.file, recorded.sequences, mailbox);
  }
}

async function checkVectors(
  file: string,
  sequences: ReturnType<typeof readVectors>,
  mailbox: MailboxKind,
): Promise<void> {
  const { passed, failed, firstFailure } = await withUsageErrors(file, () => runSequences(sequences, mailbox));
  printLines(`${file}: ${passed} passed, ${failed} failed`);
  if (firstFailure !== undefined) {
    printLines(...describe(firstFailure));
    process.exitCode = EXIT.failure;
  }
}

function checkTranscript(file: string, situations: readonly Situation[]): void {
  const outcomes = situations.map(runSituation);
  const differences = outcomes.flatMap(({ difference }) => difference ?? []);
  const compared = outcomes.reduce((sum, outcome) => sum + outcome.compared, 0);
  const passed = outcomes.length - differences.length;
  printLines(`${file}: ${passed} passed, ${differences.length} failed (${plural(compared, "packet")} compared)`);
  for (const { id, because } of ALLOWED) {
    const times = outcomes.reduce((sum, { allowed }) => sum + (allowed.get(id) ?? 0), 0);
    if (times > 0) printLines(`  allowed, ${plural(times, "time")}: ${because}`);
  }
  const [first] = differences;
  if (first === undefined) return;
  const { situation, party, via, place, expected, got } = first;
  printLines(
    `  first difference: ${situation}`,
    `  sent to ${party} by ${via}, number ${place} (counted from 0)`,
    `  expected:  ${expected === undefined ? "nothing more" : JSON.stringify(expected)}`,
    `  got:       ${got === undefined ? "nothing more" : JSON.stringify(got)}`,
  );
  process.exitCode = EXIT.failure;
}

/** The first byte of a gzip file. */
const GZIP = 0x1f;

async function readRecorded(path: string): Promise<Recorded> {
  const bytes = await readBytes(path);
  const file = inputName(path);
  if (bytes[0] === GZIP) return { file, sequences: await withUsageErrors(file, () => readVectors(bytes)) };
  const read = readTranscript(bytes.toString("utf8"));
  if (read.ok) return { file, situations: read.value };
  throw new UsageError(
    `${file}: expected conformance vectors, which are gzipped JSON, or a transcript; it ${read.reason}`,
  );
}

/** The result of `act`. An error that the content of the file causes is wrong usage. */
async function withUsageErrors<Result>(file: string, act: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ConformanceFormatError || error instanceof UnknownOperationError)
      throw new UsageError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

function describe({ sequence, step, op, args, expected, got }: ConformanceDifference): string[] {
  const where = step === "initial" ? "the creation of the agent" : `step ${step}`;
  return [
    `  first difference: sequence ${sequence}, ${where} (counted from 0)`,
    `  operation: ${op} ${JSON.stringify(args)}`,
    `  expected:  ${JSON.stringify(expected)}`,
    `  got:       ${JSON.stringify(got)}`,
  ];
}
