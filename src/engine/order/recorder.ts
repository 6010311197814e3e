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
import type { Clock, Slot, SlotRecorder, Wait, Waiter } from "../../sync/index.js";
import { CODE, type Scalar } from "./format.js";
import { NONE, type Journal } from "./journal.js";
import type { Call, Calls, WatchedHandle } from "./calls.js";
import { watchHandle } from "./watched-handle.js";

export class OrderRecorder implements SlotRecorder, Calls {
  current: Call | undefined;
  readonly #journal: Journal;
  readonly #clock: Clock;
  /** The agents whose slots other threads have allocated. */
  readonly #adopted = new Set<string>();

  constructor(journal: Journal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
  }

  noteOperation(slot: number, number: number, code: number, positive: boolean): void {
    this.#journal.begin(slot, numberOn(slot, this.current), CODE.operation + code, positive, number, NONE, NONE);
    this.#journal.end();
  }

  notePush(slot: number, number: number, code: number, positive: boolean, bytes: number): void {
    this.#journal.begin(slot, numberOn(slot, this.current), CODE.operation + code, positive, number, NONE, bytes);
    this.#journal.end();
  }

  get waiter(): Call | undefined {
    return this.current;
  }

  noteTimed(
    slot: number,
    number: number,
    code: number,
    positive: boolean,
    atMs: number,
    waiter: Call | undefined,
  ): void {
    this.#journal.begin(slot, numberOn(slot, waiter), CODE.operation + code, positive, number, atMs, NONE);
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
      const isStatus = name === "updateAgent" || name === "updateOnboardingAgent";
      this.#noteAsked(call, name, isStatus ? (args as WriteArgs<"updateAgent">)[1] : undefined);
      return new NotedAnswer(database.write(name, ...args), (failed, value) =>
        this.#noteAnswer(call, failed, !failed && isStatus ? (value as AgentStatus) : undefined),
      );
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
        watchHandle(handle, this, slot, this.#noteOpened(slot, handle.getAgentId(), handle.dbStatus));
        return handle;
      },
    };
  }

  /** Ends the record. */
  close(): void {
    this.#journal.close();
  }

  begin({ slot, number: handle }: WatchedHandle, method: number, argument: Scalar): number {
    const number = slot.enter();
    const at = this.#clock.now();
    slot.leave(number);
    this.#journal.begin(slot.index, NONE, CODE.started, false, number, at, handle);
    this.#journal.small(method);
    this.#journal.scalar(argument);
    this.#journal.end();
    this.#journal.inCall(number);
    return number;
  }

  end({ slot, number }: Call, threw: boolean, value: Scalar): void {
    this.current = undefined;
    this.#journal.begin(slot.index, number, CODE.ended, threw, NONE, NONE, NONE);
    this.#journal.scalar(value);
    this.#journal.end();
  }

  #noteOpened(slot: Slot, agentId: string, status: AgentStatus): number {
    const number = slot.enter();
    const at = this.#clock.now();
    slot.leave(number);
    this.#journal.begin(slot.index, NONE, CODE.opened, !this.#adopted.has(agentId), number, at, NONE);
    this.#journal.text(agentId);
    this.#journal.status(status);
    this.#journal.end();
    return number;
  }

  #noteClosed(slot: Slot): void {
    const number = slot.enter();
    const at = this.#clock.now();
    slot.leave(number);
    this.#journal.begin(slot.index, NONE, CODE.closed, false, number, at, NONE);
    this.#journal.end();
  }

  #noteRead({ slot, number: call }: Call, status: AgentStatus | undefined): void {
    const number = slot.enter();
    slot.leave(number);
    this.#journal.begin(slot.index, call, CODE.read, false, number, NONE, NONE);
    this.#journal.status(status);
    this.#journal.end();
  }

  #noteAsked({ slot, number: call }: Call, name: WriteName, change: WriteArgs<"updateAgent">[1] | undefined): void {
    const number = slot.enter();
    slot.leave(number);
    this.#journal.begin(slot.index, call, CODE.asked, change?.unlessFinal === true, number, NONE, NONE);
    this.#journal.text(name);
    this.#journal.status(change?.status);
    this.#journal.end();
  }

  #noteAnswer({ slot, number: call }: Call, failed: boolean, replaced: AgentStatus | undefined): void {
    const number = slot.enter();
    const at = this.#clock.now();
    slot.leave(number);
    this.#journal.begin(slot.index, call, CODE.answered, failed, number, at, NONE);
    this.#journal.status(replaced);
    this.#journal.end();
  }
}

/** The number of the call, if it is one on the slot. */
function numberOn(slot: number, call: Call | undefined): number {
  return call !== undefined && call.slot.index === slot ? call.number : NONE;
}

/** The answer to a write, noted when it is there. */
class NotedAnswer<T> implements Wait<T>, Waiter<T> {
  readonly #answer: Wait<T>;
  readonly #note: (failed: boolean, value: T | undefined) => void;
  #waiter: Waiter<T> | undefined;

  constructor(answer: Wait<T>, note: (failed: boolean, value: T | undefined) => void) {
    this.#answer = answer;
    this.#note = note;
  }

  block(): T {
    const value = this.#answer.block();
    this.#note(false, value);
    return value;
  }

  start(waiter: Waiter<T>): void {
    this.#waiter = waiter;
    this.#answer.start(this);
  }

  resume(value: T): void {
    this.#note(false, value);
    this.#waiter?.resume(value);
  }

  fail(error: unknown): void {
    this.#note(true, undefined);
    this.#waiter?.fail(error);
  }
}
