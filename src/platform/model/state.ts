/** What an agent's work leaves behind: every update that reached it, and its submission. The seed's `AgentState`. */
import type { AgentType, Database } from "../db/index.js";
import { type Clock, type Json, type Steps, wait } from "../sync/index.js";

/** The agent a state belongs to, as far as a state needs it. */
export interface StateOwner {
  readonly agentType: AgentType;
  readonly dbId: string;
  getAgentId(): string;
  getDataDir(): string;
}

/** What a blueprint does with the updates and the submission of one agent. */
export interface AgentState {
  /**
   * Takes in one update, sent by the worker or to the worker. Must not wait: it lies on the live-update path.
   * @param text the JSON of `update`, where the caller has it
   */
  updateData(update: Json, text?: string): void;
  /** Takes in the final submission; over once it is safe. */
  updateSubmit(data: Json): Steps<void>;
}

/**
 * Keeps everything in the database's journal and nothing in memory but two counts: 100,000 agents may be live at once.
 *
 * Updates are written behind: a crash of the process may lose the last few, and a failure is reported by the database's `onError`.
 * A submission is in the database when {@link updateSubmit} is over.
 */
export class JournalState implements AgentState {
  /** How many updates this handle's state took in. */
  updates = 0;
  /** How many submissions this handle's state took in. */
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
