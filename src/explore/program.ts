/** What is explored: a program of a few threads on one agent's slot, and what must hold whatever order they run in. */
import type { Agent, ModelContext } from "../model/index.js";
import type { AgentStatus } from "../db/index.js";
import type { Clock, Event, EventName, Json, Mailbox, MailboxKind, Steps } from "../sync/index.js";

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

/** A thread of a program. It may use what `env` gives and its own variables; what it returns is its outcome. */
export type ProgramThread = (env: Env) => Json;

/**
 * A thread in stages, between which it remembers nothing but a JSON value, and has new handles. A long thread is explored much
 * sooner so, as all that led to one value is one. Its executions are those of a function that calls the stages in turn.
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
  /** Says what is wrong with a finished execution: a line each, none if nothing is. What it throws is wrong too. */
  readonly check: (finished: Finished) => readonly string[];
}

/** What is gone through until nothing is left: the orders of dependent operations, or the states they lead to. */
export const COVERAGES = ["traces", "states"] as const;
export type Coverage = (typeof COVERAGES)[number];

export interface ProgramDefinition extends Omit<Program, "ringBytes" | "finalStatuses" | "coveredBy"> {
  /** Default: 256. */
  readonly ringBytes?: number;
  /** Default: `overwritten`. */
  readonly finalStatuses?: ModelContext["finalStatuses"];
  /** Default: `traces`. */
  readonly coveredBy?: Coverage;
}

/** How many threads a program can have. */
export const MOST_THREADS = 8;

/**
 * Defines a program, for `simulate explore`. Its threads must be deterministic, but for the order in which they run: no
 * clock, no randomness, nothing shared but what `env` gives. Throws a RangeError without threads or with too many.
 */
export function define(definition: ProgramDefinition): Program {
  const count = Object.keys(definition.threads).length;
  if (count < 1 || count > MOST_THREADS) {
    throw new RangeError(`program ${definition.name} has ${count} threads; it can have 1 to ${MOST_THREADS}`);
  }
  return { ringBytes: 256, finalStatuses: "overwritten", coveredBy: "traces", ...definition };
}

/** Whether a value is a program, as far as one can see. */
export function isProgram(value: unknown): value is Program {
  if (typeof value !== "object" || value === null) return false;
  const { name, threads, check, ringBytes } = value as Partial<Record<keyof Program, unknown>>;
  return (
    typeof name === "string" &&
    typeof threads === "object" &&
    typeof check === "function" &&
    typeof ringBytes === "number"
  );
}
