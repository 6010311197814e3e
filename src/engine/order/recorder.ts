/**
 * Records what one thread does to agents, and which place each operation took in the order of the agent's slot: calls of the handles'
 * methods, the operations on the slot that they come to, and their reads and writes of the agent's row. From the records of all
 * threads every agent's life can be carried out again in the same order (replay.ts).
 *
 * The model, the mailboxes and the live run know nothing of it: it lies between them as a witness of the slots, as the
 * database, and in the place of the handles.
 */
import type { AgentStatus, Database, Reads, WriteArgs, WriteName, WriteResult } from "../../db/index.js";
import { Agent, OnboardingAgent, type ModelContext } from "../../model/index.js";
import type { ArgumentKind, Clock, OperationArguments, Slot, SlotOperation, Steps, Wait, Witness } from "../../sync/index.js";
import { CODE, METHODS, type Method, type Scalar } from "./format.js";
import type { Journal } from "./journal.js";
import { watchHandle, type Calls } from "./watched-handle.js";

/** A call that is under way. */
interface Call {
  readonly slot: Slot;
  /** Of its start, in the order of the slot. */
  readonly number: number;
}

const NO_CALL = -1;

export class OrderRecorder implements Witness {
  readonly #journal: Journal;
  readonly #clock: Clock;
  /** The call whose code runs now. */
  #current: Call | undefined;
  /** Whose the last entry was. */
  #slot = -1;
  #call = NO_CALL;

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  perform<Kind extends ArgumentKind, Outcome>(slot: Slot, operation: SlotOperation<Kind, Outcome>, argument: OperationArguments[Kind]): Outcome {
    const number = slot.enter();
    let outcome: Outcome;
    let at = 0;
    try {
      outcome = operation.carryOut(slot, argument);
      if (operation.endsWait) at = this.#clock.now();
    } finally {
      slot.leave(number);
    }
    const call = this.#current;
    this.#turnTo(slot, call?.slot.index === slot.index ? call.number : NO_CALL);
    this.#journal.begin(CODE.operation + operation.code, operation.isPositive(outcome));
    this.#journal.natural(number);
    if (operation.endsWait) this.#journal.time(at);
    if (typeof argument === "string") this.#journal.natural(Buffer.byteLength(argument));
    this.#journal.end();
    return outcome;
  }

  wait(slot: Slot, wake: SlotOperation<"ticket", boolean>, ticket: number, _timeoutMs: number, begin: (ended: () => void) => void, resume: (raised: boolean) => void): void {
    const call = this.#current;
    begin(() => {
      this.#current = call;
      let raised;
      try {
        raised = this.perform(slot, wake, ticket);
      } finally {
        this.#current = undefined;
      }
      resume(raised);
    });
  }

  /** The database as the calls of this thread see it. */
  database<D extends Database>(database: D): D {
    const watched = { ...database };
    const watchRead = (name: "getAgent" | "getOnboardingAgent"): void => {
      const read = database[name].bind(database) as Reads["getAgent"];
      const noted: Reads["getAgent"] = (id) => {
        const row = read(id);
        if (this.#current !== undefined) this.#noteRead(this.#current, row?.status);
        return row;
      };
      Object.assign(watched, { [name]: noted });
    };
    watchRead("getAgent");
    watchRead("getOnboardingAgent");
    const write = <K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>> => {
      const call = this.#current;
      if (call === undefined) return database.write(name, ...args);
      this.#noteAsked(call, name, args);
      return this.#noteAnswer(call, name, database.write(name, ...args));
    };
    return Object.assign(watched, { write });
  }

  /** `context`, whose handles are watched. */
  context(context: ModelContext): ModelContext {
    const { slots } = context;
    return {
      ...context,
      slots: {
        slotOf: (agentId) => slots.slotOf(agentId),
        adopt: (agentId, slot) => slots.adopt(agentId, slot),
        forget: (agentId) => {
          this.#noteClosed(slots.slotOf(agentId));
          slots.forget(agentId);
        },
      },
      handOut: (handle) => {
        if (!(handle instanceof Agent || handle instanceof OnboardingAgent)) return handle;
        const slot = slots.slotOf(handle.getAgentId());
        watchHandle(handle, this.#callsOf(slot, this.#noteOpened(slot, handle.getAgentId(), handle.dbStatus)));
        return handle;
      },
    };
  }

  /** Ends the record. */
  close(): void {
    this.#journal.close();
  }

  #callsOf(slot: Slot, handle: number): Calls {
    return {
      now: (method, argument, body, gist) => {
        if (this.#current !== undefined) return body();
        const call = this.#start(slot, handle, method, argument);
        this.#current = call;
        let value;
        try {
          value = body();
        } catch (error) {
          this.#noteEnded(call, true, nameOf(error));
          throw error;
        } finally {
          this.#current = undefined;
        }
        this.#noteEnded(call, false, gist(value));
        return value;
      },
      steps: (method, argument, body, gist) => this.#steps(slot, handle, method, argument, body, gist),
    };
  }

  *#steps<T>(slot: Slot, handle: number, method: Method, argument: Scalar, body: () => Steps<T>, gist: (value: T) => Scalar): Steps<T> {
    // Inside another call: part of that.
    if (this.#current !== undefined) return yield* body();
    const call = this.#start(slot, handle, method, argument);
    const steps = body();
    for (let input: unknown, failed = false; ; ) {
      let next: IteratorResult<Wait<unknown>, T>;
      this.#current = call;
      try {
        next = failed ? steps.throw(input) : steps.next(input);
      } catch (error) {
        this.#noteEnded(call, true, nameOf(error));
        throw error;
      } finally {
        this.#current = undefined;
      }
      if (next.done) {
        this.#noteEnded(call, false, gist(next.value));
        return next.value;
      }
      try {
        input = yield this.#within(call, next.value);
        failed = false;
      } catch (error) {
        input = error;
        failed = true;
      }
    }
  }

  /** `wait`, which begins as part of the call. */
  #within(call: Call, wait: Wait<unknown>): Wait<unknown> {
    return {
      block: () => this.#as(call, () => wait.block()),
      start: (resume, fail) => this.#as(call, () => wait.start(resume, fail)),
    };
  }

  #as<T>(call: Call | undefined, body: () => T): T {
    const before = this.#current;
    this.#current = call;
    try {
      return body();
    } finally {
      this.#current = before;
    }
  }

