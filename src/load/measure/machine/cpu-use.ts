/** How much CPU the generator used in a run, how much the platform, and how much the runtime. Pure. */
import type { ThreadTimes } from "../../../vocabulary/index.js";

/**
 * `generator`: the simulated workers, and the measuring that has a thread of its own; with `--listen`, the router.
 * `platform`: what is tested, where it is in this process; what measures in its threads, stamps of the stages and the
 * record of the order of operations, is in it.
 */
export type CpuPart = "generator" | "platform";

/** A thread of the run with what it used; null where that is not known. */
export interface ThreadUse {
  readonly thread: string;
  readonly part: CpuPart;
  readonly times: ThreadTimes | null;
}

export interface CpuUse {
  /** CPU of this process, and of those on other machines that made the load, ms. */
  readonly totalMs: number;
  readonly generatorMs: number;
  /** 0 in a run over a network, where the platform is outside. */
  readonly platformMs: number;
  /** The rest: compilers and collectors of the runtime, its pool of threads, and threads that a fault killed. */
  readonly runtimeMs: number;
  readonly threads: readonly ({ readonly thread: string; readonly part: CpuPart } & ThreadTimes)[];
}

/** The part of the run that a thread of this name is, where the platform is in this process. */
export function partOfThread(thread: string): CpuPart {
  return /^(client-\d+|coordinator)$/.test(thread) ? "generator" : "platform";
}

/** @returns undefined when the CPU of some thread is not known: the parts could not be told apart */
export function cpuUseOf(totalMs: number, threads: readonly ThreadUse[]): CpuUse | undefined {
  const known = threads.flatMap(({ thread, part, times }) => (times === null ? [] : [{ thread, part, ...times }]));
  if (known.length < threads.length || known.length === 0) return undefined;
  const sumOf = (part: CpuPart): number =>
    known.reduce((sum, thread) => sum + (thread.part === part ? thread.cpuMs : 0), 0);
  const [generatorMs, platformMs] = [sumOf("generator"), sumOf("platform")];
  // The system's figures for a thread and for the process are not read at the same instant.
  const runtimeMs = Math.max(0, totalMs - generatorMs - platformMs);
  return { totalMs: generatorMs + platformMs + runtimeMs, generatorMs, platformMs, runtimeMs, threads: known };
}
