/** `simulate conformance FILE.json.gz...`: runs recorded sequences of the original's classes against the model. */
import {
  ConformanceFormatError,
  type ConformanceDifference,
  readVectors,
  runSequences,
  UnknownOperationError,
} from "../../platform/model/conformance/index.js";
import type { MailboxKind } from "../../platform/sync/index.js";
import { EXIT } from "../../vocabulary/index.js";
import { UsageError } from "../shared/usage-error.js";
import { readBytes } from "../shared/named-files.js";
import { printLines } from "../shared/handle-closed-stdout.js";
import { inputName } from "../shared/standard-input.js";

export interface ConformanceArguments {
  readonly files: string[];
  readonly mailbox: MailboxKind;
}

export async function handler({ files, mailbox }: ConformanceArguments): Promise<void> {
  // All files are read first, so that an invalid file is reported before anything runs.
  const readFiles: { file: string; sequences: ReturnType<typeof readVectors> }[] = [];
  for (const path of files) {
    const bytes = await readBytes(path);
    const file = inputName(path);
    readFiles.push({ file, sequences: await withUsageErrors(file, () => readVectors(bytes)) });
  }
  for (const { file, sequences } of readFiles) {
    const { passed, failed, firstFailure } = await withUsageErrors(file, () => runSequences(sequences, mailbox));
    printLines(`${file}: ${passed} passed, ${failed} failed`);
    if (firstFailure !== undefined) {
      printLines(...describe(firstFailure));
      process.exitCode = EXIT.failure;
    }
  }
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
