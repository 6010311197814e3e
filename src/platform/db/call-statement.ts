/**
 * Calls of prepared statements with single arguments: V8 has a fast path into a native function for these, and none for
 * a list of arguments that it has to spread.
 */
import type Sqlite from "better-sqlite3";

/** A parameter of a statement. */
export type SqlValue = string | number;

/** For reads only: better-sqlite3's `get` does not report a failed commit of a statement that writes; `run` does. */
export function getRow<Row>(
  statement: Sqlite.Statement<SqlValue[], Row>,
  values: readonly SqlValue[],
): Row | undefined {
  const [a, b, c, d, e] = values;
  switch (values.length) {
    case 1:
      return statement.get(a as SqlValue);
    case 2:
      return statement.get(a as SqlValue, b as SqlValue);
    case 3:
      return statement.get(a as SqlValue, b as SqlValue, c as SqlValue);
    case 4:
      return statement.get(a as SqlValue, b as SqlValue, c as SqlValue, d as SqlValue);
    case 5:
      return statement.get(a as SqlValue, b as SqlValue, c as SqlValue, d as SqlValue, e as SqlValue);
    default:
      return statement.get(...values);
  }
}

export function runWith(statement: Sqlite.Statement<SqlValue[]>, values: readonly SqlValue[]): Sqlite.RunResult {
  const [a, b, c, d, e] = values;
  switch (values.length) {
    case 1:
      return statement.run(a as SqlValue);
    case 2:
      return statement.run(a as SqlValue, b as SqlValue);
    case 3:
      return statement.run(a as SqlValue, b as SqlValue, c as SqlValue);
    case 4:
      return statement.run(a as SqlValue, b as SqlValue, c as SqlValue, d as SqlValue);
    case 5:
      return statement.run(a as SqlValue, b as SqlValue, c as SqlValue, d as SqlValue, e as SqlValue);
    default:
      return statement.run(...values);
  }
}
