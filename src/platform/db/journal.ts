/**
 * The journal of the agents' states, the table that most writes go to. A statement adds one entry, or many at half the
 * cost each.
 *
 * An entry refers to a row of one of two tables of agents, so it cannot have a foreign key: the inserts check the
 * agents.
 */
import { at } from "../../vocabulary/index.js";
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
   * Adds {@link ENTRIES_PER_STATEMENT} entries from the one at `first` on, in their order, except those whose agents do
   * not exist. Returns how many it added; none when it throws.
   */
  appendMany(entries: Entries, first: number): number;
  hasAgent(agentType: AgentType, agentId: string): boolean;
}

/** The error of a write to an agent that does not exist. */
export function noSuchAgent(path: string, agentType: AgentType, agentId: string): DatabaseError {
  return new DatabaseError(`${path}: there is no ${agentType === "main" ? "agent" : "onboarding agent"} ${agentId}`);
}

/** Entries in a statement. Twice as many gain 5 % more. */
export const ENTRIES_PER_STATEMENT = 32;

/** The table of each type of agent, and its primary key. */
export const AGENT_TABLES: Readonly<Record<AgentType, { table: string; id: string }>> = {
  main: { table: "agents", id: "agent_id" },
  onboarding: { table: "onboarding_agents", id: "onboarding_agent_id" },
};

function byType<T>(of: (type: AgentType) => T): Record<AgentType, T> {
  return { main: of("main"), onboarding: of("onboarding") };
}

export function createJournal(connection: Connection): Journal {
  const oneOf = (type: AgentType): ((entry: JournalEntry) => number) => {
    const { table, id } = AGENT_TABLES[type];
    const statement = connection.prepare<SqlValue[]>(
      `INSERT INTO agent_state (agent_type, kind, data, at, agent_id)
       SELECT '${type}', ?, ?, ?, ${id} FROM ${table} WHERE ${id} = ?`,
    );
    return ({ kind, data, at, agentId }) => statement.run(kind, data, at, agentId).changes;
  };
  const manyOf = (type: AgentType, kind: StateKind): ((values: SqlValue[]) => number) => {
    const { table, id } = AGENT_TABLES[type];
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
    const { table, id } = AGENT_TABLES[type];
    const statement = connection.prepare<SqlValue[], object>(`SELECT 1 FROM ${table} WHERE ${id} = ?`);
    return (agentId) => getRow(statement, [agentId]) !== undefined;
  };
  const one = byType(oneOf);
  const many = byType((type) => ({ update: manyOf(type, "update"), submit: manyOf(type, "submit") }));
  const exists = byType(agentOf);
  return {
    append: (entry) => one[entry.agentType](entry) === 1,
    appendMany({ agentType, kind, agentIds, data, at: times }, first) {
      const values: SqlValue[] = [];
      // Ids as numbers: the database would have to convert each text.
      for (let n = first; n < first + ENTRIES_PER_STATEMENT; n++)
        values.push(at(data, n), at(times, n), Number(at(agentIds, n)));
      return many[agentType][kind](values);
    },
    hasAgent: (agentType, agentId) => exists[agentType](agentId),
  };
}
