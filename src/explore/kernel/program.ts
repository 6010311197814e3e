/** A program for the explorer: a few threads on one agent's slot, and a check that must pass in every interleaving. */
import { z } from "zod";
import { at, kindOf } from "../../vocabulary/index.js";
import { COVERAGES, type Coverage } from "../strategies.js";
import type { Agent, ModelContext } from "../../platform/model/index.js";
import type { AgentStatus } from "../../vocabulary/index.js";
import type { Clock, Event, EventName, Json, Mailbox, MailboxKind, Steps } from "../../platform/sync/index.js";

/** The environment of a program's thread and of its check. Everything that threads share is reached through it. */
export interface Env {
  readonly mailboxKind: MailboxKind;
  /** The mailbox of the program's agent. */
  readonly mailbox: Mailbox;
  /** An event of the program's agent. */
  readonly event: (name: EventName) => Event;
  /**
   * A new handle on the program's agent, with `accepted` as its cached status. Two handles are two observers of one
   * agent, as two processes are.
   */
  readonly agent: () => Agent;
  /** Reads the status in the agent's row, which all processes share. */
  readonly status: () => AgentStatus;
  /** Writes the status in the agent's row, as a process without access to the agent's slot does. */
  readonly writeStatus: (status: AgentStatus) => void;
  /** This thread's time, ms. It passes only in waits that time out. */
  readonly clock: Clock;
  /**
   * Runs Steps as a coroutine: the thread waits on its doorbell and takes its reactor's turns, as the threads of a live
   * run do.
   */
  readonly drive: <T>(steps: Steps<T>) => T;
  /** Runs `work` under a name that printed schedules show. */
  readonly call: <T>(name: string, work: () => T) => T;
}

/**
 * A thread of a program. It may use `env` and its own variables. Its return value, which must be plain data such as
 * null, is its outcome. It cannot be asynchronous.
 */
export type ProgramThread = (env: Env) => Json;

/**
 * A thread in stages. Between two stages it remembers only a JSON value, and it gets new handles. A long thread has far
 * fewer states so, because all executions that lead to one value continue the same way. It executes as a function that
 * calls the stages in turn.
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
  /** The memory of the first stage. */
  readonly first: Json;
  /** Does a part of the work. Returns the memory for the next stage, or the outcome of the thread. */
  readonly stage: (env: Env, memory: Json) => { readonly next: Json } | { readonly outcome: Json };
}

/** One finished execution. */
export interface Finished {
  /** What each thread returned. */
  readonly outcomes: Readonly<Record<string, Json>>;
  /** For reading the memory after the execution. No thread runs any more. */
  readonly env: Env;
}

export interface Program {
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** Bytes of the mailbox's ring, a power of two. */
  readonly ringBytes: number;
  /**
   * Whether a change of status overwrites a final status, as in the original, or keeps it, as in a run
   * (`ModelContext.finalStatuses`).
   */
  readonly finalStatuses: ModelContext["finalStatuses"];
  /** By name, in the order of the columns of a printed schedule. */
  readonly threads: Readonly<Record<string, ProgramThread | StagedThread>>;
  /** What `exhaustive` covers by default: `traces`, or `states` where there are too many traces. */
  readonly coveredBy: Coverage;
  /**
   * Returns the problems of a finished execution: a list of texts, empty if there is none. An error that it throws is a
   * problem too. Any other return value, a promise of a list included, ends the exploration with a {@link
   * ProgramError}. Without it only deadlocks, endless executions and errors that a thread does not catch are found.
   */
  readonly check?: ((finished: Finished) => readonly string[]) | undefined;
}

export interface ProgramDefinition extends Omit<Program, "ringBytes" | "finalStatuses" | "coveredBy"> {
  /** Default: 256. */
  readonly ringBytes?: number;
  /** Default: `overwritten`. */
  readonly finalStatuses?: ModelContext["finalStatuses"];
  /** Default: `traces`. */
  readonly coveredBy?: Coverage;
}

/** The most threads of a program. */
export const MAX_PROGRAM_THREADS = 8;

/**
 * The definition of a program is invalid, or one of its functions returned an invalid value. The message is one line.
 */
export class ProgramError extends Error {
  override readonly name = "ProgramError";
}

/**
 * Defines a program for `simulate explore`. Its threads must be deterministic except for the order in which they run:
 * no clock, no randomness, no shared state except what `env` gives.
 * @throws ProgramError when the definition is invalid
 *
 * @example
 * ```ts
 * // A module for `simulate explore ./hand-over.js`: in every interleaving the task gets what the worker sends.
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
  const { path, message } = at(parsed.error.issues, 0);
  throw new ProgramError(`the program ${kindOf(program.name)} cannot be defined: ${path.join(".")}: ${message}`);
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
  check: aFunction("must be a function that returns a list of texts").optional(),
});

function isNumberOfThreads(count: number): boolean {
  return count >= 1 && count <= MAX_PROGRAM_THREADS;
}

/** Whether a value is a program. */
export function isProgram(value: unknown): value is Program {
  return programSchema.safeParse(value).success;
}
