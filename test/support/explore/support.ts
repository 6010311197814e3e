/** Runs explorations for the tests. */
import assert from "node:assert/strict";
import {
  explore,
  openSession,
  type ExploreOptions,
  type ProgramSource,
  type Session,
  type SessionOptions,
  type ExplorationTally,
} from "../../../dist/explore/index.js";
import { RANDOM_PROGRAMS } from "./programs/small.js";

export const SMALL = new URL("./programs/small.js", import.meta.url).href;
export const PLANTED = new URL("./programs/planted.js", import.meta.url).href;
export const FAULTY = new URL("./programs/faulty.js", import.meta.url).href;

export async function withSession<T>(
  source: ProgramSource,
  options: SessionOptions,
  use: (session: Session) => T,
): Promise<T> {
  const session = await openSession(source, options);
  try {
    return use(session);
  } finally {
    await session.close();
  }
}

export interface Explored {
  readonly tally: ExplorationTally;
  /** The problems of the first schedule that failed. */
  readonly problems: readonly string[];
  /** The outcomes of the schedules that were executed to their end. */
  readonly outcomes: ReadonlySet<string>;
  readonly traces: number;
}

/** Explores until a schedule fails, everything is covered, or `most` schedules were executed. */
export function run(session: Session, options: Partial<ExploreOptions> = {}, most = Infinity): Explored {
  const exploration = explore(session, { strategy: "exhaustive", seed: "1", ...options });
  const outcomes = new Set<string>();
  let stopped = 0;
  for (let schedule = 0; schedule < most; schedule++) {
    const problems = exploration.next();
    if (problems === undefined) break;
    const { redundant, schedules } = exploration.tally;
    // By states not every call executes a schedule.
    if (redundant === stopped && schedules > 0) outcomes.add(session.outcomeTexts().join(" "));
    stopped = redundant;
    if (problems.length > 0) return { tally: exploration.tally, problems, outcomes, traces: exploration.tally.traces };
  }
  return { tally: exploration.tally, problems: [], outcomes, traces: exploration.tally.traces };
}

/** A program with more interleavings than this is not compared. */
const MAX_INTERLEAVINGS = 20_000;

/** Calls `compare` with each random program that is small enough, and the result of plain enumeration. */
export async function compareWithPlain(
  compare: (session: Session, plain: Explored, name: string) => void,
): Promise<void> {
  let compared = 0;
  for (let seed = 0; seed < RANDOM_PROGRAMS; seed++) {
    const name = `random-${seed}`;
    await withSession({ module: SMALL, name }, {}, (session) => {
      const plain = run(session, { reduction: "none" }, MAX_INTERLEAVINGS);
      if (!plain.tally.covered) return;
      compared++;
      compare(session, plain, name);
    });
  }
  assert.ok(compared >= 6, `${compared} programs were small enough to compare`);
}
