/**
 * Records what one thread does to agents, and which place each operation took in the order of the agent's slot: calls of the handles'
 * methods, the operations on the slot that they come to, and their reads and writes of the agent's row. From the records of all
 * threads every agent's life can be carried out again in the same order (replay.ts).
 *
 * The model, the mailboxes and the live run know nothing of it: it lies between them as the recorder of the slots, as the
 * database, and in the place of the handles.
 */
import type { AgentStatus, Database, Reads, WriteArgs, WriteName, WriteResult } from "../../db/index.js";
import { Agent, OnboardingAgent, type ModelContext } from "../../model/index.js";
import type { Clock, Slot, SlotRecorder, Wait } from "../../sync/index.js";
import { CODE, type Scalar } from "./format.js";
import type { Journal } from "./journal.js";
import { watchHandle, type Call, type Calls, type WatchedHandle } from "./watched-handle.js";

const NO_CALL = -1;

export class OrderRecorder implements SlotRecorder, Calls {
  current: Call | undefined;
  readonly #journal: Journal;
  readonly #clock: Clock;
  /** Whose the last entry was. */
  #slot = -1;
  #call = NO_CALL;
  /** The agents whose slots other threads have allocated. */
  readonly #adopted = new Set<string>();

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  noteOperation(slot: number, number: number, code: number, positive: boolean): void {
    this.#turnToCallOn(slot, this.current);
    this.#journal.begin(CODE.operation + code, positive);
    this.#journal.natural(number);
    this.#journal.end();
  }

  notePush(slot: number, number: number, code: number, positive: boolean, bytes: number): void {
    this.#turnToCallOn(slot, this.current);
    this.#journal.begin(CODE.operation + code, positive);
    this.#journal.natural(number);
    this.#journal.natural(bytes);
    this.#journal.end();
  }

  get waiter(): Call | undefined {
    return this.current;
  }

  noteWake(slot: number, number: number, code: number, positive: boolean, atMs: number, waiter: Call | undefined): void {
    this.#turnToCallOn(slot, waiter);
    this.#journal.begin(CODE.operation + code, positive);
    this.#journal.natural(number);
    this.#journal.time(atMs);
    this.#journal.end();
  }

  /** The database as the calls of this thread see it. */
  database<D extends Database>(database: D): D {
    const watched = { ...database };
    const watchRead = (name: "getAgent" | "getOnboardingAgent"): void => {
      const read = database[name].bind(database) as Reads["getAgent"];
      const noted: Reads["getAgent"] = (id) => {
        const row = read(id);
        if (this.current !== undefined) this.#noteRead(this.current, row?.status);
        return row;
      };
      Object.assign(watched, { [name]: noted });
    };
    watchRead("getAgent");
    watchRead("getOnboardingAgent");
    const write = <K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>> => {
      const call = this.current;
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
        adopt: (agentId, slot) => {
          this.#adopted.add(agentId);
          slots.adopt(agentId, slot);
        },
        forget: (agentId) => {
          this.#noteClosed(slots.slotOf(agentId));
          this.#adopted.delete(agentId);
          slots.forget(agentId);
        },
      },
      handOut: (handle) => {
        if (!(handle instanceof Agent || handle instanceof OnboardingAgent)) return handle;
        const slot = slots.slotOf(handle.getAgentId());
        watchHandle(handle, { calls: this, slot, number: this.#noteOpened(slot, handle.getAgentId(), handle.dbStatus) });
        return handle;
      },
    };
  }

  /** Ends the record. */
  close(): void {
    this.#journal.close();
  }

  begin({ slot, number: handle }: WatchedHandle, method: number, argument: Scalar): Call {
    const number = slot.enter();
    const at = this.#clock.now();
    slot.leave(number);
    this.#turnTo(slot.index, NO_CALL);
    this.#journal.begin(CODE.started, false);
    this.#journal.natural(number);
    this.#journal.time(at);
    this.#journal.natural(handle);
    this.#journal.natural(method);
    this.#journal.scalar(argument);
    this.#journal.end();
    // What follows is the call's, as a reader knows.
    this.#call = number;
    const call = { slot, number };
    this.current = call;
    return call;
  }

  end({ slot, number }: Call, threw: boolean, value: Scalar): void {
    this.current = undefined;
    this.#turnTo(slot.index, number);
    this.#journal.begin(CODE.ended, threw);
    this.#journal.scalar(value);
    this.#journal.end();
  }

  #noteOpened(slot: Slot, agentId: string, status: AgentStatus): number {
    const { number, at } = this.#place(slot);
    this.#turnTo(slot.index, NO_CALL);
    this.#journal.begin(CODE.opened, !this.#adopted.has(agentId));
    this.#journal.natural(number);
    this.#journal.time(at);
    this.#journal.text(agentId);
    this.#journal.status(status);
    this.#journal.end();
    return number;
  }

  #noteClosed(slot: Slot): void {
    const { number, at } = this.#place(slot);
    this.#turnTo(slot.index, NO_CALL);
    this.#journal.begin(CODE.closed, false);
    this.#journal.natural(number);
    this.#journal.time(at);
    this.#journal.end();
  }

  #noteRead({ slot, number: call }: Call, status: AgentStatus | undefined): void {
    const number = slot.enter();
    slot.leave(number);
    this.#turnTo(slot.index, call);
    this.#journal.begin(CODE.read, false);
    this.#journal.natural(number);
    this.#journal.status(status);
    this.#journal.end();
  }

  #noteAsked({ slot, number: call }: Call, name: WriteName, args: readonly unknown[]): void {
    const change = name === "updateAgent" || name === "updateOnboardingAgent" ? (args as WriteArgs<"updateAgent">)[1] : undefined;
    const number = slot.enter();
    slot.leave(number);
    this.#turnTo(slot.index, call);
    this.#journal.begin(CODE.asked, change?.unlessFinal === true);
    this.#journal.natural(number);
    this.#journal.text(name);
    this.#journal.status(change?.status);
    this.#journal.end();
  }

  #noteAnswer<K extends WriteName>({ slot, number: call }: Call, name: K, answer: Wait<WriteResult<K>>): Wait<WriteResult<K>> {
    const note = (failed: boolean, value: unknown): void => {
      const { number, at } = this.#place(slot);
      this.#turnTo(slot.index, call);
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
      start: (waiter) =>
        answer.start({
          resume(value) {
            note(false, value);
            waiter.resume(value);
          },
          fail(error) {
            note(true, undefined);
            waiter.fail(error);
          },
        }),
    };
  }

  /** Takes a place in the order of the slot for what is no operation on it, and the time. */
  #place(slot: Slot): { readonly number: number; readonly at: number } {
    const number = slot.enter();
    const at = this.#clock.now();
    slot.leave(number);
    return { number, at };
  }

  /** What follows is about the slot, and part of `call` if that is a call on it. */
  #turnToCallOn(slot: number, call: Call | undefined): void {
    this.#turnTo(slot, call?.slot.index === slot ? call.number : NO_CALL);
  }

  #turnTo(slot: number, call: number): void {
    if (slot === this.#slot && call === this.#call) return;
    this.#slot = slot;
    this.#call = call;
    this.#journal.begin(CODE.turnTo, false);
    this.#journal.natural(slot);
    this.#journal.natural(call + 1);
    this.#journal.end();
  }
}
