/** What is explored: a program of a few threads on one agent's slot, and what must hold whatever order they run in. */
import { z } from "zod";
import { kindOf } from "../../vocabulary/index.js";
import { COVERAGES, type Coverage } from "../strategies.js";
import type { Agent, ModelContext } from "../../platform/model/index.js";
import type { AgentStatus } from "../../vocabulary/index.js";
import type { Clock, Event, EventName, Json, Mailbox, MailboxKind, Steps } from "../../platform/sync/index.js";

/** What a thread of a program, and the check, are handed. Everything they share is reached through it. */
export interface Env {
  readonly mailboxKind: MailboxKind;
  /** The mailbox of the program's agent. */
  readonly mailbox: Mailbox;
  /** An event of the program's agent. */
  readonly event: (name: EventName) => Event;
  /**
   * A new handle on the program's agent, with `accepted` as the status it knows: two handles are two observers of one
   * agent, as two processes are.
   */
  readonly agent: () => Agent;
  /** The status in the agent's row, as every process sees it. */
  readonly status: () => AgentStatus;
  /** Sets the status in the agent's row, as another process does that has no part in the agent's slot. */
  readonly writeStatus: (status: AgentStatus) => void;
  /** This thread's time (ms). It passes only in waits that time out. */
  readonly clock: Clock;
  /** Runs Steps as a coroutine: the thread waits on its doorbell and takes its reactor's turns, as a live run's do. */
  readonly drive: <T>(steps: Steps<T>) => T;
  /** Does `work` under a name, by which printed schedules show it. */
  readonly call: <T>(name: string, work: () => T) => T;
}

/**
 * A thread of a program. It may use what `env` gives and its own variables; what it returns, which must be plain data such as
 * null, is its outcome. It cannot be asynchronous.
 */
export type ProgramThread = (env: Env) => Json;

/**
 * A thread in stages, between which it remembers nothing but a JSON value, and has new handles. A long thread is explored much
 * sooner so, as all that led to one value is one. Its executions are those of a function that calls the stages in turn.
 *
 * @example
 * ```ts
 * import { define, type StagedThread } from "crowdstorm/explore";
 *
 * const counting: StagedThread = {
 *   first: 0,
 *   stage: ({ mailbox }, sent) => {
 *     mailbox.append({ text: String(sent) });
 *     return sent === 2 ? { outcome: null } : { next: Number(sent) + 1 };
 *   },
 * };
 * const program = define({ name: "count", description: "sends three", threads: { counting }, check: () => [] });
 * console.log(program.coveredBy); // traces
 * ```
 */
export interface StagedThread {
  /** What the first stage is given. */
  readonly first: Json;
  /** Does a part of the work; returns what to remember for the next, or the outcome of the thread. */
  readonly stage: (env: Env, memory: Json) => { readonly next: Json } | { readonly outcome: Json };
}

/** One finished execution. */
export interface Finished {
  /** What each thread returned. */
  readonly outcomes: Readonly<Record<string, Json>>;
  /** For looking at what is left. Nothing runs any more. */
  readonly env: Env;
}

export interface Program {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** Bytes of the mailbox's ring, a power of two. */
  readonly ringBytes: number;
  /** Whether a change of status may overwrite a final one, as in the seed, or gives way to it, as in a run ({@link ModelContext}). */
  readonly finalStatuses: ModelContext["finalStatuses"];
  /** By name, in the order of the columns of a printed schedule. */
  readonly threads: Readonly<Record<string, ProgramThread | StagedThread>>;
  /** How `exhaustive` covers it unless told otherwise: `traces`, or by `states` where there are too many traces. */
  readonly coveredBy: Coverage;
  /**
   * Says what is wrong with a finished execution: a list of texts, one for each problem, empty if there is none. What it throws
   * is a problem too. Anything else that it returns, a promise of a list included, ends the exploration with a {@link ProgramError}.
   */
  readonly check: (finished: Finished) => readonly string[];
}

export interface ProgramDefinition extends Omit<Program, "ringBytes" | "finalStatuses" | "coveredBy"> {
  /** Default: 256. */
  readonly ringBytes?: number;
  /** Default: `overwritten`. */
  readonly finalStatuses?: ModelContext["finalStatuses"];
  /** Default: `traces`. */
  readonly coveredBy?: Coverage;
}

/** How many threads a program can have. */
export const MAX_PROGRAM_THREADS = 8;

/** A function of a program returned something that it may not return, or a program is defined wrongly. The message is one line. */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
}

/**
 * Defines a program, for `simulate explore`. Its threads must be deterministic, but for the order in which they run: no
 * clock, no randomness, nothing shared but what `env` gives. Throws a {@link ProgramError} for a definition that is not one.
 *
 * @example
 * ```ts
 * // A module for `simulate explore ./hand-over.js`: what the worker sends, the task gets, in every interleaving.
 * import { define } from "crowdstorm/explore";
 *
 * export default define({
 *   name: "hand-over",
 *   description: "a worker sends one update; the task waits for it",
 *   threads: {
 *     worker: ({ mailbox }) => {
 *       mailbox.append({ text: "hello" });
 *       return null;
 *     },
 *     task: ({ agent }) => {
 *       const update = agent().getLiveUpdate(1000);
 *       return update === undefined ? null : String(update["text"]);
 *     },
 *   },
 *   check: ({ outcomes }) => (outcomes["task"] === "hello" ? [] : ["the update did not arrive"]),
 * });
 * ```
 */
export function define(definition: ProgramDefinition): Program {
  const program = { ...DEFAULTS, ...definition };
  const parsed = programSchema.safeParse(program);
  if (parsed.success) return program;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new ProgramError(`the program ${kindOf(program.name)} cannot be defined: ${field}: ${issue?.message ?? ""}`);
}

const DEFAULTS = { ringBytes: 256, finalStatuses: "overwritten", coveredBy: "traces" } as const;

const aFunction = (what: string): z.ZodType => z.custom((value) => typeof value === "function", what);
const thread = z.union(
  [aFunction("must be a function"), z.object({ stage: aFunction("must be a function") })],
  "must be a function, or a mapping with first and stage",
);

const programSchema = z.object({
  name: z.string("must be text").min(1, "must not be empty"),
  description: z.string("must be text"),
  ringBytes: z.int("must be a whole number"),
  finalStatuses: z.enum(["overwritten", "kept"], 'must be "overwritten" or "kept"'),
  coveredBy: z.enum(COVERAGES, `must be ${COVERAGES.join(" or ")}`),
  threads: z
    .record(z.string(), thread, "must be a mapping of names to threads")
    .refine((threads) => isNumberOfThreads(Object.keys(threads).length), `must be 1 to ${MAX_PROGRAM_THREADS} threads`),
  check: aFunction("must be a function that returns a list of texts"),
});

function isNumberOfThreads(count: number): boolean {
  return count >= 1 && count <= MAX_PROGRAM_THREADS;
}

/** Whether a value is a program. */
export function isProgram(value: unknown): value is Program {
  return programSchema.safeParse(value).success;
}
