/**
 * The journal of agents' states, the table that most writes go to: one entry a statement, or many, which costs half as much each.
 *
 * The journal serves two tables of agents, so that it cannot have a foreign key: the inserts themselves check their agents.
 */
import type { Value } from "./call.js";
import type { Connection } from "./connection.js";
import type { Request, WriteArgs } from "./operations.js";
import type { AgentType } from "./rows.js";

export type JournalEntry = WriteArgs<"appendState">[0];

export interface Journal {
  /** Adds an entry. Returns whether its agent exists; nothing is added otherwise. */
  append(entry: JournalEntry): boolean;
  /**
   * Adds {@link MANY} entries, all for agents of one type, in their order. Returns whether all of their agents exist; nothing is
   * added otherwise, nor when it throws.
   */
  appendMany(entries: readonly JournalEntry[]): boolean;
}

/** Whether a request is to add to the journal. */
export function isEntry(request: Request): request is Request<"appendState"> {
  return request[0] === "appendState";
}

/** Entries in a statement. Twice as many gain 5 % more. */
export const MANY = 32;

const TABLES: Readonly<Record<AgentType, { table: string; id: string }>> = {
  main: { table: "agents", id: "agent_id" },
  onboarding: { table: "onboarding_agents", id: "onboarding_agent_id" },
};

export function createJournal(connection: Connection): Journal {
  const oneOf = (type: AgentType): ((entry: JournalEntry) => number) => {
    const { table, id } = TABLES[type];
    const statement = connection.prepare<Value[]>(
      `INSERT INTO agent_state (agent_type, kind, data, at, agent_id) SELECT '${type}', ?, ?, ?, ${id} FROM ${table} WHERE ${id} = ?`,
    );
    return ({ kind, data, at, agentId }) => statement.run(kind, data, at, agentId).changes;
  };
  const manyOf = (type: AgentType): ((values: Value[]) => number) => {
    const { table, id } = TABLES[type];
    const values = Array.from({ length: MANY }, () => "(?, ?, ?, ?)").join(", ");
    // CROSS JOIN keeps the order: the entries outside, their agents inside.
    const statement = connection.prepare(
      `INSERT INTO agent_state (agent_type, kind, data, at, agent_id)
       SELECT '${type}', entry.column1, entry.column2, entry.column3, agent.${id}
       FROM (VALUES ${values}) AS entry CROSS JOIN ${table} AS agent ON agent.${id} = entry.column4`,
    );
    return (all) => statement.run(all).changes;
  };
  const one = { main: oneOf("main"), onboarding: oneOf("onboarding") };
  const many = { main: manyOf("main"), onboarding: manyOf("onboarding") };
  const savepoint = connection.prepare("SAVEPOINT journal");
  const release = connection.prepare("RELEASE journal");
  const undo = connection.prepare("ROLLBACK TO journal");
  return {
    append: (entry) => one[entry.agentType](entry) === 1,
    appendMany(entries) {
      const agentType = entries[0]?.agentType ?? "main";
      const values = entries.flatMap(({ kind, data, at, agentId }) => [kind, data, at, agentId]);
      let whole = false;
      savepoint.run();
      try {
        whole = many[agentType](values) === MANY;
      } finally {
        // After a full disk there is no transaction any more, and no savepoint.
        if (connection.inTransaction) {
          if (!whole) undo.run();
          release.run();
        }
      }
      return whole;
    },
  };
}
