/**
 * Applies the effects of an agent's history in the order of their numbers: operations on the slot, and reads and writes
 * of the row. Each outcome is compared with the recorded one.
 *
 * The code between two waits of a call runs at once, when its first entry is due. Effects of other threads between two
 * of its own are applied in their places, before the code that they belong to runs. That code must then request exactly
 * them.
 */
import { assert, at, type AgentStatus } from "../../vocabulary/index.js";
import type { ArgumentKind, OperationArguments, Slot } from "../../platform/sync/index.js";
import type { AgentHistory } from "./agent-histories.js";
import { describeEntry } from "./describe-entry.js";
import type { AnsweredEntry, AskedEntry, OperationEntry, PlacedEntry, ReadEntry } from "./history-reader.js";
import { placeholderMessage } from "./placeholder-message.js";
import type { ReplayedRow } from "./replayed-row.js";

/** An entry with an effect. */
export type EffectEntry = OperationEntry | ReadEntry | AskedEntry | AnsweredEntry;

/** Whether an entry has an effect. The others mark the beginning or the end of a handle or a call. */
export function isEffect(entry: PlacedEntry): entry is EffectEntry {
  return "call" in entry;
}

/** Called at an outcome that differs from the recorded one. */
type Diverge = (number: number, recorded: string, replayed: string) => never;

export class EffectOrder {
  readonly #history: AgentHistory;
  readonly #slot: Slot;
  readonly #row: ReplayedRow;
  readonly #diverge: Diverge;
  readonly #done: boolean[];
  readonly #outcomes: unknown[];
  /** All effects before this place have been applied. */
  #applied = 0;
  /** The last epoch of each event that a call has read, by call and event. */
  readonly #epochs = new Map<string, unknown>();
  /** The statuses that threads have read outside of calls, for the handles that they are about to make. */
  readonly #loaded = new Map<string, AgentStatus | undefined>();
  /**
   * The answers to requests to write, by the numbers of the requests; and the requests, by the numbers of the answers.
   */
  readonly #answers = new Map<number, AnsweredEntry>();
  readonly #requests = new Map<number, AskedEntry>();

  constructor(history: AgentHistory, slot: Slot, row: ReplayedRow, diverge: Diverge) {
    this.#history = history;
    this.#slot = slot;
    this.#row = row;
    this.#diverge = diverge;
    this.#done = history.entries.map(() => false);
    this.#outcomes = history.entries.map(() => undefined);
    this.#pairWrites();
  }

  /** Whether the effect at `place` has been applied. */
  isDone(place: number): boolean {
    return at(this.#done, place);
  }

  outcomeAt(place: number): unknown {
    return this.#outcomes[place];
  }

  /** The status of a new handle of a thread: the one that the thread has read for it, or that of the row. */
  statusForHandle(thread: string): AgentStatus | undefined {
    const status = this.#loaded.has(thread) ? this.#loaded.get(thread) : this.#row.status();
    this.#loaded.delete(thread);
    return status;
  }

  /**
   * Applies the effect at `place` after all effects before it. Returns its outcome. `execute`: default: as recorded.
   */
  applyInOrder(place: number, execute?: () => unknown): unknown {
    if (!this.isDone(place)) {
      for (; this.#applied < place; this.#applied++) this.apply(this.#applied);
      this.apply(place, execute);
    }
    return this.#outcomes[place];
  }

  /** Applies the effect at `place`, if the entry has one that has not been applied. */
  apply(place: number, execute?: () => unknown): void {
    const entry = at(this.#history.entries, place);
    if (!isEffect(entry) || this.isDone(place)) return;
    if (entry.kind === "read" && entry.status !== undefined) this.#row.applyWritesUntil(entry.status);
    const outcome = execute === undefined ? this.#execute(entry) : execute();
    this.#done[place] = true;
    this.#outcomes[place] = outcome;
    this.#compare(entry, outcome);
  }

  #execute(entry: EffectEntry): unknown {
    switch (entry.kind) {
      case "operation":
        return entry.operation.execute(this.#slot, this.#argumentOf(entry));
      case "read":
        return this.#row.status();
      case "asked":
        this.#row.ask(entry, this.#answers.get(entry.number));
        return undefined;
      case "answered":
        return this.#row.answer(entry, this.#requests.get(entry.number));
    }
  }

  #compare(entry: EffectEntry, outcome: unknown): void {
    if (entry.kind === "operation") {
      const { operation, call } = entry;
      if (operation.returnsEpoch) this.#epochs.set(epochKey(call, operation.event), outcome);
      const positive = operation.isPositive(outcome);
      if (positive !== entry.positive) this.#differ(entry, { ...entry, positive });
    } else if (entry.kind === "read" && entry.error === undefined) {
      if (entry.call === undefined) this.#loaded.set(entry.thread, entry.status);
      if (outcome !== entry.status) this.#differ(entry, { ...entry, status: outcome as AgentStatus });
    } else if (entry.kind === "answered" && outcome !== entry.replaced) {
      this.#differ(entry, { ...entry, replaced: outcome as AgentStatus });
    }
  }

  #argumentOf({ operation, call, bytes }: OperationEntry): OperationArguments[ArgumentKind] {
    switch (operation.takes) {
      case "nothing":
        return undefined;
      case "epoch": {
        const epoch = this.#epochs.get(epochKey(call, operation.event));
        assert(typeof epoch === "number", `${operation.name} has no epoch before it in the history`);
        return epoch;
      }
      case "message": {
        const name = call === undefined ? "" : String(this.#history.calls.get(call)?.start.argument);
        return JSON.stringify(placeholderMessage(name, bytes));
      }
    }
  }

  #differ(recorded: EffectEntry, replayed: EffectEntry): never {
    return this.#diverge(recorded.number, describeEntry(recorded), describeEntry(replayed));
  }

  /** Assigns each answer to the last request of its call before it. */
  #pairWrites(): void {
    const requests = new Map<number, AskedEntry>();
    for (const entry of this.#history.entries) {
      if (!isEffect(entry) || entry.call === undefined) continue;
      const request = requests.get(entry.call);
      if (entry.kind === "asked") requests.set(entry.call, entry);
      if (entry.kind !== "answered" || request === undefined) continue;
      this.#answers.set(request.number, entry);
      this.#requests.set(entry.number, request);
    }
  }
}

function epochKey(call: number | undefined, event: string | undefined): string {
  return `${call ?? ""} ${event ?? ""}`;
}