  #start(slot: Slot, handle: number, method: Method, argument: Scalar): Call {
    const { number, at } = this.#place(slot);
    this.#turnTo(slot, NO_CALL);
    this.#journal.begin(CODE.started, false);
    this.#journal.natural(number);
    this.#journal.time(at);
    this.#journal.natural(handle);
    this.#journal.natural(METHODS.indexOf(method));
    this.#journal.scalar(argument);
    this.#journal.end();
    // What follows is the call's, as a reader knows.
    this.#call = number;
    return { slot, number };
  }

  #noteEnded({ slot, number }: Call, threw: boolean, value: Scalar): void {
    this.#turnTo(slot, number);
    this.#journal.begin(CODE.ended, threw);
    this.#journal.scalar(value);
    this.#journal.end();
  }

  #noteOpened(slot: Slot, agentId: string, status: AgentStatus): number {
    const { number, at } = this.#place(slot);
    this.#turnTo(slot, NO_CALL);
    this.#journal.begin(CODE.opened, false);
    this.#journal.natural(number);
    this.#journal.time(at);
    this.#journal.text(agentId);
    this.#journal.status(status);
    this.#journal.end();
    return number;
  }

  #noteClosed(slot: Slot): void {
    const { number, at } = this.#place(slot);
    this.#turnTo(slot, NO_CALL);
    this.#journal.begin(CODE.closed, false);
    this.#journal.natural(number);
    this.#journal.time(at);
    this.#journal.end();
  }

  #noteRead({ slot, number: call }: Call, status: AgentStatus | undefined): void {
    const number = slot.enter();
    slot.leave(number);
    this.#turnTo(slot, call);
    this.#journal.begin(CODE.read, false);
    this.#journal.natural(number);
    this.#journal.status(status);
    this.#journal.end();
  }

  #noteAsked({ slot, number: call }: Call, name: WriteName, args: readonly unknown[]): void {
    const change = name === "updateAgent" || name === "updateOnboardingAgent" ? (args as WriteArgs<"updateAgent">)[1] : undefined;
    const number = slot.enter();
    slot.leave(number);
    this.#turnTo(slot, call);
    this.#journal.begin(CODE.asked, change?.unlessFinal === true);
    this.#journal.natural(number);
    this.#journal.text(name);
    this.#journal.status(change?.status);
    this.#journal.end();
  }

  #noteAnswer<K extends WriteName>({ slot, number: call }: Call, name: K, answer: Wait<WriteResult<K>>): Wait<WriteResult<K>> {
    const note = (failed: boolean, value: unknown): void => {
      const { number, at } = this.#place(slot);
      this.#turnTo(slot, call);
      this.#journal.begin(CODE.answered, failed);
      this.#journal.natural(number);
      this.#journal.time(at);
      this.#journal.status(!failed && (name === "updateAgent" || name === "updateOnboardingAgent") ? (value as AgentStatus) : undefined);
      this.#journal.end();
    };
    return {
      block: () => {
        const value = answer.block();
        note(false, value);
        return value;
      },
      start: (resume, fail) =>
        answer.start(
          (value) => {
            note(false, value);
            resume(value);
          },
          (error) => {
            note(true, undefined);
            fail(error);
          },
        ),
    };
  }

  /** Takes a place in the order of the slot for what is no operation on it, and the time. */
  #place(slot: Slot): { readonly number: number; readonly at: number } {
    const number = slot.enter();
    const at = this.#clock.now();
    slot.leave(number);
    return { number, at };
  }

  #turnTo(slot: Slot, call: number): void {
    if (slot.index === this.#slot && call === this.#call) return;
    this.#slot = slot.index;
    this.#call = call;
    this.#journal.begin(CODE.turnTo, false);
    this.#journal.natural(slot.index);
    this.#journal.natural(call + 1);
    this.#journal.end();
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
