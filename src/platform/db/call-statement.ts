/**
 * Calls of prepared statements with their values one by one: the engine has a fast way into a native function for those, and none for
 * a list of arguments that it has to spread.
 */
import type Sqlite from "better-sqlite3";

/** What statements here are given. */
export type SqlValue = string | number;

/** For reads alone: better-sqlite3's `get` does not tell when the commit of a statement that writes has failed; `run` does. */
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
