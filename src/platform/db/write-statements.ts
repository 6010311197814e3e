/** The kinds of statements that writes are made of. */
import { getRow, runWith, type SqlValue } from "./call-statement.js";
import type { Connection } from "./connection.js";

type Statement<Result> = (...values: SqlValue[]) => Result;

export class WriteStatements {
  constructor(protected readonly connection: Connection) {}

  /** A statement that changes rows; returns how many. */
  protected run(sql: string): Statement<number> {
    const statement = this.connection.prepare<SqlValue[]>(sql);
    return (...values) => runWith(statement, values).changes;
  }

  protected one<Row>(sql: string): Statement<Row | undefined> {
    const statement = this.connection.prepare<SqlValue[], Row>(sql);
    return (...values) => getRow(statement, values);
  }

  /** An insertion; returns the number of the new row, or undefined when it made none. */
  protected insertion(sql: string): Statement<number | undefined> {
    const statement = this.connection.prepare<SqlValue[]>(sql);
    return (...values) => {
      const { changes, lastInsertRowid } = runWith(statement, values);
      return changes === 0 ? undefined : Number(lastInsertRowid);
    };
  }

  /**
   * As `insert`, but returns the columns `row` of the new row in `table`. SQLite keeps the result of RETURNING in a
   * table of its own until the statement ends, which takes longer than reading the row.
   */
  protected withRow<Row>(
    insert: Statement<number | undefined>,
    table: string,
    row: string,
  ): Statement<Row | undefined> {
    const select = this.one<Row>(`SELECT ${row} FROM ${table} WHERE rowid = ?`);
    return (...values) => {
      const made = insert(...values);
      return made === undefined ? undefined : select(made);
    };
  }

  protected inserted<Row>(sql: string, table: string, row: string): Statement<Row | undefined> {
    return this.withRow(this.insertion(sql), table, row);
  }
}
