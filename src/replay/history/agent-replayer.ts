/**
 * Repeats one agent: its handles' methods are called as in the record, and whatever their code does to the slot and to the row takes
 * effect in the order of the record.
 *
 * Code between two waits runs as one stretch, when its first entry is due. What another thread did meanwhile lies between two
 * operations of the stretch; it is carried out there, on behalf of code that runs later and has to do exactly it.
 */
import { databaseError, type WriteArgs, type WriteName, type WriteResult } from "../../platform/db/index.js";
import type { AgentStatus } from "../../vocabulary/index.js";
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
import { callBody } from "./call-body.js";
import { describeEnd, describeEntry } from "./describe-entry.js";
import { HistoryDivergence, EndOfRecord } from "./history-divergence.js";
import { placeholderMessage } from "./placeholder-message.js";
import type {
  AnsweredEntry,
  AskedEntry,
  CallEnd,
  OpenedEntry,
  OperationEntry,
  PlacedEntry,
  ReadEntry,
  StartedEntry,
} from "./history-reader.js";
import { isStatusWrite, ReplayedRow } from "./replayed-row.js";
import type { ReplaySandbox } from "./replay-sandbox.js";

/** Times are recorded in whole microseconds: a timer may seem to be early by so much, ms. */
const ROUNDING_MS = 0.002;

/** What a call waits for that has asked for a write. */
const ANSWER = "the answer to a write";

/** A call that is being repeated. */
export interface ReplayedCall {
  readonly start: StartedEntry;
  /** The status that the handle knew when the call began. */
  readonly knownStatus: AgentStatus;
  /** Its entries in the record, by their places in the agent's, and which comes next. */
  readonly script: readonly number[];
  next: number;
  /** What it waits for. */
  waiting: { readonly name: string; readonly due: number; readonly waiter: Waiter<unknown> } | undefined;
  end: CallEnd | undefined;
}

type Doing = OperationEntry | ReadEntry | AskedEntry | AnsweredEntry;

export class AgentReplayer {
  readonly calls = new Map<number, ReplayedCall>();
  readonly #record: AgentHistory;
  readonly #sandbox: ReplaySandbox;
  readonly #slot: Slot;
  readonly #dbId: string;
  readonly #row: ReplayedRow;
  readonly #scripts = new Map<number, number[]>();
  readonly #handles = new Map<number, Agent | OnboardingAgent>();
  /** The statuses that threads have read outside of calls, for the handles that they are about to make. */
  readonly #loaded = new Map<string, AgentStatus | undefined>();
  /** The answers to requests to write, by the numbers of the requests; and the other way round. */
  readonly #answers = new Map<number, AnsweredEntry>();
  readonly #requests = new Map<number, AskedEntry>();
  readonly #done: boolean[];
  readonly #outcomes: unknown[];
  /** Everything before this place has been done. */
  #applied = 0;
  /** The last epoch that a call took of an event. */
  readonly #epochs = new Map<string, unknown>();
  #current: ReplayedCall | undefined;
  #failure: HistoryDivergence | undefined;

  constructor(record: AgentHistory, sandbox: ReplaySandbox) {
    this.#record = record;
    this.#sandbox = sandbox;
    const type = OnboardingAgent.isOnboardingId(record.agentId) ? "onboarding" : "main";
    const { dbId, slot } = sandbox.newAgent(type);
    this.#slot = slot;
    this.#dbId = dbId;
    this.#row = new ReplayedRow(sandbox.database, type, dbId);
    this.#done = record.entries.map(() => false);
    this.#outcomes = record.entries.map(() => undefined);
    record.entries.forEach((entry, place) => {
      if (!("call" in entry) || entry.call === undefined) return;
      const script = this.#scripts.get(entry.call);
      if (script === undefined) this.#scripts.set(entry.call, [place]);
      else script.push(place);
    });
    for (const script of this.#scripts.values()) this.#pairWrites(script);
  }

  /** The id that the agent has here, as `getAgentId()` gives it. */
  get agentId(): string {
    return OnboardingAgent.isOnboardingId(this.#record.agentId)
      ? `${OnboardingAgent.DISPLAY_PREFIX}${this.#dbId}`
      : this.#dbId;
  }

  /** @throws HistoryDivergence at the first thing that differs */
  run(): void {
    this.#record.entries.forEach((entry, place) => {
      this.#sandbox.setTime(entry.at);
      this.#take(entry, place);
      if (this.#failure !== undefined) throw this.#failure;
    });
    for (const { start, end } of this.#record.calls.values()) {
      const replayed = this.calls.get(start.number);
      if (replayed === undefined || end === undefined || replayed.end !== undefined) continue;
      this.#diverge(
        start.number,
        `${describeEntry(start)} ${describeEnd(end)}`,
        `it waits for ${replayed.waiting?.name ?? "nothing"} and does not end`,
      );
    }
  }

