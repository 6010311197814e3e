/**
 * Runs recorded sequences against the model and compares every step. Their waits take real time, so many sequences run
 * at once: they are independent of each other.
 */
import { isDeepStrictEqual } from "node:util";
import { Arena, type Json, type MailboxKind, type Steps, suspend } from "../../sync/index.js";
import type { ConformanceSequence, ConformanceStep } from "./vector-format.js";
import type { Observation } from "./subject.js";
import { createFixtureSteps, UnknownOperationError, type ConformanceFixture } from "./fixture.js";

/** The outcome of one operation, as recorded or of the model. */
export interface ConformanceOutcome {
  readonly result: Json;
  /** The class of the error thrown, if one was. */
  readonly error: string | null;
  readonly after: Observation;
}

/** The first step of a sequence at which the model differs from the record. */
export interface ConformanceDifference {
  /** Position of the sequence in its file, from 0. */
  readonly sequence: number;
  /** Position of the step in its sequence, from 0; `initial` when the agent differed as it was created. */
  readonly step: number | "initial";
  readonly op: string;
  readonly args: Json;
  readonly expected: Json;
  readonly got: Json;
}

export interface ConformanceResult {
  readonly passed: number;
  readonly failed: number;
  /** The difference in the first sequence that has one. */
  readonly firstFailure?: ConformanceDifference;
}

/** How many sequences run at once: enough that their waits overlap, with few open databases. */
const AT_ONCE = 64;

/**
 * Runs every sequence, each with a fixture of its own.
 * @throws UnknownOperationError when a sequence has an operation that its agent does not have; anything thrown that is
 * not an Error
 */
export async function runSequences(
  sequences: readonly ConformanceSequence[],
  mailbox: MailboxKind,
): Promise<ConformanceResult> {
  const arena = Arena.create({ slots: AT_ONCE });
  const differences: ConformanceDifference[] = [];
  const left = sequences.entries();
  const runFromQueue = async (): Promise<void> => {
    for (const [index, sequence] of left) {
      const difference = await suspend(runSequenceSteps(sequence, index, arena, mailbox));
      if (difference !== undefined) differences.push(difference);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runFromQueue));
  const [firstFailure] = differences.sort((a, b) => a.sequence - b.sequence);
  return {
    passed: sequences.length - differences.length,
    failed: differences.length,
    ...(firstFailure !== undefined && { firstFailure }),
  };
}

/**
 * Runs one sequence until the first step that differs.
 * @param index its position in its file, for the difference
 */
export function* runSequenceSteps(
  sequence: ConformanceSequence,
  index: number,
  arena: Arena,
  mailbox: MailboxKind,
): Steps<ConformanceDifference | undefined> {
  const fixture = yield* createFixtureSteps(sequence.variant, arena, mailbox);
  try {
    const created = { agentId: fixture.agentId, after: fixture.observe() };
    if (!isDeepStrictEqual(created, sequence.initial)) {
      return { sequence: index, step: "initial", op: "new", args: {}, expected: sequence.initial, got: created };
    }
    for (const [position, step] of sequence.steps.entries()) {
      const { op, args, ...expected } = step;
      const got = yield* outcomeSteps(fixture, step);
      if (!isDeepStrictEqual(got, expected))
        return { sequence: index, step: position, op, args, expected, got: { ...got } };
    }
    return undefined;
  } finally {
    fixture.close();
  }
}

function* outcomeSteps(fixture: ConformanceFixture, step: ConformanceStep): Steps<ConformanceOutcome> {
  try {
    return { result: yield* fixture.performSteps(step), error: null, after: fixture.observe() };
  } catch (error) {
    if (!(error instanceof Error) || error instanceof UnknownOperationError) throw error;
    return { result: null, error: error.name, after: fixture.observe() };
  }
}
