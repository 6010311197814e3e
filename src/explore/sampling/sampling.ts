/** The strategies that sample. Schedule i is a function of the seed and i, so the number is enough to resume. */
import seedrandom from "seedrandom";
import { shuffle } from "../../vocabulary/index.js";
import { MAX_CHANGE_POINTS } from "../kernel/control-block.js";
import { HappensBefore } from "../kernel/happens-before.js";
import type { ScheduleSearch } from "../kernel/schedule-search.js";
import type { Schedule, Session } from "../kernel/session.js";

export interface SamplingOptions {
  readonly strategy: "random" | "pct";
  readonly seed: string;
  /** Number of the first schedule. Default: 0. */
  readonly from?: number;
  /** Of `pct`: the most scheduling constraints that a bug may need (1 to 33). Default: 3. */
  readonly depth?: number;
}

/** Starts to sample the schedules of a program. @throws RangeError on a depth out of range */
export function sample(session: Session, { strategy, seed, from = 0, depth = 3 }: SamplingOptions): ScheduleSearch {
  if (!Number.isInteger(depth) || depth < 1 || depth > MAX_CHANGE_POINTS + 1) {
    throw new RangeError(`invalid depth ${depth}: expected a whole number from 1 to ${MAX_CHANGE_POINTS + 1}`);
  }
  const { controlBlock, threadNames } = session;
  const order = new HappensBefore(controlBlock, threadNames.length);
  session.execute({ prefix: [] });
  /**
   * Change points are drawn from the length of the first execution, so that schedule i depends on the seed and i alone.
   */
  const length = session.steps;
  let index = from;
  let trace = 0;

  const drawPct = (random: seedrandom.PRNG): Schedule => ({
    prefix: [],
    policy: "pct",
    priorities: shuffled(threadNames.length * 2, random),
    changeAt: Array.from({ length: depth - 1 }, () => Math.floor(random() * length)),
  });
  const drawRandom = (random: seedrandom.PRNG): Schedule => ({
    prefix: [],
    policy: "random",
    random: random.int32() | 1,
  });

  return {
    next: () => {
      const random = seedrandom(`${seed}/${index++}`);
      const end = session.execute(strategy === "pct" ? drawPct(random) : drawRandom(random));
      order.extend(0, session.steps);
      trace = order.traceHash(session.steps);
      return end;
    },
    get trace() {
      return trace;
    },
    resumption: () => ({ from: index }),
  };
}

/** The numbers from 1 to `count` in random order. */
function shuffled(count: number, random: () => number): number[] {
  const numbers = Array.from({ length: count }, (_, i) => i + 1);
  shuffle(numbers, random);
  return numbers;
}
