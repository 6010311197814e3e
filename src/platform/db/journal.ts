/**
 * The journal of agents' states, the table that most writes go to: one entry a statement, or many, which costs half as much each.
 *
 * The journal serves two tables of agents, so that it cannot have a foreign key: the inserts themselves check their agents.
 */
import { getRow, type SqlValue } from "./call-statement.js";
import type { Connection } from "./connection.js";
import { DatabaseError } from "./database-errors.js";
import type { WriteArgs } from "./reads-and-writes.js";
import type { AgentType, StateKind } from "./rows.js";

export type JournalEntry = WriteArgs<"appendState">[0];

/** Several entries of one kind, for agents of one type, as columns. */
export interface Entries {
  readonly agentType: AgentType;
  readonly kind: StateKind;
  readonly agentIds: readonly string[];
  readonly data: readonly string[];
  readonly at: readonly number[];
}

export interface Journal {
  /** Adds an entry. Returns whether its agent exists; nothing is added otherwise. */
  append(entry: JournalEntry): boolean;
  /**
   * Adds {@link ENTRIES_PER_STATEMENT} entries from the one at `first` on, in their order, but for those whose agents do not exist. Returns how many it
   * added; none when it throws.
   */
  appendMany(entries: Entries, first: number): number;
  hasAgent(agentType: AgentType, agentId: string): boolean;
}

/** What an entry for an agent that does not exist comes to. */
export function noSuchAgent(path: string, agentType: AgentType, agentId: string): DatabaseError {
  return new DatabaseError(`${path}: there is no ${agentType === "main" ? "agent" : "onboarding agent"} ${agentId}`);
}

/** Entries in a statement. Twice as many gain 5 % more. */
export const ENTRIES_PER_STATEMENT = 32;

const TABLES: Readonly<Record<AgentType, { table: string; id: string }>> = {
  main: { table: "agents", id: "agent_id" },
  onboarding: { table: "onboarding_agents", id: "onboarding_agent_id" },
};

/** Adds {@link ENTRIES_PER_STATEMENT} entries of these data, times, and agents, in turn; returns how many it added. */
type Insert = (values: SqlValue[]) => number;

export function createJournal(connection: Connection): Journal {
  const oneOf = (type: AgentType): ((entry: JournalEntry) => number) => {
    const { table, id } = TABLES[type];
    const statement = connection.prepare<SqlValue[]>(
      `INSERT INTO agent_state (agent_type, kind, data, at, agent_id) SELECT '${type}', ?, ?, ?, ${id} FROM ${table} WHERE ${id} = ?`,
    );
    return ({ kind, data, at, agentId }) => statement.run(kind, data, at, agentId).changes;
  };
  const manyOf = (type: AgentType, kind: StateKind): Insert => {
    const { table, id } = TABLES[type];
    const values = Array.from({ length: ENTRIES_PER_STATEMENT }, () => "(?, ?, ?)").join(", ");
    // CROSS JOIN keeps the order: the entries outside, their agents inside.
    const statement = connection.prepare(
      `INSERT INTO agent_state (agent_type, kind, data, at, agent_id)
       SELECT '${type}', '${kind}', entry.column1, entry.column2, agent.${id}
       FROM (VALUES ${values}) AS entry CROSS JOIN ${table} AS agent ON agent.${id} = entry.column3`,
    );
    return (all) => statement.run(all).changes;
  };
  const agentOf = (type: AgentType): ((agentId: string) => boolean) => {
    const { table, id } = TABLES[type];
    const statement = connection.prepare<SqlValue[], object>(`SELECT 1 FROM ${table} WHERE ${id} = ?`);
    return (agentId) => getRow(statement, [agentId]) !== undefined;
  };
  const one = { main: oneOf("main"), onboarding: oneOf("onboarding") };
  const many = {
    main: { update: manyOf("main", "update"), submit: manyOf("main", "submit") },
    onboarding: { update: manyOf("onboarding", "update"), submit: manyOf("onboarding", "submit") },
  };
  const exists = { main: agentOf("main"), onboarding: agentOf("onboarding") };
  return {
    append: (entry) => one[entry.agentType](entry) === 1,
    appendMany({ agentType, kind, agentIds, data, at }, first) {
      const values: SqlValue[] = [];
      // As numbers: the database would have to make a number of each text.
      for (let n = first; n < first + ENTRIES_PER_STATEMENT; n++)
        values.push(data[n] ?? "null", at[n] ?? 0, Number(agentIds[n]));
      return many[agentType][kind](values);
    },
    hasAgent: (agentType, agentId) => exists[agentType](agentId),
  };
}
