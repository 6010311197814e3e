/**
 * Replays one agent: calls its handles' methods as recorded. The operations of their code on the slot and on the row
 * take effect in the recorded order (effect-order.ts).
 */
import { databaseError, type WriteArgs, type WriteName, type WriteResult } from "../../platform/db/index.js";
import { agentIdOf, assert, at, isOnboardingId, type AgentStatus } from "../../vocabulary/index.js";
import { Agent, OnboardingAgent } from "../../platform/model/index.js";
import {
  spawn,
  type ArgumentKind,
  type Json,
  type OperationArguments,
  type Slot,
  type SlotOperation,
  type Wait,
  type Waiter,
} from "../../platform/sync/index.js";
import type { AgentHistory } from "./agent-histories.js";
import { nameOfError } from "./call-observer.js";
import { callBody } from "./call-body.js";
import { describeEnd, describeEntry } from "./describe-entry.js";
import { EffectOrder, isEffect, type EffectEntry } from "./effect-order.js";
import { HistoryDivergence, EndOfHistory } from "./history-divergence.js";
import { ROUNDING_MS } from "./history-format.js";
import { placeholderMessage } from "./placeholder-message.js";
import type {
  AnsweredEntry,
  CallEnd,
  OpenedEntry,
  OperationEntry,
  PlacedEntry,
  StartedEntry,
} from "./history-reader.js";
import { isStatusWrite, ReplayedRow } from "./replayed-row.js";
import type { ReplaySandbox } from "./replay-sandbox.js";

/** The name of the wait for the answer to a write. */
const ANSWER = "the answer to a write";

/** A call that is being replayed. */
export interface ReplayedCall {
  readonly start: StartedEntry;
  /** The cached status of the handle when the call began. */
  readonly knownStatus: AgentStatus;
  /** The places of the call's entries in the history, and the index of the next one here. */
  readonly places: readonly number[];
  next: number;
  /** Its present wait. */
  waiting: { readonly name: string; readonly due: number; readonly waiter: Waiter<unknown> } | undefined;
  end: CallEnd | undefined;
}

export class AgentReplayer {
  readonly calls = new Map<number, ReplayedCall>();
  readonly #history: AgentHistory;
  readonly #sandbox: ReplaySandbox;
  readonly #slot: Slot;
  readonly #dbId: string;
  readonly #effects: EffectOrder;
  /** The places of each call's entries. */
  readonly #placesOf = new Map<number, number[]>();
  readonly #handles = new Map<number, Agent | OnboardingAgent>();
  #current: ReplayedCall | undefined;
  #failure: HistoryDivergence | undefined;

  constructor(history: AgentHistory, sandbox: ReplaySandbox) {
    this.#history = history;
    this.#sandbox = sandbox;
    const type = isOnboardingId(history.agentId) ? "onboarding" : "main";
    const { dbId, slot } = sandbox.newAgent(type);
    this.#slot = slot;
    this.#dbId = dbId;
    const row = new ReplayedRow(sandbox, type, dbId);
    this.#effects = new EffectOrder(history, slot, row, (...difference) => this.#diverge(...difference));
    history.entries.forEach((entry, place) => {
      if (!isEffect(entry) || entry.call === undefined) return;
      const places = this.#placesOf.get(entry.call);
      if (places === undefined) this.#placesOf.set(entry.call, [place]);
      else places.push(place);
    });
  }

  /** The agent's id in the sandbox, as `getAgentId()` gives it. */
  get agentId(): string {
    return agentIdOf(isOnboardingId(this.#history.agentId) ? "onboarding" : "main", this.#dbId);
  }

  /** @throws HistoryDivergence at the first difference */
  run(): void {
    this.#history.entries.forEach((entry, place) => {
      this.#sandbox.setTime(entry.at);
      this.#replayEntry(entry, place);
      if (this.#failure !== undefined) throw this.#failure;
    });
    for (const { start, end } of this.#history.calls.values()) {
      const replayed = this.calls.get(start.number);
      if (replayed === undefined || end === undefined || replayed.end !== undefined) continue;
      this.#diverge(
        start.number,
        `${describeEntry(start)} ${describeEnd(end)}`,
        `it waits for ${replayed.waiting?.name ?? "nothing"} and does not end`,
      );
    }
  }

