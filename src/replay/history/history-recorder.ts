/**
 * Records the operations of one thread on agents, each with its number in the order of the agent's slot: calls of the
 * handles' methods, their operations on the slot, and their reads and writes of the agent's row. From the files of all
 * threads every agent can be replayed in the same order (replay-history.ts).
 *
 * The model, the mailboxes and the live run do not depend on it: it is the recorder of the slots, and it wraps the
 * database and the handles.
 */
import { agentIdOf, assert, type AgentStatus } from "../../vocabulary/index.js";
import type { Database, Reads, WriteArgs, WriteName, WriteResult } from "../../platform/db/index.js";
import { Agent, OnboardingAgent, type ModelContext, type SlotDirectory } from "../../platform/model/index.js";
import type { Clock, Slot, SlotRecorder, Wait } from "../../platform/sync/index.js";
import { CODE, type Scalar } from "./history-format.js";
import { NONE, type HistoryWriter } from "./history-writer.js";
import { nameOfError, type Call, type CallObserver, type RecordedHandle } from "./call-observer.js";
import { recordHandle } from "./recorded-handle.js";

export class HistoryRecorder implements SlotRecorder, CallObserver {
  current: Call | undefined;
  readonly #writer: HistoryWriter;
  readonly #clock: Clock;
  /** The ids of agents whose slots other threads have allocated. */
  readonly #adopted = new Set<string>();
  /** The slots of the recorded context; undefined before there is one. */
  #slots: SlotDirectory | undefined;

  constructor(writer: HistoryWriter, clock: Clock) {
    this.#writer = writer;
    this.#clock = clock;
  }

  noteOperation(slot: number, number: number, code: number, positive: boolean): void {
    this.#writer.begin(slot, numberOn(slot, this.current), CODE.operation + code, positive, number, NONE, NONE);
    this.#writer.end();
  }

  notePush(slot: number, number: number, code: number, positive: boolean, bytes: number): void {
    this.#writer.begin(slot, numberOn(slot, this.current), CODE.operation + code, positive, number, NONE, bytes);
    this.#writer.end();
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
    this.#writer.begin(slot, numberOn(slot, waiter), CODE.operation + code, positive, number, atMs, NONE);
    this.#writer.end();
  }

  /** Wraps the database so that the reads and writes of this thread's calls are recorded. */
  database<D extends Database>(database: D): D {
    const getAgent = database.getAgent.bind(database);
    const getOnboardingAgent = database.getOnboardingAgent.bind(database);
    const reads: Pick<Reads, "getAgent" | "getOnboardingAgent"> = {
      getAgent: (id) => this.#read(id, id, getAgent),
      getOnboardingAgent: (id) => this.#read(agentIdOf("onboarding", id), id, getOnboardingAgent),
    };
    const write = <K extends WriteName>(name: K, ...args: WriteArgs<K>): Wait<WriteResult<K>> => {
      const call = this.current;
      if (call === undefined) return database.write(name, ...args);
      const isStatus = name === "updateAgent" || name === "updateOnboardingAgent";
      this.#noteAsked(call, name, isStatus ? (args as WriteArgs<"updateAgent">)[1] : undefined);
      return recordAnswer(database.write(name, ...args), (failure, value) =>
        this.#noteAnswer(call, failure, failure === undefined && isStatus ? (value as AgentStatus) : undefined),
      );
    };
    return { ...database, ...reads, write };
  }