  perform<Kind extends ArgumentKind, Outcome>(
    operation: SlotOperation<Kind, Outcome>,
    argument: OperationArguments[Kind],
  ): Outcome {
    const { place } = this.#expect(
      (entry) => entry.kind === "operation" && entry.operation.code === operation.code,
      operation.name,
    );
    return this.#takeEffect(place, () => operation.execute(this.#slot, argument)) as Outcome;
  }

  wait(wake: SlotOperation<"epoch", boolean>, timeoutMs: number, waiter: Waiter<boolean>): void {
    const call = this.#running();
    call.waiting = {
      name: wake.name,
      due: this.#now + timeoutMs,
      waiter: { resume: (raised) => waiter.resume(raised === true), fail: () => undefined },
    };
  }

  /**
   * The code of a call reads the agent's row, which has by now been carried as far as this code runs ahead of others: its status is the
   * one that it had in the read's place. Whoever makes a handle reads it as well, and has its own entry.
   */
  read<Row extends { readonly status: AgentStatus }>(read: () => Row | undefined): Row | undefined {
    if (this.#current === undefined) return read();
    const { entry, place } = this.#expect((entry) => entry.kind === "read", "a read of the row");
    const status = this.#takeEffect(place, () => this.#row.status()) as AgentStatus;
    if (entry.kind === "read" && entry.error !== undefined)
      throw databaseError(entry.error, "the read failed, as recorded");
    const row = read();
    return row && { ...row, status };
  }

  /** The code of a call asks for a write. One of something else than the status decides nothing here, and is carried out at once. */
  write<K extends WriteName>(name: K, args: WriteArgs<K>): Wait<WriteResult<K>> {
    const isStatus = isStatusWrite(name);
    const status = isStatus ? (args as WriteArgs<"updateAgent">)[1].status : undefined;
    const { entry, place } = this.#expect(
      (entry) => entry.kind === "asked" && entry.write === name && entry.status === status,
      `a request to write ${name}${status === undefined ? "" : ` ${status}`}`,
    );
    this.#takeEffect(place, () => this.#ask(entry as AskedEntry));
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

  /** Takes the record's entry at `place`, the next. */
  #take(entry: PlacedEntry, place: number): void {
    switch (entry.kind) {
      case "opened":
        return this.#open(entry);
      case "started":
        return this.#start(entry);
      case "closed":
        return;
      case "answered":
        this.#applyEntry(entry, place);
        return this.#resume(entry, place, entry.error);
      case "operation":
        if (entry.operation.endsWait && entry.call !== undefined) {
          this.#applyEntry(entry, place);
          return this.#resume(entry, place, undefined);
        }
    }
    if (this.#done[place] === true) return;
    if (entry.call === undefined) return this.#applyEntry(entry, place);
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
    const status = this.#loaded.has(entry.thread) ? this.#loaded.get(entry.thread) : this.#row.status();
    this.#loaded.delete(entry.thread);
    if (status !== entry.status) this.#diverge(entry.number, describeEntry(entry), `its status is ${status}`);
    this.#handles.set(entry.number, this.#newHandle(entry.status));
  }

  /** A handle on the row as it was read, which it may no longer be. */
  #newHandle(status: AgentStatus): Agent | OnboardingAgent {
    const { context, database } = this.#sandbox;
    if (OnboardingAgent.isOnboardingId(this.#record.agentId)) {
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
      script: this.#scripts.get(entry.number) ?? [],
      next: 0,
      waiting: undefined,
      end: undefined,
    };
    this.calls.set(entry.number, call);
    this.#runAs(call, () =>
      spawn(
        callBody(entry, handle, (payloadLimit) => this.#messageOf(entry, call.script, payloadLimit)),
        (value) => this.#ended(call, { threw: false, value }),
        (error) => this.#threw(call, error),
      ),
    );
  }

  /**
   * A message of the recorded name and length. One that was not pushed though its call has ended found no room in any mailbox, and is one
   * byte too long; where the record ends before the end of the call, no more is known of it than its name.
   */
  #messageOf({ number, argument }: StartedEntry, script: readonly number[], payloadLimit: number): Json {
    const push = script
      .map((place) => this.#record.entries[place])
      .find((entry) => entry?.kind === "operation" && entry.operation.takes === "message");
    const unpushed = this.#record.calls.get(number)?.end === undefined ? 0 : payloadLimit + 1;
    return placeholderMessage(String(argument), push?.kind === "operation" ? push.bytes : unpushed);
  }

  #ended(call: ReplayedCall, end: CallEnd): void {
    call.end = end;
    const recorded = this.#record.calls.get(call.start.number)?.end;
    if (recorded === undefined || (recorded.threw === end.threw && recorded.value === end.value)) return;
    this.#note(
      new HistoryDivergence(
        this.#record.agentId,
        call.start.number,
        `${describeEntry(call.start)} ${describeEnd(recorded)}`,
        describeEnd(end),
      ),
    );
  }

  #threw(call: ReplayedCall, error: unknown): void {
    if (error instanceof HistoryDivergence) this.#note(error);
    else if (!(error instanceof EndOfRecord))
      this.#ended(call, { threw: true, value: error instanceof Error ? error.name : String(error) });
  }

  #resume(entry: OperationEntry | AnsweredEntry, place: number, error: string | undefined): void {
    const call = entry.call === undefined ? undefined : this.calls.get(entry.call);
    const name = entry.kind === "operation" ? entry.operation.name : ANSWER;
    if (call?.waiting?.name !== name || call.script[call.next] !== place) {
      return this.#diverge(
        entry.number,
        describeEntry(entry),
        call?.waiting === undefined ? "nobody waits for it" : `its code waits for ${call.waiting.name}`,
      );
    }
    const { due, waiter } = call.waiting;
    const now = this.#now;
    if (entry.kind === "operation" && !entry.positive && now < due - ROUNDING_MS) {
      return this.#diverge(
        entry.number,
        describeEntry(entry),
        `its time has not run out: there are ${(due - now).toFixed(3)} ms left`,
      );
    }
    call.waiting = undefined;
    call.next++;
    const outcome = this.#outcomes[place];
    this.#runAs(call, () =>
      error === undefined ? waiter.resume(outcome) : waiter.fail(databaseError(error, "the write failed, as recorded")),
    );
  }

  /** The next entry of the code that runs, which has to be one that `fits`. */
  #expect(fits: (entry: Doing) => boolean, what: string): { readonly entry: Doing; readonly place: number } {
    const call = this.#running();
    const place = call.script[call.next];
    const entry = place === undefined ? undefined : this.#record.entries[place];
    if (place === undefined || entry === undefined) {
      if (this.#record.calls.get(call.start.number)?.end === undefined)
        throw new EndOfRecord("the record of the call ends here");
      return this.#diverge(call.start.number, `${describeEntry(call.start)} comes to its end`, what);
    }
    if (entry.kind === "opened" || entry.kind === "started" || entry.kind === "closed" || !fits(entry)) {
      return this.#diverge(entry.number, describeEntry(entry), what);
    }
    call.next++;
    return { entry, place };
  }

  /** Has what the entry at `place` says take effect after everything that was before it. */
  #takeEffect(place: number, carryOut: () => unknown): unknown {
    if (this.#done[place] !== true) {
      for (; this.#applied < place; this.#applied++) {
        const entry = this.#record.entries[this.#applied];
        if (entry !== undefined && "call" in entry) this.#applyEntry(entry, this.#applied);
      }
      this.#settle(place, carryOut);
    }
    return this.#outcomes[place];
  }

  /** Carries out what an entry says, if that was not done before. */
  #applyEntry(entry: Doing, place: number): void {
    if (this.#done[place] === true) return;
    switch (entry.kind) {
      case "operation":
        return this.#settle(place, () => entry.operation.execute(this.#slot, this.#argumentOf(entry)));
      case "read":
        return this.#settle(place, () => this.#row.status());
      case "asked":
        return this.#settle(place, () => this.#ask(entry));
      case "answered":
        return this.#settle(place, () => this.#row.answer(entry, this.#requests.get(entry.number)));
    }
  }

  #ask(entry: AskedEntry): void {
    this.#row.ask(entry, this.#answers.get(entry.number), this.#now);
  }

  /** Carries out what belongs to the entry, and compares what came of it. */
  #settle(place: number, carryOut: () => unknown): void {
    const entry = this.#record.entries[place];
    if (entry === undefined) return;
    if (entry.kind === "read" && entry.status !== undefined) this.#row.applyWritesUntil(entry.status);
    const outcome = carryOut();
    this.#done[place] = true;
    this.#outcomes[place] = outcome;
    if (entry.kind === "operation") {
      const { operation, call } = entry;
      if (operation.returnsEpoch) this.#epochs.set(`${call ?? ""} ${operation.event ?? ""}`, outcome);
      if (operation.isPositive(outcome) !== entry.positive)
        this.#diverge(entry.number, describeEntry(entry), describeEntry({ ...entry, positive: !entry.positive }));
    } else if (entry.kind === "read" && entry.error === undefined) {
      if (entry.call === undefined) this.#loaded.set(entry.thread, entry.status);
      if (outcome !== entry.status)
        this.#diverge(entry.number, describeEntry(entry), describeEntry({ ...entry, status: outcome as AgentStatus }));
    } else if (entry.kind === "answered" && outcome !== entry.replaced) {
      this.#diverge(entry.number, describeEntry(entry), describeEntry({ ...entry, replaced: outcome as AgentStatus }));
    }
  }

  #argumentOf({ operation, call: number, bytes }: OperationEntry): OperationArguments[ArgumentKind] {
    switch (operation.takes) {
      case "nothing":
        return undefined;
      case "epoch":
        return Number(this.#epochs.get(`${number ?? ""} ${operation.event ?? ""}`));
      case "message":
        return JSON.stringify(
          placeholderMessage(String(number === undefined ? "" : this.#record.calls.get(number)?.start.argument), bytes),
        );
    }
  }

  /** Has each answer belong to the last request of its call before it. */
  #pairWrites(script: readonly number[]): void {
    let request: AskedEntry | undefined;
    for (const place of script) {
      const entry = this.#record.entries[place];
      if (entry?.kind === "asked") request = entry;
      if (entry?.kind !== "answered" || request === undefined) continue;
      this.#answers.set(request.number, entry);
      this.#requests.set(entry.number, request);
    }
  }

  get #now(): number {
    return this.#sandbox.context.clock.now();
  }

  #running(): ReplayedCall {
    if (this.#current === undefined) throw new Error("something was done to the slot that no call of the record does");
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

  /** Code between here and who repeats the agent may take a divergence for an error of its own. */
  #note(divergence: HistoryDivergence): void {
    this.#failure ??= divergence;
  }

  #diverge(number: number, recorded: string, repeated: string): never {
    const divergence = new HistoryDivergence(this.#record.agentId, number, recorded, repeated);
    this.#note(divergence);
    throw divergence;
  }
}