  /** The code of a call executes an operation on the slot. */
  perform<Kind extends ArgumentKind, Outcome>(
    operation: SlotOperation<Kind, Outcome>,
    argument: OperationArguments[Kind],
  ): Outcome {
    const { place } = this.#expect(
      (entry) => entry.kind === "operation" && entry.operation.code === operation.code,
      operation.name,
    );
    return this.#effects.applyInOrder(place, () => operation.execute(this.#slot, argument)) as Outcome;
  }

  /** The code of a call waits for an event. */
  wait(wake: SlotOperation<"epoch", boolean>, timeoutMs: number, waiter: Waiter<boolean>): void {
    const call = this.#running();
    assert(call.waiting === undefined, "a replayed call has two waits");
    call.waiting = {
      name: wake.name,
      due: this.#now + timeoutMs,
      waiter: { resume: (raised) => waiter.resume(raised === true), fail: () => undefined },
    };
  }

  /**
   * The code of a call reads the agent's row. Later effects may have been applied to the row already, so the status is
   * that of the read's place in the order. The read for a new handle is outside of any call and has an entry of its
   * own.
   */
  read<Row extends { readonly status: AgentStatus }>(read: () => Row | undefined): Row | undefined {
    if (this.#current === undefined) return read();
    const { entry, place } = this.#expect((entry) => entry.kind === "read", "a read of the row");
    const status = this.#effects.applyInOrder(place) as AgentStatus;
    if (entry.kind === "read" && entry.error !== undefined)
      throw databaseError(entry.error, "the read failed, as recorded");
    const row = read();
    return row && { ...row, status };
  }

  /** The code of a call requests a write. A write of something other than the status is executed at once. */
  write<K extends WriteName>(name: K, args: WriteArgs<K>): Wait<WriteResult<K>> {
    const isStatus = isStatusWrite(name);
    const status = isStatus ? (args as WriteArgs<"updateAgent">)[1].status : undefined;
    const { place } = this.#expect(
      (entry) => entry.kind === "asked" && entry.write === name && entry.status === status,
      `a request to write ${name}${status === undefined ? "" : ` ${status}`}`,
    );
    this.#effects.applyInOrder(place);
    const result = isStatus ? undefined : this.#sandbox.database.write(name, ...args).block();
    const call = this.#running();
    return {
      block: () => {
        throw new Error("a replay does not block");
      },
      start: (waiter) => {
        const answered: Waiter<unknown> = {
          resume: (replaced) => waiter.resume((isStatus ? replaced : result) as WriteResult<K>),
          fail: (error) => waiter.fail(error),
        };
        call.waiting = { name: ANSWER, due: 0, waiter: answered };
      },
    };
  }

  /** Replays the next entry of the history. */
  #replayEntry(entry: PlacedEntry, place: number): void {
    switch (entry.kind) {
      case "opened":
        return this.#open(entry);
      case "started":
        return this.#start(entry);
      case "closed":
        return;
      case "answered":
        return this.#resume(entry, place, entry.error);
      case "operation":
        if (entry.operation.endsWait && entry.call !== undefined) return this.#resume(entry, place, undefined);
    }
    if (entry.call === undefined) return this.#effects.apply(place);
    if (this.#effects.isDone(place)) return;
    const call = this.calls.get(entry.call);
    this.#diverge(
      entry.number,
      describeEntry(entry),
      call?.end === undefined
        ? `its code waits for ${call?.waiting?.name ?? "nothing"}`
        : `its code has ended ${describeEnd(call.end)}`,
    );
  }

  #open(entry: OpenedEntry): void {
    const status = this.#effects.statusForHandle(entry.thread);
    if (status !== entry.status) this.#diverge(entry.number, describeEntry(entry), `its status is ${status}`);
    this.#handles.set(entry.number, this.#newHandle(entry.status));
  }

  /** A handle with the status that was read for it. The row may have another by now. */
  #newHandle(status: AgentStatus): Agent | OnboardingAgent {
    const { context, database } = this.#sandbox;
    if (isOnboardingId(this.#history.agentId)) {
      const row = database.getOnboardingAgent(this.#dbId);
      return OnboardingAgent.get(context, this.#dbId, row && { ...row, status });
    }
    const row = database.getAgent(this.#dbId);
    return Agent.get(context, this.#dbId, row && { ...row, status });
  }

  #start(entry: StartedEntry): void {
    const handle = this.#handles.get(entry.handle);
    if (handle === undefined) return this.#diverge(entry.number, describeEntry(entry), "there is no such handle");
    const call: ReplayedCall = {
      start: entry,
      knownStatus: handle.dbStatus,
      places: this.#placesOf.get(entry.number) ?? [],
      next: 0,
      waiting: undefined,
      end: undefined,
    };
    this.calls.set(entry.number, call);
    this.#runAs(call, () =>
      spawn(
        callBody(entry, handle, (payloadLimit) => this.#messageOf(entry, call.places, payloadLimit)),
        (value) => this.#ended(call, { threw: false, value }),
        (error) => this.#threw(call, error),
      ),
    );
  }

  /**
   * A message of the recorded name and length. If a call has ended without a push, its message was too large for the
   * mailbox: the replayed one is one byte above the limit. If the history ends before the call does, only the name is
   * known.
   */
  #messageOf({ number, argument }: StartedEntry, places: readonly number[], payloadLimit: number): Json {
    const push = places
      .map((place) => at(this.#history.entries, place))
      .find((entry) => entry.kind === "operation" && entry.operation.takes === "message");
    const unpushed = this.#history.calls.get(number)?.end === undefined ? 0 : payloadLimit + 1;
    return placeholderMessage(String(argument), push?.kind === "operation" ? push.bytes : unpushed);
  }

  #ended(call: ReplayedCall, end: CallEnd): void {
    call.end = end;
    const recorded = this.#history.calls.get(call.start.number)?.end;
    if (recorded === undefined || (recorded.threw === end.threw && recorded.value === end.value)) return;
    this.#note(
      new HistoryDivergence(
        this.#history.agentId,
        call.start.number,
        `${describeEntry(call.start)} ${describeEnd(recorded)}`,
        describeEnd(end),
      ),
    );
  }

  #threw(call: ReplayedCall, error: unknown): void {
    if (error instanceof HistoryDivergence) this.#note(error);
    else if (!(error instanceof EndOfHistory)) this.#ended(call, { threw: true, value: nameOfError(error) });
  }

  /** Applies the effect that ends a wait, and resumes the waiting call. */
  #resume(entry: OperationEntry | AnsweredEntry, place: number, error: string | undefined): void {
    this.#effects.apply(place);
    const call = entry.call === undefined ? undefined : this.calls.get(entry.call);
    const name = entry.kind === "operation" ? entry.operation.name : ANSWER;
    if (call?.waiting?.name !== name || call.places[call.next] !== place) {
      return this.#diverge(
        entry.number,
        describeEntry(entry),
        call?.waiting === undefined ? "no call waits for it" : `its code waits for ${call.waiting.name}`,
      );
    }
    const { due, waiter } = call.waiting;
    const now = this.#now;
    if (entry.kind === "operation" && !entry.positive && now < due - ROUNDING_MS) {
      return this.#diverge(
        entry.number,
        describeEntry(entry),
        `its timeout has not passed: there are ${(due - now).toFixed(3)} ms left`,
      );
    }
    call.waiting = undefined;
    call.next++;
    const outcome = this.#effects.outcomeAt(place);
    this.#runAs(call, () =>
      error === undefined ? waiter.resume(outcome) : waiter.fail(databaseError(error, "the write failed, as recorded")),
    );
  }

  /** The next entry of the running call. @throws HistoryDivergence unless it `fits`; `what`: the request of the code */
  #expect(
    fits: (entry: EffectEntry) => boolean,
    what: string,
  ): { readonly entry: EffectEntry; readonly place: number } {
    const call = this.#running();
    const place = call.places[call.next];
    if (place === undefined) {
      if (this.#history.calls.get(call.start.number)?.end === undefined)
        throw new EndOfHistory("the history ends within the call");
      return this.#diverge(call.start.number, `the end of ${describeEntry(call.start)}`, what);
    }
    const entry = at(this.#history.entries, place);
    if (!isEffect(entry) || !fits(entry)) return this.#diverge(entry.number, describeEntry(entry), what);
    call.next++;
    return { entry, place };
  }

  get #now(): number {
    return this.#sandbox.context.clock.now();
  }

  #running(): ReplayedCall {
    assert(this.#current !== undefined, "an operation on the slot outside of any replayed call");
    return this.#current;
  }

  #runAs(call: ReplayedCall, body: () => void): void {
    const before = this.#current;
    this.#current = call;
    try {
      body();
    } finally {
      this.#current = before;
    }
  }

  /** Keeps the first divergence: the model's code may catch it as an error of its own. */
  #note(divergence: HistoryDivergence): void {
    this.#failure ??= divergence;
  }

  #diverge(number: number, recorded: string, replayed: string): never {
    const divergence = new HistoryDivergence(this.#history.agentId, number, recorded, replayed);
    this.#note(divergence);
    throw divergence;
  }
}