  /** Wraps `context` so that calls of its handles are recorded. */
  context(context: ModelContext): ModelContext {
    const { slots } = context;
    this.#slots = slots;
    return {
      ...context,
      slots: {
        slotOf: (agentId) => slots.slotOf(agentId),
        find: (agentId) => slots.find(agentId),
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
      wrapHandle: (handle) => {
        if (!(handle instanceof Agent || handle instanceof OnboardingAgent)) return handle;
        const slot = slots.slotOf(handle.getAgentId());
        recordHandle(handle, this, slot, this.#noteOpened(slot, handle.getAgentId(), handle.dbStatus));
        return handle;
      },
    };
  }

  /** Ends the thread's history file. */
  close(): void {
    this.#writer.close();
  }

  begin({ slot, number: handle }: RecordedHandle, method: number, argument: Scalar): number {
    const number = slot.beginOperation();
    const at = this.#clock.now();
    slot.endOperation(number);
    this.#writer.begin(slot.index, NONE, CODE.started, false, number, at, handle);
    this.#writer.small(method);
    this.#writer.scalar(argument);
    this.#writer.end();
    this.#writer.inCall(number);
    return number;
  }

  end(call: Call, threw: boolean, value: Scalar): void {
    assert(this.current === call, "a call ends that is not the current one");
    this.current = undefined;
    const { slot, number } = call;
    this.#writer.begin(slot.index, number, CODE.ended, threw, NONE, NONE, NONE);
    this.#writer.scalar(value);
    this.#writer.end();
  }

  #noteOpened(slot: Slot, agentId: string, status: AgentStatus): number {
    const number = slot.beginOperation();
    const at = this.#clock.now();
    slot.endOperation(number);
    this.#writer.begin(slot.index, NONE, CODE.opened, !this.#adopted.has(agentId), number, at, NONE);
    this.#writer.text(agentId);
    this.#writer.status(status);
    this.#writer.end();
    return number;
  }

  #noteClosed(slot: Slot): void {
    const number = slot.beginOperation();
    const at = this.#clock.now();
    slot.endOperation(number);
    this.#writer.begin(slot.index, NONE, CODE.closed, false, number, at, NONE);
    this.#writer.end();
  }

  /**
   * Reads the agent's row as an operation on its slot. A write that was answered at a lower number is committed before
   * the read begins, and every write that the read observes was requested at a lower number. The read of an agent whose
   * slot this thread does not know is not recorded.
   */
  #read<Row extends { readonly status: AgentStatus }>(
    agentId: string,
    id: string,
    read: (id: string) => Row | undefined,
  ): Row | undefined {
    const call = this.current;
    const slot = call?.slot ?? this.#slots?.find(agentId);
    if (slot === undefined) return read(id);
    const number = slot.beginOperation();
    let row: Row | undefined;
    try {
      row = read(id);
    } catch (error) {
      this.#noteRead(slot, number, call, error, undefined);
      throw error;
    }
    this.#noteRead(slot, number, call, undefined, row?.status);
    return row;
  }

  /** Ends operation `number`, a read, and records it. */
  #noteRead(
    slot: Slot,
    number: number,
    call: Call | undefined,
    failure: unknown,
    status: AgentStatus | undefined,
  ): void {
    const at = call === undefined ? this.#clock.now() : NONE;
    slot.endOperation(number);
    const code = call === undefined ? CODE.loaded : CODE.read;
    this.#writer.begin(slot.index, call?.number ?? NONE, code, failure !== undefined, number, at, NONE);
    this.#statusOrError(failure, status);
    this.#writer.end();
  }

  #noteAsked({ slot, number: call }: Call, name: WriteName, change: WriteArgs<"updateAgent">[1] | undefined): void {
    const number = slot.beginOperation();
    slot.endOperation(number);
    this.#writer.begin(slot.index, call, CODE.asked, change?.unlessFinal === true, number, NONE, NONE);
    this.#writer.text(name);
    this.#writer.status(change?.status);
    this.#writer.end();
  }

  #noteAnswer({ slot, number: call }: Call, failure: unknown, replaced: AgentStatus | undefined): void {
    const number = slot.beginOperation();
    const at = this.#clock.now();
    slot.endOperation(number);
    this.#writer.begin(slot.index, call, CODE.answered, failure !== undefined, number, at, NONE);
    this.#statusOrError(failure, replaced);
    this.#writer.end();
  }

  #statusOrError(failure: unknown, status: AgentStatus | undefined): void {
    if (failure === undefined) this.#writer.status(status);
    else this.#writer.text(nameOfError(failure));
  }
}

/** The number of the call if it is on the slot, else {@link NONE}. */
function numberOn(slot: number, call: Call | undefined): number {
  return call !== undefined && call.slot.index === slot ? call.number : NONE;
}

/** Records the answer to a write when it arrives. */
function recordAnswer<T>(answer: Wait<T>, note: (failure: unknown, value: T | undefined) => void): Wait<T> {
  return {
    block() {
      let value: T;
      try {
        value = answer.block();
      } catch (error) {
        note(error, undefined);
        throw error;
      }
      note(undefined, value);
      return value;
    },
    start(waiter) {
      answer.start({
        resume(value) {
          note(undefined, value);
          waiter.resume(value);
        },
        fail(error) {
          note(error, undefined);
          waiter.fail(error);
        },
      });
    },
  };
}
