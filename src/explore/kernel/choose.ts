/** The scheduling decision: a pure function of the control block. The running thread takes it. */
import {
  CONTROL,
  enabledThreads,
  END,
  isExpiring,
  MAX_CHANGE_POINTS,
  pendingOf,
  PENDING,
  POLICY,
  type ControlBlock,
} from "./control-block.js";
import { KIND, word } from "./operation-records.js";

/** A random schedule considers timeouts at one in this many steps at which another thread can run. */
const TIMEOUT_ODDS = 4;

/** The thread that makes the next step; if the execution is over, `-1 - end` ({@link END}). */
export function choose(controlBlock: ControlBlock): number {
  const { words } = controlBlock;
  const step = word(words, CONTROL.step);
  const enabled = enabledThreads(words);
  if (enabled === 0) return -1 - (allDone(words) ? END.completed : END.deadlock);
  if (step >= word(words, CONTROL.maxSteps)) return -1 - END.livelock;
  if (step < word(words, CONTROL.prefixLength)) {
    const thread = word(words, controlBlock.prefix + step);
    return (enabled & (1 << thread)) !== 0 ? thread : -1 - END.diverged;
  }
  switch (word(words, CONTROL.policy)) {
    case POLICY.random:
      return chooseRandomly(words, enabled);
    case POLICY.pct:
      return chooseByPriority(words, enabled);
    default:
      return chooseFirst(words, enabled & ~word(words, CONTROL.sleeping));
  }
}

/**
 * The thread that ran last if it can run, else the first that can. A timeout expires only when no thread can run
 * otherwise.
 */
function chooseFirst(words: Int32Array, candidates: number): number {
  if (candidates === 0) return -1 - END.redundant;
  const last = word(words, CONTROL.last);
  if ((candidates & (1 << last)) !== 0 && !isExpiring(words, last)) return last;
  for (let rest = candidates; rest !== 0; rest &= rest - 1) {
    const thread = lowest(rest);
    if (!isExpiring(words, thread)) return thread;
  }
  return lowest(candidates);
}

function chooseRandomly(words: Int32Array, enabled: number): number {
  const running = enabled & ~expiring(words, enabled);
  const candidates = running !== 0 && nextRandom(words) % TIMEOUT_ODDS !== 0 ? running : enabled;
  return nth(candidates, nextRandom(words) % countBits(candidates));
}

/**
 * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010): the thread of the highest priority runs. At d - 1
 * steps, drawn beforehand, the running thread gets a priority below all initial ones. It depends on the place at which
 * the step was drawn, not on the time: a thread that is lowered later can come before one that was lowered earlier. A
 * timeout has a priority of its own.
 */
function chooseByPriority(words: Int32Array, enabled: number): number {
  let best = highest(words, enabled);
  const step = word(words, CONTROL.step);
  const changes = word(words, CONTROL.changePoints);
  for (let change = 0; change < changes; change++) {
    if (word(words, CONTROL.changeAt + change) !== step) continue;
    words[priorityOf(words, best)] = change - MAX_CHANGE_POINTS;
    best = highest(words, enabled);
  }
  return best;
}

function highest(words: Int32Array, enabled: number): number {
  let best = lowest(enabled);
  for (let rest = enabled; rest !== 0; rest &= rest - 1) {
    const thread = lowest(rest);
    if (word(words, priorityOf(words, thread)) > word(words, priorityOf(words, best))) best = thread;
  }
  return best;
}

function priorityOf(words: Int32Array, thread: number): number {
  return pendingOf(thread) + (isExpiring(words, thread) ? PENDING.timeoutPriority : PENDING.priority);
}

function allDone(words: Int32Array): boolean {
  const threads = word(words, CONTROL.threads);
  for (let thread = 0; thread < threads; thread++) {
    if (word(words, pendingOf(thread) + PENDING.kind) !== KIND.done) return false;
  }
  return true;
}

function expiring(words: Int32Array, threads: number): number {
  let mask = 0;
  for (let rest = threads; rest !== 0; rest &= rest - 1) {
    const thread = lowest(rest);
    if (isExpiring(words, thread)) mask |= 1 << thread;
  }
  return mask;
}

/** xorshift32 (Marsaglia 2003) on the control block's state, which is never 0. A whole number from 0 to 2^31 - 1. */
function nextRandom(words: Int32Array): number {
  let x = word(words, CONTROL.random);
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  words[CONTROL.random] = x;
  return x >>> 1;
}

/** The lowest bit of a mask that is not 0. */
export function lowest(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function nth(mask: number, index: number): number {
  let rest = mask;
  for (let skipped = 0; skipped < index; skipped++) rest &= rest - 1;
  return lowest(rest);
}
