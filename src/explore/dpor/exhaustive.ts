/**
 * Executes every trace of a program, depth first: source-DPOR (Abdulla, Aronsson, Jonsson, Sagonas: Optimal Dynamic
 * Partial Order Reduction, POPL 2014, algorithm 1) with sleep sets. A race is two dependent steps that could have come
 * in the other order. After each execution, every race in it adds a thread to the backtrack set of the race's first
 * step.
 */
import { at } from "../../vocabulary/index.js";
import { END, type ControlBlock } from "../kernel/control-block.js";
import { lowest } from "../kernel/choose.js";
import { HappensBefore } from "../kernel/happens-before.js";
import { DETERMINED, RECORD, word } from "../kernel/operation-records.js";
import type { Branch, ScheduleSearch } from "../kernel/schedule-search.js";
import { UncontrolledProgramError, type Session } from "../kernel/session.js";

export interface ExhaustiveOptions {
  /** `none` executes every interleaving; for tests of the reduction. Default: `dpor`. */
  readonly reduction?: "dpor" | "none";
  /** The frontier of an earlier exploration of the same program. */
  readonly frontier?: readonly Branch[];
}

/** Starts to explore every trace of the session's program. */
export function exploreExhaustively(session: Session, options: ExhaustiveOptions = {}): ScheduleSearch {
  const { controlBlock } = session;
  const reduces = options.reduction !== "none";
  const maxSteps = controlBlock.log - controlBlock.prefix;
  const order = new HappensBefore(controlBlock, session.threadNames.length);
  const path: Branch[] = options.frontier?.map((branch) => ({ ...branch })) ?? [];
  const earlier = new Int32Array(maxSteps * RECORD.words);
  let started = path.length > 0;
  let fresh = true;
  let trace = 0;

  /** Goes back to the last point with an untried branch and takes that; false when there is none. */
  const advance = (): boolean => {
    for (let branch = path.at(-1); branch !== undefined; branch = path.at(-1)) {
      branch.done |= 1 << branch.thread;
      const left = branch.backtrack & ~branch.done & ~branch.sleeping;
      if (left !== 0) {
        branch.thread = lowest(left);
        return true;
      }
      path.pop();
    }
    return false;
  };

  const onRace = (first: number, second: number): void => {
    const branch = path[first];
    if (branch === undefined) return;
    const initials = order.initials(first, second) & branch.enabled;
    if ((initials & (branch.backtrack | branch.sleeping)) !== 0) return;
    const racing = 1 << order.threadOf(second);
    if ((initials & racing) !== 0) branch.backtrack |= racing;
    else branch.backtrack |= initials !== 0 ? 1 << lowest(initials) : branch.enabled;
  };

  const next = (): number | undefined => {
    if (started && !advance()) return undefined;
    started = true;
    const taken = path.at(-1);
    const end = session.execute({
      prefix: path.map(({ thread }) => thread),
      sleeping: reduces && taken !== undefined ? taken.sleeping | taken.done : 0,
    });
    const steps = session.steps;
    requireSame(session, earlier, fresh ? 0 : path.length - 1, end);
    const known = path.length;
    for (let step = known; step < steps; step++) path.push(branchAt(controlBlock, step, reduces));
    order.extend(fresh ? 0 : Math.max(0, known - 1), steps, reduces ? onRace : undefined);
    earlier.set(controlBlock.words.subarray(controlBlock.log, controlBlock.log + steps * RECORD.words));
    fresh = false;
    trace = order.traceHash(steps);
    return end;
  };

  return {
    next,
    get trace() {
      return trace;
    },
    resumption: () => ({ frontier: path.map((branch) => ({ ...branch })) }),
  };
}

function branchAt({ words, log }: ControlBlock, step: number, reduces: boolean): Branch {
  const record = log + step * RECORD.words;
  const thread = word(words, record + RECORD.thread);
  const enabled = word(words, record + RECORD.enabled);
  return {
    thread,
    enabled,
    sleeping: reduces ? word(words, record + RECORD.sleeping) : 0,
    backtrack: reduces ? 1 << thread : enabled,
    done: 0,
  };
}

/** @throws UncontrolledProgramError unless the first `steps` steps are those of the previous execution */
function requireSame(
  { controlBlock, program, threadNames }: Session,
  earlier: Int32Array,
  steps: number,
  end: number,
): void {
  const { words, log } = controlBlock;
  const differs = (record: number): boolean =>
    DETERMINED.some((part) => words[log + record + part] !== earlier[record + part]);
  for (let record = 0; record < steps * RECORD.words; record += RECORD.words) {
    if (!differs(record)) continue;
    const thread = at(threadNames, word(words, log + record + RECORD.thread));
    throw new UncontrolledProgramError(
      `program ${program.name} is not deterministic: in the same schedule, ` +
        `thread ${thread} made another operation at step ${record / RECORD.words + 1}`,
    );
  }
  if (end === END.diverged) {
    throw new UncontrolledProgramError(
      `program ${program.name} is not deterministic: in the same schedule, a thread cannot run that could run before`,
    );
  }
}
