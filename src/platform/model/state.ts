/** The record of an agent's work: every update that reached it, and its submission. `AgentState` in the original. */
import type { AgentType, Database } from "../db/index.js";
import { type Clock, type Json, type Steps, wait } from "../sync/index.js";

/** The part of an agent that its state needs. */
export interface StateOwner {
  readonly agentType: AgentType;
  readonly dbId: string;
  getAgentId(): string;
  getDataDir(): string;
}

/** Stores the updates and the submission of one agent. */
export interface AgentState {
  /**
   * Adds one update, sent by the worker or to the worker. Must not wait: it is on the live-update path.
   * @param text the JSON of `update`, if the caller has it
   */
  updateData(update: Json, text?: string): void;
  /** Stores the final submission; ends when it is committed. */
  updateSubmit(data: Json): Steps<void>;
}

/**
 * Keeps everything in the database's journal, and only two counts in memory: 100,000 agents may be live at once.
 *
 * Updates are written asynchronously: a crash of the process may lose the last ones, and the database's `onError`
 * reports a failure. A submission is in the database when {@link updateSubmit} ends.
 */
export class JournalState implements AgentState {
  /** How many updates were added through this handle. */
  updates = 0;
  /** How many submissions were stored through this handle. */
  submits = 0;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly owner: StateOwner,
  ) {}

  updateData(update: Json, text = JSON.stringify(update)): void {
    this.updates++;
    this.db.send("appendState", this.entry("update", text));
  }

  *updateSubmit(data: Json): Steps<void> {
    this.submits++;
    yield* wait(this.db.write("appendState", this.entry("submit", JSON.stringify(data))));
  }

  private entry<Kind extends "update" | "submit">(kind: Kind, data: string) {
    const { agentType, dbId } = this.owner;
    return { agentType, agentId: dbId, kind, data, at: this.clock.now() };
  }
}
