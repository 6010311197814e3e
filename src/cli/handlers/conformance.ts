/** `simulate conformance FILE.json.gz...`: runs recorded sequences of the seed's classes against the model. */
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
  // All are read first, so that a file that is none does not end a run half-way.
  const readFiles: { file: string; sequences: ReturnType<typeof readVectors> }[] = [];
  for (const file of files) readFiles.push({ file: inputName(file), sequences: await readVectorsFile(file) });
  for (const { file, sequences } of readFiles) {
    const { passed, failed, firstFailure } = await withUsageErrors(file, () => runSequences(sequences, mailbox));
    printLines(`${file}: ${passed} passed, ${failed} failed`);
    if (firstFailure !== undefined) {
      printLines(...describe(firstFailure));
      process.exitCode = EXIT.failure;
    }
  }
}

async function readVectorsFile(file: string): Promise<ReturnType<typeof readVectors>> {
  const bytes = await readBytes(file);
  try {
    return readVectors(bytes);
  } catch (error) {
    if (error instanceof ConformanceFormatError)
      throw new UsageError(`${inputName(file)}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function withUsageErrors<Result>(file: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UnknownOperationError) throw new UsageError(`${file}: ${error.message}`, { cause: error });
    throw error;
  }
}

function describe({ sequence, step, op, args, expected, got }: ConformanceDifference): string[] {
  const where = step === "initial" ? "as the agent was created" : `step ${step}`;
  return [
    `  first difference: sequence ${sequence}, ${where} (counted from 0)`,
    `  operation: ${op} ${JSON.stringify(args)}`,
    `  expected:  ${JSON.stringify(expected)}`,
    `  got:       ${JSON.stringify(got)}`,
  ];
}
